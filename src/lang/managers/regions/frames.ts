/**
 * The frame of a function under `regions`: what of its marks and regions lies where on the stack of frames.
 *
 *     frame   marks of the caller's regions | marks of its own | region of the call | region of the rounds of outermost loops | ...
 *
 * Only regions that something is placed in are there. Each has bytes behind its descriptor for what it is sure to hold at
 * first, so that a call with a few small objects asks for no segment. Only functions that collect have marks.
 */

import { GRANULE_BYTES, MARK_BYTES, REGION_BYTES } from "../../../heap/contract.ts";
import type { Instruction, IrFunction } from "../../ir/ir.ts";
import type { Bound, FunctionBounds } from "../../ir/placement/bounds.ts";
import { allocates } from "../../ir/safepoints.ts";
import { forEachInstruction } from "../../ir/traverse.ts";

/** No more than this lies on the stack of frames for one region. */
const MOST_BYTES = 256;
/** What is set aside where what callees make, or arrays, come to a region. */
const UNKNOWN_BYTES = 64;

export interface FrameRegion {
  /** From the frame's start to the region's descriptor. */
  readonly offset: number;
  /** Behind the descriptor. */
  readonly bytes: number;
  /** From the frame's start to its mark; null where it is not collected. */
  readonly mark: number | null;
}

export interface FrameLayout {
  readonly bytes: number;
  /** From the frame's start to where the marks of the caller's regions end. */
  readonly lentEnd: number;
  /** By level: 0 for the call's own, and those of rounds, in this order. */
  readonly regions: ReadonlyMap<number, FrameRegion>;
}

/** The level of what is bound to the function itself; null for what is the caller's. */
export function levelOf(bound: Bound): number | null {
  if (bound.of === "caller") return null;
  return bound.of === "round" ? bound.level : 0;
}

/**
 * @param lentMarks how many marks of the caller's regions there are
 * @param isCollected whether the function's own regions may be collected
 * @param recordBytes the size of what an instruction constructs
 */
export function layoutFrame(
  fn: IrFunction,
  bounds: FunctionBounds,
  lentMarks: number,
  isCollected: boolean,
  recordBytes: (instruction: Extract<Instruction, { op: "construct" }>) => number,
): FrameLayout {
  const needs = new Map<number, number>();
  const need = (bound: Bound, bytes: number): void => {
    const level = levelOf(bound);
    if (level !== null) needs.set(level, Math.min(MOST_BYTES, (needs.get(level) ?? 0) + bytes));
  };
  forEachInstruction(fn.body, (i) => {
    if (allocates(i) && "site" in i)
      need(bounds.sites.get(i.site)!, i.op === "construct" ? recordBytes(i) : UNKNOWN_BYTES);
  });
  for (const passed of bounds.calls.values()) for (const bound of passed) need(bound, UNKNOWN_BYTES);
  const regions = new Map<number, FrameRegion>();
  const lentEnd = lentMarks * MARK_BYTES;
  let mark = lentEnd;
  let offset = lentEnd + (isCollected ? needs.size * MARK_BYTES : 0);
  for (const [level, bytes] of [...needs].sort(([a], [b]) => a - b)) {
    const rounded = Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES;
    regions.set(level, { offset, bytes: rounded, mark: isCollected ? mark : null });
    offset += REGION_BYTES + rounded;
    mark += MARK_BYTES;
  }
  return { bytes: offset, lentEnd, regions };
}
