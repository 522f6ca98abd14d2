/** What ends a program before its end. */

import type { PanicCode } from "../ir/ir.ts";
import { PANIC_MESSAGES } from "../ir/panics.ts";

/** Stops the program. */
export class Panic extends Error {
  readonly code: PanicCode;
  readonly numbers: { readonly a: unknown; readonly b: unknown };
  readonly line: number;

  constructor(code: PanicCode, line: number, a?: unknown, b?: unknown) {
    super(code);
    this.code = code;
    this.line = line;
    this.numbers = { a, b };
  }
}

/** A global is read before it is set: only possible while a program is compiled. */
export class UnsetGlobal extends Error {}

/** The program takes more than it may. */
export class Exhausted extends Error {}

/** What a program says when it stops. */
export function panicMessage(panic: Panic): string | null {
  const parts = PANIC_MESSAGES[panic.code];
  if (parts === null) return null;
  return parts.map((part) => (typeof part === "string" ? part : String(panic.numbers[part.number]))).join("");
}
