/** What of a program is in the collected heap, and what lies beside it. */

import type { Instruction, InstructionOf, IrFunction, Variable } from "../../ir/ir.ts";

/** What of a program is in the heap. */
export interface HeapScope {
  /** Whether an instruction may allocate in the heap. */
  allocates(instruction: Instruction): boolean;
  /** Whether a construction always does, so that it may share the check of one in front of it. */
  isFoldable(construction: InstructionOf<"construct">): boolean;
  /** Whether a variable may refer to the heap. */
  mayRefer(fn: IrFunction, variable: Variable): boolean;
  /** What lies in the memory beside the heap; null for nothing. */
  readonly beside: Beside | null;
}

/** Functions of the core, by the names of their exports. */
export interface Beside {
  /** Gives chunks back, in front of a collection. */
  readonly reclaim: string;
  /** Is told of each collection. */
  readonly collected: string;
}
