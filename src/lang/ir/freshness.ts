/**
 * Two simple facts about the pointers of a function.
 *
 * Static: a variable that only ever holds an immediate, a literal, a static or the empty slice. It needs no root and no
 * barrier.
 *
 * Fresh: at this store into an object, no safepoint has happened since the object was allocated. Then the store
 * initialises it and needs no barrier; the same for a part of it. A variable that is assigned once is fresh from its
 * allocation to the next safepoint in the order of the text, except that every safepoint of a loop may have happened
 * before any of its instructions, for objects from outside of the loop.
 */

import type { Block, Instruction, IrFunction, Variable } from "./ir.ts";
import { blocksOf, forEachInstruction } from "./traverse.ts";

/** The variables that hold no pointer into the heap. */
export function staticVariables(fn: IrFunction): ReadonlySet<Variable> {
  const found = new Set<Variable>();
  forEachInstruction(fn.body, (instruction) => {
    switch (instruction.op) {
      case "immediate":
      case "literal":
      case "static":
      case "sliceEmpty":
        if (!instruction.dst.mutable) found.add(instruction.dst);
    }
  });
  return found;
}

/** The stores (setField, arraySet, arrayFill) whose target object is fresh. */
export function freshStores(
  fn: IrFunction,
  isSafepoint: (instruction: Instruction) => boolean,
): ReadonlySet<Instruction> {
  const stores = new Set<Instruction>();
  let fresh = new Set<Variable>();

  const visit = (block: Block): void => {
    for (const instruction of block.instructions) {
      if (isSafepoint(instruction) || instruction.op === "loop") fresh = new Set();
      const { op } = instruction;
      if ((op === "construct" || op === "arrayNew" || op === "arrayGrow") && !instruction.dst.mutable) {
        fresh.add(instruction.dst);
      }
      if (instruction.op === "part" && fresh.has(instruction.object) && !instruction.dst.mutable) {
        fresh.add(instruction.dst);
      }
      const target =
        instruction.op === "setField"
          ? instruction.object
          : instruction.op === "arraySet" || instruction.op === "arrayFill"
            ? instruction.array
            : undefined;
      if (target !== undefined && fresh.has(target)) stores.add(instruction);
      for (const inner of blocksOf(instruction)) visit(inner);
    }
  };
  visit(fn.body);
  return stores;
}
