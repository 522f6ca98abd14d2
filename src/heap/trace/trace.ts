/**
 * A second opinion on what is reachable: from the roots, over the raw memory, with nothing of the core's marking.
 *
 * The census (space.ts) says what objects there are, the descriptors (descriptor.ts) where their pointers, roots.ts
 * where it starts. Any pointer that leads nowhere stops the trace. What else must hold depends on what has just
 * happened:
 *
 *   any     every pointer that is reached is valid
 *   minor   and the nursery is empty
 *   major   and the objects that there are, the marked lines or taken cells, and the bytes counted live, are those of the objects reached
 */
import { ARRAY_HEADER_BYTES, FIRST_LINE, LENGTH_OFFSET, LINES_PER_BLOCK } from "#contract";
import type { MatureSpace } from "../../core/settings.ts";
import type { Core } from "../collector/core.ts";
import { readStatistics } from "../collector/statistics.ts";
import type { Session } from "../objects/ref.ts";
import { broken, Raw } from "./raw.ts";
import { handleRoots, type Root, shadowRoots } from "./roots.ts";
import { type Place, Space, shown } from "./space.ts";

/** What has happened since the program last did anything. */
export type TraceAfter = "any" | "minor" | "major";

/** An object that a trace has reached. */
export interface TracedObject {
  readonly address: number;
  /** Its size, header and rounding included. */
  readonly bytes: number;
  /** The name of its shape. */
  readonly shape: string;
  readonly space: "nursery" | "block" | "large";
}

/** Where a heap lies, as its exports do not tell. */
export interface TraceOrigin {
  /** As passed to `gcInit`. */
  readonly heapBase: number;
  /** Where the shadow stack begins: its top, right after `gcInit`. */
  readonly shadowBase: number;
  /** As chosen before `gcInit`. */
  readonly mature: MatureSpace;
}

/**
 * Finds every object that the roots reach, in the order of their addresses. Needs the debug core, which keeps the
 * unused part of the nursery free of old headers. Cost: a walk of everything.
 * @throws HeapError broken-invariant
 */
export function traceHeap(session: Session<Core>, origin: TraceOrigin, after: TraceAfter): TracedObject[] {
  const { core } = session;
  const { handles, liveBytes, matureBytes } = readStatistics(session);
  const raw = new Raw(core.memory);
  const nursery = { base: core.nurseryBase, bytes: core.nurseryBytes };
  const space = new Space(raw, origin.heapBase, nursery, session.shapes);
  const roots = [...shadowRoots(raw, origin.shadowBase, core.shadowTop), ...handleRoots(raw, space.control, handles)];
  const reached = reach(raw, space, roots);
  if (after !== "any") nurseryIsEmpty(space);
  if (after === "major") {
    onlyReachedSurvive(space, reached);
    if (origin.mature === "lines") linesAreExact(space, reached);
    else cellsAreExact(space, reached);
    const bytes = [...reached].reduce((sum, place) => sum + place.bytes, 0);
    if (bytes !== liveBytes) broken(`${bytes} bytes are reached, but ${liveBytes} are counted as live`);
    if (bytes !== matureBytes) broken(`${bytes} bytes are reached, but ${matureBytes} are counted as mature`);
  }
  return space.objects
    .filter((place) => reached.has(place))
    .map(({ address, bytes, shape, space }) => ({ address, bytes, shape: shape.name, space }));
}

function reach(raw: Raw, space: Space, roots: readonly Root[]): Set<Place> {
  const reached = new Set<Place>();
  const queue: Place[] = [];
  const follow = (slot: number, isSlice: boolean, holder: string | Place) => {
    const value = raw.word(slot);
    const target = isSlice ? space.ofSlice(value) : space.ofBox(value);
    if (target === null) {
      const owner = typeof holder === "string" ? holder : shown(holder);
      broken(`the ${isSlice ? "Slice" : "Box"} at ${slot}, in ${owner}, is ${value}: ${space.describe(value)}`);
    }
    if (target === "outside" || reached.has(target)) return;
    reached.add(target);
    queue.push(target);
  };
  for (const { slot, isSlice, holder } of roots) follow(slot, isSlice, holder);
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    const { address, shape } = place;
    if (shape.boxes.length === 0 && shape.slices.length === 0) continue;
    const count = shape.isArray ? raw.word(address + LENGTH_OFFSET) : 1;
    let base = shape.isArray ? address + ARRAY_HEADER_BYTES : address;
    for (let i = 0; i < count; i++, base += shape.bytes) {
      for (const offset of shape.boxes) follow(base + offset, false, place);
      for (const offset of shape.slices) follow(base + offset, true, place);
    }
  }
  return reached;
}

function nurseryIsEmpty(space: Space): void {
  const left = space.objects.find((place) => place.space === "nursery");
  if (left !== undefined) broken(`${shown(left)} is still in the nursery after a collection`);
}

function onlyReachedSurvive(space: Space, reached: ReadonlySet<Place>): void {
  const floating = space.objects.find((place) => !reached.has(place));
  if (floating === undefined) return;
  const remains = floating.space === "large" ? "its chunks were not released" : "its start bit is still set";
  broken(`${shown(floating)} is not reached, but ${remains} after a major collection`);
}

function linesAreExact(space: Space, reached: ReadonlySet<Place>): void {
  const used = new Map(space.blocks.map((block) => [block, new Uint8Array(LINES_PER_BLOCK)]));
  for (const place of reached) {
    if (place.space !== "block") continue;
    const { block, first, last } = space.linesOf(place);
    for (let line = first; line <= last; line++) {
      const mark = space.lineMark(block, line);
      if (mark !== 1) broken(`${shown(place)} lies on line ${line} of the block at ${block}, whose mark is ${mark}`);
    }
    used.get(block)!.fill(1, first, last + 1);
  }
  for (const [block, lines] of used) {
    if (!lines.includes(1)) broken(`the block at ${block} is empty, but was not released by a major collection`);
    for (let line = 0; line < LINES_PER_BLOCK; line++) {
      if (lines[line] === 0 && space.lineMark(block, line) !== 0) {
        const where = line < FIRST_LINE ? "which is metadata" : "on which nothing lies";
        broken(`line ${line} of the block at ${block}, ${where}, is marked`);
      }
    }
  }
}

function cellsAreExact(space: Space, reached: ReadonlySet<Place>): void {
  const used = new Map(space.blocks.map((block) => [block, 0]));
  for (const place of reached) {
    if (place.space !== "block") continue;
    const { block, bytes, offset } = space.cellOf(place);
    if (offset !== 0) broken(`${shown(place)} starts ${offset} bytes inside a cell of the block at ${block}`);
    if (place.bytes > bytes) broken(`${shown(place)} is longer than its cell of ${bytes} bytes`);
    if (!space.isTaken(place)) broken(`${shown(place)} lies in a cell that is not taken`);
    used.set(block, used.get(block)! + 1);
  }
  for (const [block, cells] of used) {
    if (cells === 0) broken(`the block at ${block} is empty, but was not released by a major collection`);
    const taken = space.takenCells(block);
    if (taken !== cells) broken(`${cells} objects lie in the block at ${block}, but ${taken} cells are taken`);
  }
}
