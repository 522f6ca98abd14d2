/**
 * The one kind of error this library throws on purpose.
 *
 * A message says what was wrong and what to do about it; `code` is for programs. Whatever is thrown, the heap is
 * consistent and usable afterwards, except for "core-failed" and "broken-invariant": then nothing in it can be trusted.
 */

export type HeapErrorCode =
  /** The heap limit does not allow another chunk, even after a collection. */
  | "out-of-memory"
  /** The engine refused `memory.grow`, even after a collection. */
  | "grow-refused"
  /** The reference was disposed, the scope it was made in has ended, or the region or sub-region of its object has. */
  | "stale-handle"
  /** The reference belongs to another heap. */
  | "foreign-handle"
  /** A value does not fit the rep of the place it should be stored in. */
  | "wrong-rep"
  /** The shape has no field of this name. */
  | "unknown-field"
  /** The object has another shape than the operation needs. */
  | "wrong-shape"
  /** An object in the heap was made with a shape descriptor that was not defined through this heap. */
  | "unknown-shape"
  /** An index, a range or a length lies outside of what the object has. */
  | "index-out-of-range"
  /** The heap has been closed. */
  | "closed"
  /** The scope has ended. */
  | "scope-ended"
  /** The region or the checkpoint has ended. */
  | "region-ended"
  /** A region or a checkpoint was to end before one that was opened after it. */
  | "wrong-order"
  /** A reference was to be stored in an object that may outlive what it refers to. */
  | "would-dangle"
  /** The stack of frames has no room left. */
  | "frames-full"
  /** An option or a definition is not acceptable. */
  | "bad-option"
  /** The operation needs a heap opened with `debug: true`. */
  | "needs-debug"
  /** `verify` found the heap inconsistent. */
  | "broken-invariant"
  /** The core stopped with a trap or a failed assertion; this heap cannot be used any more. */
  | "core-failed";

export class HeapError extends Error {
  override readonly name = "HeapError";
  readonly code: HeapErrorCode;

  constructor(code: HeapErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Shows a value in a message: short, and never by calling code of the value's own. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
    case "bigint":
      return `${value}n`;
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    default:
      return value === null ? "null" : Array.isArray(value) ? `an array of ${value.length}` : "an object";
  }
}
