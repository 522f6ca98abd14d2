/** What a manager in linear memory says about one function, besides its frame: lowering.ts lowers all the rest. */

import type { Place } from "../../codegen/access.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { Atom, InstructionOf } from "../../ir/ir.ts";
import type { ArrayLayout, PointerKind, RecordLayout } from "./layout.ts";

/** Instructions that make an array of a length. */
export type MakesArray = InstructionOf<"arrayNew" | "arrayGrow">;

/** Instructions that make arrays in helper functions. */
export type TakesInput = InstructionOf<"readInput" | "arguments">;

/** The instructions that store into an object after its construction. */
export type StoreInstruction = InstructionOf<"setField" | "arraySet" | "sliceSet">;

/** How a function has memory for new objects. */
export interface Allocator {
  /** Statements that put the address of a new record into `target`, its header written, its fields not. */
  record(instruction: InstructionOf<"construct">, layout: RecordLayout, target: Temporary): ExpressionRef[];
  /**
   * Statements that put the address of a new array, its elements zero, into `target`, or end the program. Absent: a
   * call of the manager's `arrayAllocator`.
   */
  array?(instruction: MakesArray, layout: ArrayLayout, target: Temporary): ExpressionRef[];
  /** Statements in front of a helper function that makes arrays: they say where. Absent: none. */
  beforeHelper?(instruction: TakesInput): ExpressionRef[];
}

/** A pointer that is about to be stored into an object that is already known elsewhere. */
export interface PointerStore {
  readonly slot: Place;
  readonly value: Atom;
  readonly kind: PointerKind;
}

/** What a collector has a function do for its sake, so that it finds all references and may move objects. */
export interface CollectorHooks {
  /** `statements`, with the variables that are live across `instruction` protected from a collection during them. */
  protect(instruction: TakesInput, statements: readonly ExpressionRef[]): ExpressionRef[];
  /** Statements before a pointer is stored. */
  beforeStore(instruction: StoreInstruction, store: PointerStore): ExpressionRef[];
  /** Statements before the elements with pointers at `place` are overwritten by a copy. */
  beforeFill(instruction: InstructionOf<"arrayFill">, layout: ArrayLayout, place: Place): ExpressionRef[];
  /** Statements after elements with pointers were copied to `place`. */
  afterFill(instruction: InstructionOf<"arrayFill">, layout: ArrayLayout, place: Place): ExpressionRef[];
}
