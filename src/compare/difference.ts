/** Where the outcomes of two runs part. */

import type { Outcome } from "./protocol.ts";

export interface NamedOutcome {
  /** The manager's name. */
  readonly name: string;
  readonly outcome: Outcome;
}

export interface Difference {
  /** The two managers; twice the same name when one manager did not repeat itself. */
  readonly managers: readonly [string, string];
  /** A file is one that was put into by a port. */
  readonly stream: "output" | "errors" | `file ${string}` | "exit code";
  /** Offset of the first byte that differs, and its line from 1; 0 and 0 for exit codes. */
  readonly byte: number;
  readonly line: number;
  /** The two lines at that place, or the two exit codes. */
  readonly found: readonly [string, string];
}

/** @returns null when both did the same */
export function findDifference(a: NamedOutcome, b: NamedOutcome): Difference | null {
  const managers = [a.name, b.name] as const;
  // Both have the same ports, in the same order.
  const files = a.outcome.files.map(({ file, content }, index) => {
    return [`file ${file}`, content, b.outcome.files[index]!.content] as const;
  });
  for (const [stream, one, two] of [
    ["output", a.outcome.stdout, b.outcome.stdout],
    ["errors", a.outcome.stderr, b.outcome.stderr],
    ...files,
  ] as const) {
    const byte = firstDifference(one, two);
    if (byte < 0) continue;
    const line = one.subarray(0, byte).reduce((lines, each) => (each === LINE_FEED ? lines + 1 : lines), 1);
    return { managers, stream, byte, line, found: [lineAround(one, byte), lineAround(two, byte)] };
  }
  const [one, two] = [a.outcome.exitCode, b.outcome.exitCode];
  return one === two ? null : { managers, stream: "exit code", byte: 0, line: 0, found: [`${one}`, `${two}`] };
}

const LINE_FEED = 10;

/** @returns the first offset at which the two differ or one ends, -1 when they are equal */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength);
  for (let at = 0; at < length; at++) {
    if (a[at] !== b[at]) return at;
  }
  return a.byteLength === b.byteLength ? -1 : length;
}

/** The text of the line that an offset lies in. */
function lineAround(bytes: Uint8Array, at: number): string {
  const start = at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1;
  const end = bytes.indexOf(LINE_FEED, at);
  return new TextDecoder().decode(bytes.subarray(start, end < 0 ? bytes.byteLength : end));
}
