/**
 * Allocation folding: records that are constructed one after the other, with nothing between them that could collect,
 * share one check of the nursery's limit, made by the first.
 *
 * A run ends at a safepoint other than a construction, at anything with blocks of its own, and where it would grow
 * beyond what a check may ask for.
 */

import type { Block, Instruction, IrFunction } from "./ir.ts";
import { blocksOf } from "./traverse.ts";

export type Construction = Extract<Instruction, { readonly op: "construct" }>;

/**
 * @param isShared whether a construction may be one of them: others do not collect, or are safepoints of their own
 * @param bytesOf the size of what is constructed
 * @param mostBytes what one check may ask for
 * @returns for the first construction of each run the bytes of the whole run, for the others 0; runs of one are left
 *   out
 */
export function foldAllocations(
  fn: IrFunction,
  isSafepoint: (instruction: Instruction) => boolean,
  isShared: (construction: Construction) => boolean,
  bytesOf: (construction: Construction) => number,
  mostBytes: number,
): ReadonlyMap<Instruction, number> {
  const shares = new Map<Instruction, number>();
  const visit = (block: Block): void => {
    let run: Construction[] = [];
    let bytes = 0;
    const end = (): void => {
      if (run.length > 1) for (const each of run) shares.set(each, each === run[0] ? bytes : 0);
      run = [];
      bytes = 0;
    };
    for (const instruction of block.instructions) {
      const inner = blocksOf(instruction);
      if (instruction.op === "construct" && isShared(instruction)) {
        const own = bytesOf(instruction);
        if (bytes + own > mostBytes) end();
        run.push(instruction);
        bytes += own;
      } else if (inner.length > 0 || isSafepoint(instruction)) {
        end();
      }
      for (const each of inner) visit(each);
    }
    end();
  };
  visit(fn.body);
  return shares;
}
