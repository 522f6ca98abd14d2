/**
 * The messages with which a program stops.
 *
 *     error: index 7 is out of range for length 3, at json.mote:12
 */

import type { PanicCode } from "./ir.ts";

/** A piece of a message: a text, or the first or second number of the panic, which may be the place of a text. */
export type MessagePart = string | { readonly number: "a" | "b"; readonly isText?: true };

const A: MessagePart = { number: "a" };
const B: MessagePart = { number: "b" };
const TEXT_A: MessagePart = { number: "a", isText: true };
const TEXT_B: MessagePart = { number: "b", isText: true };

/** What is said between "error: " and the place; null: the program has said it itself. */
export const PANIC_MESSAGES: Readonly<Record<PanicCode, readonly MessagePart[] | null>> = {
  indexOutOfRange: ["index ", A, " is out of range for length ", B],
  sliceOutOfRange: ["slice ", A, "..", B, " is out of range"],
  divisionByZero: ["division by zero"],
  emptyList: ["pop of an empty list"],
  noValue: ["this optional has no value"],
  negativeLength: ["length ", A, " is negative"],
  notAllocated: ["this memory is not allocated, or has been freed"],
  outsideMemory: ["access to memory that is not allocated"],
  allocatedSomething: ["an extern function that `allocates nothing` has allocated or freed memory"],
  keptMemory: ["an extern function that `allocates within` has left more or less memory than there was"],
  freedHandle: ["this handle has been freed"],
  outOfMemory: ["out of memory"],
  stackOverflow: ["stack overflow"],
  outlived: [TEXT_A, " is used after the end of ", TEXT_B, ", with which its placement lets it end"],
  ended: ["an object is used after its end; the compiler, not the program, is wrong here"],
  failed: null,
};
