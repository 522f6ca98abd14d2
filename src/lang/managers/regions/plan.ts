/**
 * What each function of a program does about regions under `regions` and `sparse`: decided for all of them before any is lowered.
 *
 * The hidden parameters of a function are, in this order:
 *
 *     the regions that it is lent | in a chain: the first call's marks, or 0 | where its frame begins
 *
 * The last one is there for functions with a frame and for those that call one. So frames need no global that every call would
 * have to move and to put back.
 */

import type { InstructionOf, IrFunction, IrProgram } from "../../ir/ir.ts";
import { withCallers } from "../../ir/safepoints.ts";
import { computeBounds } from "../../lifetimes/placement/bounds.ts";
import type { Alternatives } from "../../lifetimes/placement/candidates.ts";
import type { Bound, FunctionBounds } from "../../lifetimes/placement/function-bounds.ts";
import type { FunctionPlacement, ProgramPlacement } from "../../lifetimes/placement/placement.ts";
import { findLoans, type Loan } from "./caller-regions.ts";
import { type FrameLayout, layoutFrame, type Sized } from "./frame-layout.ts";
import { findRescues, type Rescue } from "./loop-collections.ts";
import { findHotLoops } from "./promoted-tops.ts";

export interface FunctionPlan {
  readonly bounds: FunctionBounds;
  readonly layout: FrameLayout;
  /** The loops between whose rounds its regions, or those that it was lent, may be collected. */
  readonly rescues: ReadonlyMap<InstructionOf<"loop">, Rescue>;
  /** What it does about regions that it was lent. */
  readonly loan: Loan | null;
  /** What it may return one of without another, where these end as soon as that is decided. */
  readonly alternatives: Alternatives | null;
  /** Assignments in front of which an array is freed: under `sparse`. */
  readonly reassigned: FunctionPlacement["reassigned"];
  readonly isInChain: boolean;
  /** The loops during which a local says where a region is filled to. */
  readonly hotLoops: ReadonlyMap<InstructionOf<"loop">, Bound>;
  /** Whether it is told where its frame begins. */
  readonly takesTop: boolean;
}

/**
 * @param bytesOf the size of what an instruction makes; null where only the program's run tells
 * @param isDebug whether loads are checked: then every function is told where its frame begins, and memory says where regions are
 *   filled to
 * @param isSparse whether arrays lie on sparse stacks
 */
export function planFunctions(
  program: IrProgram,
  placement: ProgramPlacement,
  bytesOf: (instruction: Sized) => number | null,
  isDebug: boolean,
  isSparse: boolean,
): ReadonlyMap<IrFunction, FunctionPlan> {
  const bounds = computeBounds(placement);
  const reassignedIn = (fn: IrFunction): FunctionPlacement["reassigned"] =>
    isSparse ? placement.get(fn)!.reassigned : new Map();
  const rescues = new Map([...bounds].map(([fn, own]) => [fn, findRescues(fn, own, reassignedIn(fn))]));
  const loans = findLoans(program, bounds, (fn, index) =>
    [...rescues.get(fn)!.values()].some(({ lent }) => lent.includes(index)),
  );
  const layouts = new Map<IrFunction, Omit<FunctionPlan, "takesTop">>();
  for (const [fn, own] of bounds) {
    const loan = loans.get(fn) ?? null;
    const marked = markedRescues(rescues.get(fn)!, loan);
    const alternatives = alternativesOf(own, loan, marked);
    const dividing = alternatives?.begins.length ?? 0;
    const layout = layoutFrame(fn, own, loan?.marks ?? 0, dividing, marked.size > 0, bytesOf);
    const hotLoops = isDebug ? new Map() : findHotLoops(fn, own, layout, bytesOf);
    const isInChain = (loan?.chain.size ?? 0) > 0;
    const reassigned = reassignedIn(fn);
    layouts.set(fn, { hotLoops, bounds: own, layout, rescues: marked, loan, alternatives, reassigned, isInChain });
  }
  const withFrames = program.functions.filter((fn) => layouts.get(fn)!.layout.bytes > 0);
  const takers = isDebug ? new Set(program.functions) : withCallers(program, withFrames);
  return new Map([...layouts].map(([fn, plan]) => [fn, { ...plan, takesTop: takers.has(fn) }]));
}

/** A function's alternatives, if all of them come to one region, and nothing is moved there before the function returns. */
function alternativesOf(
  { alternatives }: FunctionBounds,
  loan: Loan | null,
  rescues: ReadonlyMap<InstructionOf<"loop">, Rescue>,
): Alternatives | null {
  if (loan === null || !loan.mayDrop || loan.marks !== 1 || loan.chain.size > 0) return null;
  return [...rescues.values()].some(({ lent }) => lent.length > 0) ? null : alternatives;
}

/** The loops of a function that collect, with those of the regions that it was lent which it marks. */
function markedRescues(
  rescues: ReadonlyMap<InstructionOf<"loop">, Rescue>,
  loan: Loan | null,
): ReadonlyMap<InstructionOf<"loop">, Rescue> {
  const isMarked = (index: number): boolean => loan !== null && (loan.isOutermost || loan.marked.includes(index));
  return new Map(
    [...rescues].flatMap(([loop, rescue]) => {
      const lent = rescue.lent.filter(isMarked);
      return lent.length + rescue.filled.length === 0 ? [] : [[loop, { ...rescue, lent }] as const];
    }),
  );
}
