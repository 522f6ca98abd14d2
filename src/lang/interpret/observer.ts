/** What is told of calls, loops and allocations while a program runs. */

import type { Instruction, IrFunction, IrGlobal, LifetimeInstruction, Variable } from "../ir/ir.ts";
import type { Access } from "../ir/traverse.ts";
import type { CallInstruction, LoopEvent, LoopInstruction, TailCallInstruction } from "./steps.ts";
import type { RecordObject, Slice, Storage } from "./values.ts";

/** Arguments and results are as the interpreter holds them: numbers, records, storages, slices. */
export interface Observer {
  /** The program begins. @param globals what they hold, while it runs */
  started(globals: ReadonlyMap<IrGlobal, unknown>): void;
  /** A function begins: by a call, or `null` for main. */
  entered(call: CallInstruction | null, fn: IrFunction, args: readonly unknown[]): void;
  /** The running function ends by a tail call, and the callee begins in its place. */
  replaced(call: TailCallInstruction, args: readonly unknown[]): void;
  /** The running function returns. */
  returned(results: readonly unknown[]): void;
  allocated(instruction: Instruction, object: RecordObject | Storage | Slice): void;
  /**
   * A loop begins, or begins once more, or has been left.
   * @param read tells what a variable of the running function holds, if anything has been assigned to it
   */
  looped(loop: LoopInstruction, event: LoopEvent, read: (variable: Variable) => unknown): void;
  /** An instruction reads or writes objects. */
  accessed?(instruction: Access, read: (variable: Variable) => unknown): void;
  /**
   * An instruction that a lifetime pass has inserted. Without an observer such instructions do nothing.
   * @param write gives a variable that the instruction defines its value
   */
  lifetime?(
    instruction: LifetimeInstruction,
    read: (variable: Variable) => unknown,
    write: (variable: Variable, value: unknown) => void,
  ): void;
}
