/** What the debug core asserts around a collection of regions: it stops where the program has broken a promise. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  CHECKPOINT_BYTES,
  CHUNK_BYTES,
  COLLECT_YOUNG,
  GENERATION_BYTES,
  KIND_RECORD,
  REGION_ARRAYS,
  REGION_BYTES,
  REGION_FIRST,
  REGION_LIMIT,
  REGION_STATISTICS_COLLECTIONS,
  REGION_STATISTICS_FULL_COLLECTIONS,
  REGION_TOP,
  SHAPE_BOXES_OFFSET,
  SHAPE_BYTES,
  SHAPE_FIXED,
  SHAPE_FLAGS_OFFSET,
  SHAPE_KIND_OFFSET,
  SHAPE_POINTERS,
  SHAPE_SIZE_OFFSET,
  SHAPE_SLICES_OFFSET,
  WORD_BYTES,
} from "#contract";
import { instantiateCore } from "../../src/core/instance.ts";

type Core = Readonly<Record<string, (...args: number[]) => number>>;

/** The program's data: two shapes, of a record whose pointer changes and of one whose pointer does not. */
const MUTABLE = 1024;
const FIXED = MUTABLE + SHAPE_BYTES;
const STACK = FIXED + SHAPE_BYTES;
const FRAMES = CHUNK_BYTES;
const RECORD_BYTES = 16;
const NEXT = 4;

let core: Core;
let memory: WebAssembly.Memory;
/** A region with its checkpoint and generation in front of it, a later region, and a root. */
let checkpoint: number;
let generation: number;
let region: number;
let later: number;
let root: number;

const view = () => new DataView(memory.buffer);
const set = (address: number, value: number): void => view().setUint32(address, value, true);
const get = (address: number): number => view().getUint32(address, true);

beforeEach(async () => {
  memory = new WebAssembly.Memory({ initial: 3 });
  core = (await instantiateCore("debug", memory)) as unknown as Core;
  for (const [at, flags] of [
    [MUTABLE, SHAPE_POINTERS],
    [FIXED, SHAPE_POINTERS | SHAPE_FIXED],
  ] as const) {
    view().setUint8(at + SHAPE_KIND_OFFSET, KIND_RECORD);
    view().setUint8(at + SHAPE_FLAGS_OFFSET, flags);
    set(at + SHAPE_SIZE_OFFSET, RECORD_BYTES);
    set(at + SHAPE_BOXES_OFFSET, 1 << (NEXT / WORD_BYTES));
    set(at + SHAPE_SLICES_OFFSET, 0);
  }
  core.regionChooseSparseArrays!(1);
  expect(core.regionInit!(FRAMES, 2 * CHUNK_BYTES, 0)).toBe(0);
  checkpoint = FRAMES + CHUNK_BYTES / 2;
  generation = checkpoint + CHECKPOINT_BYTES;
  region = generation + GENERATION_BYTES;
  later = region + REGION_BYTES;
  root = later + REGION_BYTES;
  for (const at of [region, later]) {
    set(at + REGION_TOP, 0);
    set(at + REGION_LIMIT, 0);
    view().setBigUint64(at + REGION_FIRST, 0n, true);
    set(at + REGION_ARRAYS, STACK);
  }
  core.checkpointSet!(checkpoint, region);
  core.generationSet!(generation, checkpoint);
});

function alloc(at: number, shape: number, next: number): number {
  const top = get(at + REGION_TOP);
  const fits = top + RECORD_BYTES <= get(at + REGION_LIMIT);
  const ref = fits ? top : core.regionGrow!(at, RECORD_BYTES) >>> 0;
  if (fits) set(at + REGION_TOP, top + RECORD_BYTES);
  set(ref, shape);
  set(ref + NEXT, next);
  return ref;
}

/** A chain of records. @returns the first, which refers to no other */
function chain(shape: number): number {
  const first = alloc(region, shape, 0);
  set(root, first);
  for (let n = 0; n < 250; n++) set(root, alloc(region, shape, get(root)));
  return first;
}

/** Collects what is young behind the checkpoint, if something is old there; otherwise all. */
function collect(): void {
  core.regionCollect!(generation, generation + GENERATION_BYTES, root, 1, 0, 0, 0, COLLECT_YOUNG);
}

function lastOfChain(): number {
  let ref = get(root);
  while (get(ref + NEXT) !== 0) ref = get(ref + NEXT);
  return ref;
}

function collections(): { all: number; full: number } {
  const block = core.regionStatistics!();
  return { all: get(block + REGION_STATISTICS_COLLECTIONS), full: get(block + REGION_STATISTICS_FULL_COLLECTIONS) };
}

describe("a collection of regions in the debug core", () => {
  it("goes by where all is in order, and collects the young part alone", () => {
    chain(FIXED);
    // Garbage: where most of it lives, nothing becomes old.
    for (let n = 0; n < 2_500; n++) alloc(region, FIXED, 0);
    collect();
    expect(collections()).toEqual({ all: 1, full: 1 });
    set(root, alloc(region, FIXED, get(root)));
    collect();
    expect(collections()).toEqual({ all: 2, full: 1 });
    expect(core.regionVerify!()).toBe(0);
  });

  it("stops where a survivor refers to an object of a later region", () => {
    const first = chain(FIXED);
    set(first + NEXT, alloc(later, FIXED, 0));
    expect(collect).toThrow(WebAssembly.RuntimeError);
  });

  it("stops where a survivor refers to memory that nobody has", () => {
    const first = chain(FIXED);
    set(first + NEXT, 64 * CHUNK_BYTES);
    expect(collect).toThrow(WebAssembly.RuntimeError);
  });

  it("stops where a survivor refers to the heap beside the regions", () => {
    // The heap begins anew, and the regions in it.
    expect(core.gcInit!(2048, 2 * CHUNK_BYTES, 0, 0, 0, 0, 0)).toBe(0);
    expect(core.regionOpen!(FRAMES, 2 * CHUNK_BYTES, 0)).toBe(0);
    const first = chain(FIXED);
    collect();
    const inHeap = core.gcAllocRecord!(FIXED);
    expect(inHeap).not.toBe(0);
    set(lastOfChain() + NEXT, inHeap);
    expect(first).not.toBe(0);
    expect(collect).toThrow(WebAssembly.RuntimeError);
  });

  it.each([
    ["whose pointer never changes, by its shape", FIXED, true],
    ["that is remembered", MUTABLE, false],
  ])("with a young object behind an old one %s", (_name, shape, stops) => {
    chain(shape);
    for (let n = 0; n < 2_500; n++) alloc(region, shape, 0);
    collect();
    expect(collections()).toEqual({ all: 1, full: 1 });
    const young = alloc(region, shape, 0);
    set(lastOfChain() + NEXT, young);
    if (stops) expect(collect).toThrow(WebAssembly.RuntimeError);
    else collect();
  });

  it("stops where a region has lost its mark that it has arrays", () => {
    const array = core.regionArrayNew!(region, 4096);
    expect(array).toBeGreaterThan(0);
    expect(core.regionVerify!()).toBe(0);
    set(region + REGION_ARRAYS, STACK);
    expect(core.regionVerify!()).toBe(8);
    expect(() => collect()).toThrow(WebAssembly.RuntimeError);
  });
});
