/**
 * Which functions set checkpoints on regions of their callers. Garbage may pile up in such a region in iterations of a
 * loop or of tail calls, or because the function does not return all that it allocates there. A checkpoint notes how
 * far the region is filled when a call begins (assembly/region/checkpoint.ts). What is allocated there since belongs to
 * the call, as long as it only goes to the call's results or along with a tail call.
 *
 * Functions that tail-call each other form a tail-call cycle. A call in it resumes with the checkpoints of the call
 * that it replaces. Seen from the first call, all that was allocated since still belongs to it, whatever a later call
 * knows.
 *
 * The program's main function has no caller that waits for it. It may collect the region that ends with the program in
 * the same way; then globals refer there as well.
 */

import type { Block, IrFunction, IrProgram } from "../../ir/ir.ts";
import { blocksOf, forEachInstruction, holdsPointer, writesOf } from "../../ir/traverse.ts";
import { callComponents, tailCalleesOf } from "../../lifetimes/placement/components.ts";
import { GLOBAL, onlyReturned } from "../../lifetimes/placement/destinations.ts";
import { boundsMadeIn, type FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import type { Fills } from "../../lifetimes/placement/growth.ts";
import { outermostOf } from "../../lifetimes/placement/outermost.ts";

export interface CallerRegions {
  /** The hidden arguments that are regions to checkpoint. */
  readonly checkpointed: readonly number[];
  /** The others. Where one is the same region as a checkpointed one, nothing is known of that. */
  readonly others: readonly number[];
  /** How many checkpoints a frame has room for: in a tail-call cycle, as the others. */
  readonly checkpoints: number;
  /** The functions of its tail-call cycle, itself among them; none outside of one. */
  readonly tailCycle: ReadonlySet<IrFunction>;
  /** Where it returns, some of what was allocated may not be returned. */
  readonly mayDrop: boolean;
  /** Nobody waits for it: its only caller's region is that of the program, with a checkpoint at its beginning. */
  readonly isOutermost: boolean;
}

type AllBounds = ReadonlyMap<IrFunction, FunctionBounds>;

/**
 * The functions with checkpoints.
 * @param fills whether an instruction makes something that may pile up
 * @param fillsInLoops whether iterations of a loop of the function allocate in the region that is this hidden argument
 */
export function findCallerRegions(
  program: IrProgram,
  bounds: AllBounds,
  fills: Fills,
  fillsInLoops: (fn: IrFunction, index: number) => boolean,
): ReadonlyMap<IrFunction, CallerRegions> {
  const { functions } = program;
  const tailCycles = new Map<IrFunction, ReadonlySet<IrFunction>>();
  for (const component of callComponents(functions, tailCalleesOf)) {
    if (!component.isRecursive) continue;
    const members = new Set(component.functions);
    const grows = component.functions.some((fn) => {
      const own = bounds.get(fn)!;
      return ownCallerRegions(fn, own).some((index) => adds(fn, own, members, index, fills));
    });
    if (grows) for (const fn of members) tailCycles.set(fn, members);
  }
  const recursive = new Map(
    callComponents(functions).flatMap((each) => each.functions.map((fn) => [fn, new Set(each.functions)] as const)),
  );
  const outermost = outermostOf(program);
  const allCallerRegions = new Map<IrFunction, CallerRegions>();
  for (const fn of functions) {
    const own = bounds.get(fn)!;
    if (fn === outermost && own.hidden.length > 0 && own.hidden.every((each) => onlyReturned(fn, each & ~GLOBAL))) {
      allCallerRegions.set(fn, {
        checkpointed: [0],
        others: [],
        checkpoints: 1,
        tailCycle: new Set(),
        mayDrop: false,
        isOutermost: true,
      });
      continue;
    }
    const checkpointed = ownCallerRegions(fn, own);
    const tailCycle = tailCycles.get(fn) ?? new Set();
    const mayDrop = checkpointed.length > 0 && dropsSome(fn, own, recursive.get(fn)!);
    if (tailCycle.size === 0 && !mayDrop && !checkpointed.some((index) => fillsInLoops(fn, index))) continue;
    const others = own.hidden.flatMap((_, index) => (checkpointed.includes(index) ? [] : [index]));
    const inTailCycle = [...tailCycle].map((member) => ownCallerRegions(member, bounds.get(member)!).length);
    allCallerRegions.set(fn, {
      checkpointed,
      others,
      checkpoints: Math.max(checkpointed.length, ...inTailCycle),
      tailCycle,
      mayDrop,
      isOutermost: false,
    });
  }
  return allCallerRegions;
}

function ownCallerRegions(fn: IrFunction, { hidden }: FunctionBounds): number[] {
  return hidden.flatMap((destinations, index) => (onlyReturned(fn, destinations) ? [index] : []));
}

/** Whether a function of a tail-call cycle makes something in a region that may pile up, and that others do not make. */
function adds(
  fn: IrFunction,
  bounds: FunctionBounds,
  tailCycle: ReadonlySet<IrFunction>,
  index: number,
  fills: Fills,
): boolean {
  const made = boundsMadeIn(
    fn.body,
    bounds,
    (i, at) => fills(i, at) && (i.op !== "tailCall" || !tailCycle.has(i.callee)),
  );
  return made.some((bound) => bound.of === "caller" && bound.index === index);
}

/**
 * Whether something that might be returned is not on some path. What calls of a recursive function leave to each other
 * counts only where there are several in a row that do not descend: their number grows beyond all bounds with the depth.
 */
function dropsSome(fn: IrFunction, { uncertain }: FunctionBounds, recursive: ReadonlySet<IrFunction>): boolean {
  if (uncertain.some((call) => call === null || !recursive.has(call.callee))) return true;
  if (uncertain.length < 2) return false;
  const descending = descendingCalls(fn);
  const calls = new Set<unknown>(uncertain.filter((call) => call !== null && !descending.has(call)));
  return mostInARow(fn.body, calls) > 1;
}

/** The calls that are given a part of some object: there are no more of them than objects. */
function descendingCalls({ body }: IrFunction): ReadonlySet<unknown> {
  const parts = new Set<unknown>();
  const calls = new Set<unknown>();
  forEachInstruction(body, (i) => {
    if (i.op === "field" || i.op === "arrayGet" || i.op === "sliceGet" || i.op === "unpackedGet") {
      for (const variable of writesOf(i)) if (holdsPointer(variable.type)) parts.add(variable);
    }
    if (i.op === "call" && i.args.some((arg) => parts.has(arg))) calls.add(i);
  });
  return calls;
}

/** How many of some calls come one after the other, on some path; iterations of a loop are several. */
function mostInARow({ instructions }: Block, calls: ReadonlySet<unknown>): number {
  return instructions.reduce((sum, i) => {
    const inner = Math.max(0, ...blocksOf(i).map((block) => mostInARow(block, calls)));
    return sum + (calls.has(i) ? 1 : 0) + (i.op === "loop" ? 2 * inner : inner);
  }, 0);
}
