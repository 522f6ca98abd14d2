/** From source text to syntax tree, with syntax errors in plain words. */

import * as parser from "#parser";
import { type Diagnostic, MoteError, type SourceFile } from "../source.ts";
import type { Ast } from "./ast.ts";
import { joiningNewlines } from "./newlines.ts";

/** What the generated parser says it wanted; its own declarations give every form a type of its own. */
interface Expectation {
  readonly type: string;
  readonly text?: string;
  readonly description?: string;
}

/** The grammar's names for things, as they read in a sentence; "space" is not worth mentioning. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  declaration: ["a declaration (`fn`, `struct`, `union`, `class` or `global`)"],
  statement: ["a statement"],
  expression: ["an expression"],
  pattern: ["a pattern"],
  type: ["a type"],
  name: ["a name"],
  "capitalised name": ["a capitalised name"],
  number: ["a number"],
  operator: ["an operator"],
  "line end": ["a line end"],
  "item end": ["a line end", "`,`"],
  in: ["`in`"],
};

/** Literals that only ever continue a token; naming them would not help. */
const WITHIN_TOKENS = new Set(["L", ".", "0x"]);

const KEYWORDS = new Set(
  "fn struct union class global let if else match while for in break continue return true false".split(" "),
);

/**
 * Parses a program.
 * @param internal true for the prelude, whose names may begin with two underscores
 * @throws MoteError with the first syntax error
 */
export function parse(source: SourceFile, internal = false): Ast {
  try {
    return parser.parse(source.text, { joining: joiningNewlines(source.text), internal }) as Ast;
  } catch (error) {
    if (error instanceof parser.SyntaxError) throw new MoteError(source, [explain(source, error)]);
    throw error;
  }
}

function explain(source: SourceFile, error: parser.SyntaxError): Diagnostic {
  const start = error.location.start.offset;
  if (error.expected === undefined || error.expected === null) {
    return { span: { start, end: Math.max(error.location.end.offset, start + 1) }, message: error.message };
  }
  const wanted = wantedWords(error.expected);
  const found = foundAt(source.text, start);
  const hint = hintFor(wanted, found, source.text.slice(0, start));
  return {
    span: { start, end: start + Math.max(found.length, 1) },
    message: `expected ${list(wanted)}, but found ${describe(found)}`,
    ...(hint === undefined ? {} : { hint }),
  };
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

function hintFor(wanted: readonly string[], found: string, before: string): string | undefined {
  const wants = (word: keyof typeof WORDS) => WORDS[word]!.some((phrase) => wanted.includes(phrase));
  if (found === "fn" && wants("statement")) {
    return "functions are not declared inside others; one without a name is a value: `let f = fn(x: Int) { ... }`";
  }
  if (KEYWORDS.has(found) && wants("name")) return `\`${found}\` is a keyword and cannot be a name`;
  if (/^[A-Z]/.test(found) && wants("name")) {
    return "names of variables, functions and fields begin with a small letter";
  }
  if (/^_/.test(found)) return "a name begins with a letter; `_` alone is a pattern";
  if (/^[a-z]/.test(found) && !KEYWORDS.has(found) && (wants("capitalised name") || wants("type"))) {
    return "names of types and cases begin with a capital letter";
  }
  if (found === "=" && wanted.includes("`{`")) return "to compare two values, write `==`";
  if (found === "}" && before.endsWith("{") && wants("expression")) return "in a text, write `\\{` for a brace";
  return undefined;
}
