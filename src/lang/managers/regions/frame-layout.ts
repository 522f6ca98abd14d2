/**
 * The frame of a function under `regions`: what of its checkpoints, regions and slots lies where on the stack of
 * frames.
 *
 *     frame   checkpoints of the caller's regions | checkpoints that divide what comes to the caller
 *             | checkpoints of its own regions | generations of the caller's regions | generations of its own regions
 *             | region of the call | region of the iterations of outermost loops | ...
 *             | slots of the call | slots of iterations | ...
 *
 * An object of a known size that is made once in a call, or once in each iteration, and stays there has a slot, and
 * costs nothing to allocate. Only regions are there that something else is placed in. Each has bytes behind its
 * descriptor for what it is sure to hold at first, so that a call with a few small objects asks for no segment. Only
 * functions that collect have checkpoints of their own regions; they have no slots, since collections look for what
 * refers to what they move in regions only. Those that collect between iterations have generations.
 */

import { CHECKPOINT_BYTES, GENERATION_BYTES, GRANULE_BYTES, REGION_BYTES } from "#contract";
import { alignUp } from "../../../core/align.ts";
import type { Block, Bound, Instruction, InstructionOf, IrFunction, Site } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf, forEachInstruction } from "../../ir/traverse.ts";

/** No more than this lies on the stack of frames for one region. */
const MOST_BYTES = 256;
/** What is set aside where what callees make, or arrays, come to a region, or as much as iterations of a loop make. */
const UNKNOWN_BYTES = 64;
/** The slots of a frame take no more: frames of recursive functions shall be small. */
const MOST_SLOT_BYTES = 512;

export interface FrameRegion {
  /** From the frame's start to the region's descriptor. */
  readonly offset: number;
  /** Behind the descriptor. */
  readonly bytes: number;
  /** From the frame's start to its checkpoint; null where it is not collected. */
  readonly checkpoint: number | null;
  /** From the frame's start to its generation; null where it is not collected between iterations. */
  readonly generation: number | null;
}

/** A part of a frame, from its start. */
export interface FramePart {
  readonly from: number;
  readonly to: number;
}

export interface FrameLayout {
  readonly bytes: number;
  /** From the frame's start to where the checkpoints of the caller's regions end. */
  readonly callerEnd: number;
  /** How many of the caller's regions have a generation. */
  readonly callerGenerations: number;
  /** The generations: those of the caller's regions first. */
  readonly generations: FramePart;
  /** The checkpoints between candidates. */
  readonly dividing: FramePart;
  /** By level: 0 for the call's own, and those of iterations, in this order. */
  readonly regions: ReadonlyMap<number, FrameRegion>;
  /** The addresses of objects that have slots, from the frame's start. */
  readonly slots: ReadonlyMap<Site, number>;
  /** By level: where its slots are. */
  readonly slotsOf: ReadonlyMap<number, FramePart>;
}

/** What makes an object for which there may be a slot. */
export type Sized = Extract<Instruction, { op: "construct" | "arrayNew" }>;
type Allocation = Extract<Instruction, { readonly bound?: Bound }>;

/** The level of what is bound to the function itself; null for what is the caller's, or in the heap. */
export function levelOf(bound: Bound): number | null {
  if (bound.of === "iteration") return bound.level;
  return bound.of === "frame" ? 0 : null;
}

/**
 * @param checkpoints what sets the checkpoints of the callers' regions; null where nothing does
 * @param bytesOf the size of what an instruction makes; null where only the program's run tells
 * @param holdsObjects false where all objects shall be in segments: the next frame takes the place of one that ends
 */
export function layoutFrame(
  fn: IrFunction,
  checkpoints: InstructionOf<"regionCheckpoint"> | null,
  bytesOf: (instruction: Sized) => number | null,
  holdsObjects: boolean,
): FrameLayout {
  let dividingCheckpoints = 0;
  let isCollected = false;
  let hasGenerations = false;
  let areCallersCollected = checkpoints !== null && (checkpoints.isResumed || checkpoints.isProgram);
  forEachInstruction(fn.body, (i) => {
    if (i.op === "regionCandidate") dividingCheckpoints++;
    // Those in front of tail calls take in regions of callers only.
    if (i.op !== "regionCollect") return;
    if (i.levels.length > 0) isCollected = true;
    if (i.isBeforeCall) return;
    if (i.levels.length > 0) hasGenerations = true;
    if (i.ofCallers) areCallersCollected = true;
  });
  const needs = new Map<number, number>();
  const need = (level: number, bytes: number): void => {
    needs.set(level, holdsObjects ? Math.min(MOST_BYTES, (needs.get(level) ?? 0) + bytes) : 0);
  };
  const slotted = new Map<number, { readonly site: Site; readonly bytes: number }[]>();
  let slotBytes = 0;
  const place = (i: Allocation, depth: number): void => {
    const level = levelOf(i.bound!);
    if (level === null) return;
    const bytes = i.op === "construct" || i.op === "arrayNew" ? bytesOf(i) : null;
    const isOnce = level === depth && bytes !== null;
    if (!isOnce || isCollected || !holdsObjects || slotBytes + bytes > MOST_SLOT_BYTES) {
      need(level, isOnce ? bytes : UNKNOWN_BYTES);
      return;
    }
    slotBytes += bytes;
    slotted.set(level, [...(slotted.get(level) ?? []), { site: i.site, bytes }]);
  };
  const pass = (bound: Bound): void => {
    const level = levelOf(bound);
    if (level !== null) need(level, UNKNOWN_BYTES);
  };
  const visit = ({ instructions }: Block, depth: number): void => {
    for (const i of instructions) {
      if (allocates(i) && "bound" in i) place(i, depth);
      if (i.op === "call" || i.op === "tailCall") i.bounds!.forEach(pass);
      for (const inner of blocksOf(i)) visit(inner, i.op === "loop" ? depth + 1 : depth);
    }
  };
  visit(fn.body, 0);
  const callerEnd = (checkpoints?.most ?? 0) * CHECKPOINT_BYTES;
  const callerGenerations = areCallersCollected ? (checkpoints?.most ?? 0) : 0;
  const dividing = { from: callerEnd, to: callerEnd + dividingCheckpoints * CHECKPOINT_BYTES };
  let checkpoint = dividing.to;
  const own = needs.size;
  const from = checkpoint + (isCollected ? own : 0) * CHECKPOINT_BYTES;
  let generation = from + callerGenerations * GENERATION_BYTES;
  const generations = { from, to: generation + (hasGenerations ? own : 0) * GENERATION_BYTES };
  let end = generations.to;
  const byLevel = <T>([first]: readonly [number, T], [second]: readonly [number, T]): number => first - second;
  const regions = new Map<number, FrameRegion>();
  for (const [level, bytes] of [...needs].sort(byLevel)) {
    const rounded = alignUp(bytes, GRANULE_BYTES);
    regions.set(level, {
      offset: end,
      bytes: rounded,
      checkpoint: isCollected ? checkpoint : null,
      generation: hasGenerations ? generation : null,
    });
    end += REGION_BYTES + rounded;
    checkpoint += CHECKPOINT_BYTES;
    generation += GENERATION_BYTES;
  }
  const slots = new Map<Site, number>();
  const slotsOf = new Map<number, FramePart>();
  for (const [level, objects] of [...slotted].sort(byLevel)) {
    const from = end;
    for (const { site, bytes } of objects) {
      slots.set(site, end);
      end += bytes;
    }
    slotsOf.set(level, { from, to: end });
  }
  return { bytes: end, callerEnd, callerGenerations, generations, dividing, regions, slots, slotsOf };
}
