/**
 * A source text with positions, and the errors that point into it.
 *
 * Invariants: offsets are UTF-16 code units from 0; a span is `[start, end)`; lines and columns count from 1.
 */

/** A part of a source text: `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place for people: both numbers count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One file of Mote. */
export class SourceFile {
  /** As the user gave it, for messages. */
  readonly name: string;
  #text: string | (() => string);
  #lineStarts: number[] | undefined;

  /** @param text or a function that reads it when it is needed first */
  constructor(name: string, text: string | (() => string)) {
    this.name = name;
    this.#text = text;
  }

  get text(): string {
    if (typeof this.#text !== "string") this.#text = this.#text();
    return this.#text;
  }

  /** The line and column of an offset. Cost: O(log lines) after the first call. */
  position(offset: number): Position {
    const starts = this.#starts();
    let [lo, hi] = [0, starts.length];
    while (hi - lo > 1) {
      const middle = (lo + hi) >>> 1;
      if (starts[middle]! <= offset) lo = middle;
      else hi = middle;
    }
    return { line: lo + 1, column: offset - starts[lo]! + 1 };
  }

  /** The line an offset is on. */
  line(offset: number): number {
    return this.position(offset).line;
  }

  /** The text of a line, without its end. */
  lineText(line: number): string {
    const starts = this.#starts();
    const end = starts[line] ?? this.text.length + 1;
    return this.text.slice(starts[line - 1]!, end - 1).replace(/\r$/, "");
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

/** One thing that is wrong with a program. */
export interface Diagnostic {
  readonly span: Span;
  readonly message: string;
  /** What to do about it, where that is not obvious. */
  readonly hint?: string;
}

/** A program is not valid Mote. Holds every independent error of one run, in the order of the source. */
export class MoteError extends Error {
  override readonly name = "MoteError";
  readonly source: SourceFile;
  readonly diagnostics: readonly Diagnostic[];

  constructor(source: SourceFile, diagnostics: readonly Diagnostic[]) {
    const sorted = [...diagnostics].sort((a, b) => a.span.start - b.span.start);
    super(sorted.map((diagnostic) => formatDiagnostic(source, diagnostic)).join("\n"));
    this.source = source;
    this.diagnostics = sorted;
  }

  /** All errors as text for a terminal: place, message, source line, caret, hint. */
  format(): string {
    return this.message;
  }
}

function formatDiagnostic(source: SourceFile, diagnostic: Diagnostic): string {
  const { line, column } = source.position(diagnostic.span.start);
  const text = source.lineText(line);
  const before = text.slice(0, column - 1);
  const length = Math.max(1, Math.min(diagnostic.span.end - diagnostic.span.start, text.length - before.length));
  const margin = String(line);
  const blank = " ".repeat(margin.length);
  const lines = [
    `${source.name}:${line}:${column}: error: ${diagnostic.message}`,
    ` ${margin} | ${text}`,
    // Tabs stay tabs, so that the caret stands below its character whatever a tab's width.
    ` ${blank} | ${before.replace(/[^\t]/g, " ")}${"^".repeat(length)}`,
  ];
  if (diagnostic.hint !== undefined) lines.push(` ${blank} = hint: ${diagnostic.hint}`);
  return lines.join("\n");
}
