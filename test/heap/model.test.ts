/**
 * Random operations on a heap and on its model (support/model.ts), under several settings of the collector.
 *
 * Not covered: objects above a few hundred KiB, more than a few hundred objects at once (collect.test.ts,
 * deep.test.ts).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POINTER_REPS, START_FINDERS } from "../../src/core/settings.ts";
import { type BoxValue, Heap, HeapError, type HeapOptions } from "../../src/index.ts";
import { elementOfPlace, type Spot, Twin } from "../support/model.ts";
import type { Cell } from "../support/notation.ts";
import { often } from "../support/often.ts";

const ROOTS_MAX = 24;
/** Compare heap and model after so many steps, and after every collection. */
const STEPS_PER_AUDIT = 5;

/** Three numbers choose what a step works on; each step takes them modulo what there is. */
type Choice = readonly [number, number, number];

interface Setting {
  readonly name: string;
  readonly options: HeapOptions;
  readonly runs: number;
  readonly prepare?: (heap: Heap) => void;
}

const SETTINGS: readonly Setting[] = [
  { name: "the release core, usual nursery", options: {}, runs: 24 },
  { name: "the release core, nursery of 4 KiB", options: { nurseryBytes: 4096 }, runs: 24 },
  { name: "usual nursery", options: { debug: true }, runs: 8 },
  { name: "nursery of 4 KiB", options: { debug: true, nurseryBytes: 4096 }, runs: 20 },
  { name: "nursery of 16 KiB", options: { debug: true, nurseryBytes: 16384 }, runs: 20 },
  { name: "a collection at every allocation", options: { debug: true, nurseryBytes: 16384, zeal: 1 }, runs: 16 },
  {
    name: "tiny tables",
    options: { debug: true, nurseryBytes: 4096 },
    runs: 16,
    prepare: (heap) => heap.limitTables(2, 1),
  },
  {
    name: "a heap limit of 1 MiB",
    options: { debug: true, nurseryBytes: 16384, heapLimitBytes: 1 << 20, shadowStackBytes: 4096 },
    runs: 20,
  },
  {
    name: "marking and sweeping in the smallest steps",
    options: { debug: true, nurseryBytes: 16384, pauseMs: 1, zeal: 1 },
    runs: 24,
  },
  {
    name: "small steps and tiny tables",
    options: { debug: true, nurseryBytes: 16384, pauseMs: 1, zeal: 2 },
    runs: 16,
    prepare: (heap) => heap.limitTables(2, 1),
  },
  {
    name: "small steps and a heap limit of 1 MiB",
    options: {
      debug: true,
      nurseryBytes: 16384,
      pauseMs: 1,
      zeal: 3,
      heapLimitBytes: 1 << 20,
      shadowStackBytes: 4096,
    },
    runs: 20,
  },
  { name: "size classes", options: { debug: true, nurseryBytes: 4096, mature: "classes" }, runs: 16 },
  {
    name: "size classes and a collection at every allocation",
    options: { debug: true, nurseryBytes: 16384, mature: "classes", zeal: 1 },
    runs: 12,
  },
  {
    name: "size classes, small steps and tiny tables",
    options: { debug: true, nurseryBytes: 16384, mature: "classes", pauseMs: 1, zeal: 2 },
    runs: 12,
    prepare: (heap) => heap.limitTables(2, 1),
  },
  {
    name: "size classes and a heap limit of 8 MiB",
    options: { debug: true, nurseryBytes: 16384, mature: "classes", heapLimitBytes: 8 << 20 },
    runs: 12,
  },
  ...START_FINDERS.flatMap((starts) =>
    POINTER_REPS.map((reps) => ({
      name: `starts found by ${starts}, reps ${reps}`,
      options: { debug: true, nurseryBytes: 16384, starts, reps },
      runs: 10,
    })),
  ),
];

/** What a random box may be set to: a root that is a whole object, nil, or an immediate. */
function boxTarget(twin: Twin, choice: number): [Cell<never>, BoxValue] {
  const wholes = twin.roots.filter(
    ({ model }) => model !== null && typeof model !== "number" && model.kind === "whole",
  );
  if (choice % 5 === 0 || wholes.length === 0) return [null, null];
  if (choice % 5 === 1) return [{ kind: "immediate", value: choice | 1 }, choice | 1];
  const root = wholes[choice % wholes.length]!;
  return [root.model as Cell<never>, root.ref];
}

/** A spot of some root's object that holds what is asked for. */
function pickSpot(
  twin: Twin,
  kind: "box" | "slice" | "number",
  a: number,
  b: number,
): { root: number; spot: Spot } | null {
  const candidates = twin.roots.flatMap(({ model }, root) => {
    if (model === null || typeof model === "number" || model.kind !== "whole") return [];
    const spots = twin.spots(model.target, kind);
    return spots.length > 0 ? [{ root, spots }] : [];
  });
  if (candidates.length === 0) return null;
  const { root, spots } = candidates[a % candidates.length]!;
  return { root, spot: spots[b % spots.length]! };
}

const STEPS: Readonly<Record<string, (twin: Twin, choice: Choice) => void>> = {
  newPair: (twin, [a, b]) => twin.newRecord("Pair", a, ...boxTarget(twin, b)),
  newNamed: (twin, [a, b]) => twin.newRecord("Named", a, ...boxTarget(twin, b)),
  newWide: (twin, [a, b]) => twin.newRecord("Wide", a, ...boxTarget(twin, b)),
  newBytes: (twin, [a, b]) => twin.newArray("Bytes", b % 7 === 0 ? 30_000 + (a % 80_000) : 1 + (a % 300), b & 0xff),
  newInts: (twin, [a, b]) => twin.newArray("Ints", b % 7 === 0 ? 2_000 + (a % 12_000) : a % 40, b),
  newBoxes: (twin, [a, b]) => twin.newArray("Boxes", b % 7 === 0 ? 2_000 + (a % 10_000) : a % 60, b),
  newEntries: (twin, [a, b]) => twin.newArray("Entries", b % 7 === 0 ? 500 + (a % 3_000) : a % 30, b),
  writeBox: (twin, [a, b, c]) => {
    const chosen = pickSpot(twin, "box", a, b);
    if (chosen) twin.write(chosen.root, chosen.spot, ...boxTarget(twin, c));
  },
  writeNumber: (twin, [a, b, c]) => {
    const chosen = pickSpot(twin, "number", a, b);
    if (chosen) twin.write(chosen.root, chosen.spot, c & 0xff, c & 0xff);
  },
  writeSlice: (twin, [a, b, c]) => {
    const chosen = pickSpot(twin, "slice", a, b);
    if (!chosen) return;
    const slices = twin.roots.filter(({ element, model }) => {
      const isSlice = model === null || (typeof model !== "number" && model.kind === "part");
      return isSlice && element === elementOfPlace(chosen.spot.place);
    });
    if (slices.length === 0) return;
    const source = slices[c % slices.length]!;
    twin.write(chosen.root, chosen.spot, source.model, source.ref);
  },
  read: (twin, [a, b, c]) => {
    const chosen = pickSpot(twin, c % 2 === 0 ? "box" : "slice", a, b);
    if (chosen) twin.read(chosen.root, chosen.spot);
  },
  slice: (twin, [a, b, c]) => {
    const roots = twin.roots.flatMap((_, root) => (twin.sequences(root).length > 0 ? [root] : []));
    if (roots.length === 0) return;
    const root = roots[a % roots.length]!;
    const sequences = twin.sequences(root);
    const which = c % sequences.length;
    const { length } = sequences[which]!;
    const start = b % (length + 1);
    // Some are empty, some reach to the end.
    const rest = length - start;
    twin.slice(root, which, start, c % 8 === 0 ? start : c % 8 === 1 ? length : start + Math.min(rest, 1 + (c % 50)));
  },
  writeThrough: (twin, [a, b, c]) => {
    const slices = twin.roots.flatMap(({ model, element }, root) =>
      model !== null && typeof model !== "number" && model.kind === "part"
        ? [{ root, element, length: model.length }]
        : [],
    );
    if (slices.length === 0) return;
    const { root, element, length } = slices[a % slices.length]!;
    if (element === "box") twin.writeThrough(root, b % length, ...boxTarget(twin, c));
    else if (element !== "entry") twin.writeThrough(root, b % length, c & 0xff, c & 0xff);
  },
  unroot: (twin, [a]) => {
    if (twin.roots.length > 0) twin.unroot(a % twin.roots.length);
  },
  churn: (twin, [a]) => twin.churn(a % 300),
  foreignGrow: (twin) => {
    twin.heap.memory.grow(1);
  },
  minor: (twin) => {
    twin.heap.collect("minor");
    audit(twin);
  },
  major: (twin) => {
    twin.heap.collect("major");
    expect(twin.heap.statistics().liveBytes).toBe(twin.reachableBytes());
    audit(twin);
  },
};

/** Allocation and access are more frequent than the rest. */
const WEIGHTS: Readonly<Record<string, number>> = {
  writeBox: 4,
  writeSlice: 4,
  slice: 4,
  read: 2,
  newPair: 2,
  newNamed: 3,
  foreignGrow: 1,
};

function audit(twin: Twin): void {
  if (debugHeaps.has(twin.heap)) twin.heap.verify();
  expect(twin.actual()).toBe(twin.expected());
}

const debugHeaps = new WeakSet<Heap>();
const stepsDone = new WeakMap<Twin, number>();

class Step implements fc.AsyncCommand<Twin, Twin> {
  readonly kind: string;
  readonly choice: Choice;

  constructor(kind: string, choice: Choice) {
    this.kind = kind;
    this.choice = choice;
  }

  check(): boolean {
    return true;
  }

  async run(twin: Twin): Promise<void> {
    try {
      STEPS[this.kind]!(twin, this.choice);
    } catch (error) {
      // Under a heap limit a step may be refused; then nothing has changed.
      if (!(error instanceof HeapError && error.code === "out-of-memory")) throw error;
    }
    while (twin.roots.length > ROOTS_MAX) twin.unroot(0);
    const done = (stepsDone.get(twin) ?? 0) + 1;
    stepsDone.set(twin, done);
    if (done % STEPS_PER_AUDIT === 0) audit(twin);
  }

  toString(): string {
    return `${this.kind}(${this.choice.join(", ")})`;
  }
}

const steps = Object.keys(STEPS).flatMap((kind) => {
  const number = fc.nat(0xffff);
  const step = fc.tuple(number, number, number).map((choice) => new Step(kind, choice));
  return Array.from({ length: WEIGHTS[kind] ?? 1 }, () => step);
});

describe("a heap does what its model does under random operations, with", () => {
  test.for(SETTINGS)("$name", async ({ options, runs, prepare }) => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 100, size: "max" }), async (commands) => {
        const heap = await Heap.open(options);
        if (options.debug) debugHeaps.add(heap);
        prepare?.(heap);
        const twin = new Twin(heap);
        await fc.asyncModelRun(() => ({ model: twin, real: twin }), commands);
        audit(twin);
        // Back to nothing.
        while (twin.roots.length > 0) twin.unroot(0);
        heap.collect("major");
        expect(heap.statistics()).toMatchObject({ liveBytes: 0, matureBytes: 0, blocks: 0, handles: 0 });
        heap.close();
      }),
      { numRuns: often(runs) },
    );
  });
});
