/** From source text to syntax tree, with syntax errors in plain words. */

import * as parser from "#parser";
import type { Diagnostic, SourceFile, Span } from "../source.ts";
import type { Ast, Declaration } from "./ast.ts";
import { hintFor } from "./hints.ts";
import { joiningNewlines } from "./newlines.ts";
import { declaredNames, piecesOf } from "./recover.ts";

/** What the generated parser says it wanted; its own declarations give every form a type of its own. */
interface Expectation {
  readonly type: string;
  readonly text?: string;
  readonly description?: string;
}

/** The grammar's names for things, as they read in a sentence; "space" is not worth mentioning. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  declaration: ["a declaration (`fn`, `struct`, `union`, `class`, `global`, `static` or `extern`)"],
  statement: ["a statement"],
  expression: ["an expression"],
  pattern: ["a pattern"],
  type: ["a type"],
  name: ["a name"],
  "capitalised name": ["a capitalised name"],
  "module name": ['a module\'s name in "double quotes"'],
  amount: ["`nothing`", "`within`"],
  number: ["a number"],
  operator: ["an operator"],
  "line end": ["a line end"],
  "item end": ["a line end", "`,`"],
  in: ["`in`"],
};

/** Literals that only ever continue a token; naming them would not help. */
const WITHIN_TOKENS = new Set(["L", ".", "0x"]);

/** What could be read of a program. */
export interface Parsed extends Ast {
  /** The syntax errors: the first one of each declaration. */
  readonly errors: readonly Diagnostic[];
  /** Names that are declared where the errors are: that they are not known is not a further mistake. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Parses a program. A declaration with a syntax error is left out; the others are read all the same.
 * @param internal true for the prelude, whose names may begin with two underscores
 */
export function parse(source: SourceFile, internal = false): Parsed {
  const whole = parsePiece(source, { start: 0, end: source.text.length }, internal);
  if (!("message" in whole)) return { ...whole, errors: [], lost: new Set() };
  const declarations: Declaration[] = [];
  const errors: Diagnostic[] = [];
  const lost = new Set<string>();
  for (const piece of piecesOf(source.text)) {
    const parsed = parsePiece(source, piece, internal);
    if (!("message" in parsed)) {
      declarations.push(...parsed.declarations);
      continue;
    }
    errors.push(parsed);
    for (const name of declaredNames(source.text.slice(piece.start, piece.end))) lost.add(name);
  }
  return { declarations, errors: errors.length > 0 ? errors : [whole], lost };
}

/** Parses a part of the source as if it were a program. @returns its tree, or its first error */
function parsePiece(source: SourceFile, { start, end }: Span, internal: boolean): Ast | Diagnostic {
  const text = source.text.slice(start, end);
  try {
    return parser.parse(text, { joining: joiningNewlines(text), internal, base: start }) as Ast;
  } catch (error) {
    if (error instanceof parser.SyntaxError) return explain(source, error, { start, end });
    throw error;
  }
}

function explain(source: SourceFile, error: parser.SyntaxError, piece: Span): Diagnostic {
  const start = piece.start + error.location.start.offset;
  if (error.expected === undefined || error.expected === null) {
    const end = Math.max(piece.start + error.location.end.offset, start + 1);
    return { span: { start, end }, message: error.message };
  }
  const wanted = wantedWords(error.expected);
  const found = foundAt(source.text, start);
  const hint = unclosedHint(source, wanted, start, piece) ?? hintFor(new Set(wanted), found, source.text, start);
  return {
    span: { start, end: start + Math.max(found.length, 1) },
    message: `expected ${list(wanted)}, but found ${describe(found)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** For a declaration that goes on to the start of the next one, or to the end of the file. */
function unclosedHint(source: SourceFile, wanted: readonly string[], start: number, piece: Span): string | undefined {
  if (start < piece.end || !wanted.includes("`}`") || !/^[a-z]/.test(source.text.slice(piece.start))) return undefined;
  return `a \`}\` is missing in what begins on line ${source.line(piece.start)}`;
}

function wantedWords(expected: readonly Expectation[]): string[] {
  const words = new Set<string>();
  for (const expectation of expected) {
    if (expectation.type === "other") {
      for (const word of WORDS[expectation.description!] ?? []) words.add(word);
    } else if (expectation.type === "literal" && !WITHIN_TOKENS.has(expectation.text!)) {
      words.add(`\`${expectation.text}\``);
    }
  }
  return [...words].sort(byKind);
}

/** Phrases first, then literal tokens, each alphabetically. */
function byKind(a: string, b: string): number {
  const [first, second] = [a.startsWith("`"), b.startsWith("`")];
  return first === second ? (a < b ? -1 : 1) : first ? 1 : -1;
}

function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The whole word, or the character, at an offset; empty at the end of the file. */
function foundAt(text: string, offset: number): string {
  const word = /[A-Za-z0-9_]+/y;
  word.lastIndex = offset;
  return word.exec(text)?.[0] ?? text.slice(offset, offset + 1);
}

function describe(found: string): string {
  if (found === "") return "the end of the file";
  if (found === "\n" || found === "\r") return "the line end";
  return `\`${found}\``;
}
