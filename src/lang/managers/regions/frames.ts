/**
 * The frame of a function under `regions`: what of its regions lies where on the stack of frames.
 *
 *     frame   region of the call | region of the rounds of outermost loops | of those inside them | ...
 *
 * Only regions that something is placed in are there. Each has bytes behind its descriptor for what it is sure to hold at
 * first, so that a call with a few small objects asks for no segment.
 */

import { GRANULE_BYTES, REGION_BYTES } from "../../../heap/contract.ts";
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
}

export interface FrameLayout {
  readonly bytes: number;
  /** By level: 0 for the call's own, and those of rounds. */
  readonly regions: ReadonlyMap<number, FrameRegion>;
}

/** The level of what is bound to the function itself; null for what is the caller's. */
export function levelOf(bound: Bound): number | null {
  if (bound.of === "caller") return null;
  return bound.of === "round" ? bound.level : 0;
}

/** @param recordBytes the size of what an instruction constructs */
export function layoutFrame(
  fn: IrFunction,
  bounds: FunctionBounds,
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
  let offset = 0;
  for (const [level, bytes] of [...needs].sort(([a], [b]) => a - b)) {
    const rounded = Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES;
    regions.set(level, { offset, bytes: rounded });
    offset += REGION_BYTES + rounded;
  }
  return { bytes: offset, regions };
}
