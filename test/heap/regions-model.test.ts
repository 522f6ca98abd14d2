/**
 * Random operations on regions and on a model of them: objects of JavaScript, each with its region and the checkpoints
 * that may end it.
 *
 * The model decides by itself which stores would leave a reference to something ended, and what each end takes along.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ArrayRef,
  type ArrayShape,
  box,
  Checkpoint,
  HeapError,
  int32,
  type RecordShape,
  Ref,
  Region,
  Regions,
  type RegionsOptions,
  type SliceRef,
  slice,
  uint8,
} from "../../src/index.ts";
import { often } from "../support/often.ts";

/** Of a stack of what is open, innermost last. */
interface Open {
  readonly real: Region | Checkpoint;
  readonly region: Open;
}
type Cell = Thing | number | null;
interface Part {
  readonly of: Thing;
  readonly start: number;
  readonly length: number;
}
interface Thing {
  readonly region: Open;
  checkpoints: Open[];
  isAlive: boolean;
  readonly kind: "node" | "boxes" | "bytes";
  readonly numbers: number[];
  readonly cells: Cell[];
  part: Part | null;
}
interface Held {
  readonly ref: Ref;
  readonly thing: Thing;
  /** A slice of bytes, or null for the whole. */
  readonly part: Part | null;
}

/** With sparse arrays, from how many bytes on an array lies on the sparse stack. */
const SPARSE_MIN_BYTES = 2048;
const HEADER_BYTES = 8;

/** Three numbers choose what a step works on, each modulo what there is. */
type Choice = readonly [number, number, number];
const HELD_MAX = 40;

class Twin {
  readonly regions: Regions;
  readonly hasSparseArrays: boolean;
  /** What some object has ever referred to. */
  readonly referred = new Set<Thing>();
  readonly Node;
  readonly Boxes;
  readonly Bytes;
  readonly open: Open[] = [];
  held: Held[] = [];

  constructor(regions: Regions, hasSparseArrays: boolean) {
    this.regions = regions;
    this.hasSparseArrays = hasSparseArrays;
    this.Node = regions.defineRecord("Node", { n: int32(), a: box(), b: box(), text: slice() });
    this.Boxes = regions.defineArray("Boxes", box());
    this.Bytes = regions.defineArray("Bytes", uint8());
  }

  pickRegion(choice: number): Open {
    if (this.open.length === 0) this.enter(choice);
    const all = this.open.filter((each) => each.real instanceof Region);
    return all[choice % all.length]!;
  }

  pickHeld(choice: number, fits: (held: Held) => boolean): Held | null {
    const all = this.held.filter(fits);
    return all[choice % all.length] ?? null;
  }

  enter(choice: number): void {
    const real = this.regions.enter({ firstBytes: [0, 40, 256, 2000][choice % 4]! });
    const made = { real } as { real: Region; region: Open };
    made.region = made;
    this.open.push(made);
  }

  checkpoint(region: Open): void {
    this.open.push({ real: (region.real as Region).checkpoint(), region });
  }

  /** The checkpoints that cover what comes to a region now. */
  checkpointsOn(region: Open): Open[] {
    return this.open.filter((each) => each.real instanceof Checkpoint && each.region === region);
  }

  isOnSparseStack({ kind, numbers, cells }: Thing): boolean {
    const bytes = HEADER_BYTES + (kind === "bytes" ? numbers.length : 4 * cells.length);
    return this.hasSparseArrays && Math.ceil(bytes / 8) * 8 >= SPARSE_MIN_BYTES;
  }

  add(
    region: Open,
    kind: Thing["kind"],
    ref: Ref,
    numbers: number[],
    cells: Cell[],
    checkpoints = this.checkpointsOn(region),
  ): void {
    const thing: Thing = { region, checkpoints, isAlive: true, kind, numbers, cells, part: null };
    this.held.push({ ref, thing, part: null });
  }

  /** Whether whatever ends `target` ends `holder` as well, or has before. */
  mayRefer(holder: Thing, target: Thing): boolean {
    const depth = (each: Open) => this.open.indexOf(each);
    if (depth(target.region) > depth(holder.region)) return false;
    return target.checkpoints.every(
      (checkpoint) => holder.checkpoints.includes(checkpoint) || depth(holder.region) > depth(checkpoint),
    );
  }

  /** Stores in both, or sees that it is refused. */
  store(holder: Thing, target: Thing | null, real: () => void, model: () => void): void {
    if (target === null || this.mayRefer(holder, target)) {
      real();
      model();
      if (target !== null) this.referred.add(target);
      return;
    }
    try {
      real();
    } catch (error) {
      if (error instanceof HeapError && error.code === "would-dangle") return;
      throw error;
    }
    expect.fail("a reference to what ends before was stored");
  }

  /** Ends what fits, and sees that references know. */
  end(fits: (thing: Thing) => boolean): void {
    for (const { thing } of this.held) {
      reach([thing], (each) => {
        if (fits(each)) each.isAlive = false;
      });
    }
    for (const { ref, thing } of this.held) expect(ref.isOpen).toBe(thing.isAlive);
    this.held = this.held.filter(({ thing }) => thing.isAlive);
  }

  compare(): void {
    expect(this.held.map(({ ref, part }) => this.#actual(ref, part))).toEqual(
      this.held.map(({ thing, part }) => expected(thing, part)),
    );
  }

  #actual(root: Ref, part: Part | null): unknown {
    if (part !== null) return (root as SliceRef).toArray();
    using _scope = this.regions.scope();
    const seen = new Map<number, number>();
    const shown: unknown[] = [];
    const queue: Ref[] = [root];
    const name = (value: unknown) => {
      if (!(value instanceof Ref)) return value;
      if (!seen.has(value.address)) {
        seen.set(value.address, seen.size);
        queue.push(value);
      }
      return `#${seen.get(value.address)}`;
    };
    seen.set(root.address, 0);
    for (const ref of queue) {
      if (this.Node.is(ref)) {
        shown.push(["node", [ref.get("n")], [name(ref.get("a")), name(ref.get("b"))], ref.get("text").toArray()]);
      } else if (this.Boxes.is(ref)) shown.push(["boxes", [], ref.toArray().map(name), []]);
      else shown.push(["bytes", [...this.Bytes.cast(ref).bytes()], [], []]);
    }
    return shown;
  }
}

function targets(thing: Thing): Thing[] {
  const cells = thing.cells.filter((cell): cell is Thing => cell !== null && typeof cell === "object");
  return thing.part === null ? cells : [...cells, thing.part.of];
}

function reach(roots: readonly Thing[], visit: (thing: Thing) => void): Set<Thing> {
  const seen = new Set(roots);
  for (const thing of seen) {
    visit(thing);
    for (const target of targets(thing)) seen.add(target);
  }
  return seen;
}

function partOf(part: Part | null): number[] {
  return part === null ? [] : part.of.numbers.slice(part.start, part.start + part.length);
}

function expected(root: Thing, part: Part | null): unknown {
  if (part !== null) return partOf(part);
  const seen = new Map<Thing, number>([[root, 0]]);
  const name = (cell: Cell) => {
    if (cell === null || typeof cell === "number") return cell;
    if (!seen.has(cell)) seen.set(cell, seen.size);
    return `#${seen.get(cell)}`;
  };
  const shown: unknown[] = [];
  for (const thing of seen.keys()) shown.push([thing.kind, thing.numbers, thing.cells.map(name), partOf(thing.part)]);
  return shown;
}

const isWhole =
  (...kinds: Thing["kind"][]) =>
  ({ part, thing }: Held) =>
    part === null && kinds.includes(thing.kind);

const STEPS: Readonly<Record<string, (twin: Twin, choice: Choice) => void>> = {
  enter: (twin, [a]) => {
    if (twin.open.length < 12) twin.enter(a);
  },
  checkpoint: (twin, [a]) => {
    if (twin.open.length < 12) twin.checkpoint(twin.pickRegion(a));
  },
  node: (twin, [a, b]) => {
    const region = twin.pickRegion(a);
    const ref = (region.real as Region).alloc(twin.Node as RecordShape, { n: b, b: b | 1 });
    twin.add(region, "node", ref, [b], [null, b | 1]);
  },
  boxes: (twin, [a, b]) => {
    const region = twin.pickRegion(a);
    const length = b % 9 === 0 ? 4000 + (b % 3000) : b % 30;
    const ref = (region.real as Region).allocArray(twin.Boxes as ArrayShape, length);
    twin.add(region, "boxes", ref, [], Array(length).fill(null));
  },
  bytes: (twin, [a, b]) => {
    const region = twin.pickRegion(a);
    const length = b % 9 === 0 ? 15_000 + b : b % 200;
    const numbers = Array.from({ length }, (_, i) => (i * a) & 0xff);
    const ref = (region.real as Region).allocArray(twin.Bytes as ArrayShape, numbers);
    twin.add(region, "bytes", ref, numbers, []);
  },
  grow: (twin, [a, b]) => {
    const held = twin.pickHeld(a, isWhole("boxes", "bytes"));
    if (held === null) return;
    const { thing } = held;
    const { region, kind } = thing;
    const isOnSparseStack = twin.isOnSparseStack(thing);
    const more = b % 7 === 0 ? 9000 + b : b % 600;
    const grow = (): Ref =>
      twin.regions.growArray(held.ref as ArrayRef, thing.numbers.length + thing.cells.length + more);
    if (isOnSparseStack && twin.referred.has(thing)) {
      expect(grow).toThrow(expect.objectContaining({ code: "would-dangle" }));
      return;
    }
    const ref = grow();
    for (const each of twin.held) expect(each.ref.isOpen).toBe(each.thing !== thing);
    twin.held = twin.held.filter((each) => each.thing !== thing);
    const numbers = kind === "bytes" ? [...thing.numbers, ...Array<number>(more).fill(0)] : [];
    const cells = kind === "boxes" ? [...thing.cells, ...Array<Cell>(more).fill(null)] : [];
    // A short array is copied: the copy is new.
    twin.add(region, kind, ref, numbers, cells, isOnSparseStack ? thing.checkpoints : undefined);
  },
  churn: (twin, [a, b]) => {
    const region = twin.pickRegion(a).real as Region;
    for (let n = 0; n < b % 300; n++) region.alloc(twin.Node, { n }).dispose();
  },
  link: (twin, [a, b, c]) => {
    const holder = twin.pickHeld(a, isWhole("node", "boxes"));
    if (holder === null || holder.thing.cells.length === 0) return;
    const target = c % 7 === 0 ? null : twin.pickHeld(b, isWhole("node", "boxes", "bytes"));
    const { ref, thing } = holder;
    const at = c % thing.cells.length;
    const value = target === null ? null : target.ref;
    const real = () => {
      if (twin.Node.is(ref)) ref.set(at === 0 ? "a" : "b", value);
      else twin.Boxes.cast(ref).setAt(at, value);
    };
    twin.store(thing, target?.thing ?? null, real, () => {
      thing.cells[at] = target?.thing ?? null;
    });
  },
  follow: (twin, [a, b]) => {
    const holder = twin.pickHeld(a, isWhole("node", "boxes"));
    const at = holder === null ? 0 : b % (holder.thing.cells.length || 1);
    const thing = holder?.thing.cells[at];
    if (holder === null || thing === null || typeof thing !== "object") return;
    const { ref } = holder;
    const value = twin.Node.is(ref) ? ref.get(at === 0 ? "a" : "b") : twin.Boxes.cast(ref).at(at);
    twin.held.push({ ref: value as Ref, thing, part: null });
  },
  slice: (twin, [a, b, c]) => {
    const whole = twin.pickHeld(a, isWhole("bytes"));
    const total = whole?.thing.numbers.length ?? 0;
    if (whole === null || total === 0) return;
    const start = b % total;
    const length = 1 + (c % (total - start));
    const ref = twin.Bytes.cast(whole.ref).slice(start, start + length);
    expect(ref.owner()?.same(whole.ref)).toBe(true);
    twin.held.push({ ref, thing: whole.thing, part: { of: whole.thing, start, length } });
  },
  linkSlice: (twin, [a, b]) => {
    const holder = twin.pickHeld(a, isWhole("node"));
    const source = twin.pickHeld(b, ({ part }) => part !== null);
    if (holder === null || source === null) return;
    const real = () => twin.Node.cast(holder.ref).set("text", source.ref as never);
    twin.store(holder.thing, source.thing, real, () => {
      holder.thing.part = source.part;
    });
  },
  release: (twin, [a]) => {
    for (const { ref } of twin.held.splice(a % (twin.held.length + 1), 1)) ref.dispose();
  },
  keep: (twin, [a, b]) => {
    const checkpoint = twin.open.at(-1);
    if (!(checkpoint?.real instanceof Checkpoint)) return;
    const kept = twin.held.filter((_, index) => ((a ^ (b << 16)) >>> (index % 31)) & 1);
    checkpoint.real.keep(kept.map(({ ref }) => ref));
    // Only references to what came since end if they were not handed over, also where the object lives on.
    twin.held = twin.held.filter((each) => {
      const isEnded = each.thing.checkpoints.includes(checkpoint) && !kept.includes(each);
      expect(each.ref.isOpen).toBe(!isEnded);
      return !isEnded;
    });
  },
  adopt: (twin) => {
    const checkpoint = twin.open.at(-1);
    if (!(checkpoint?.real instanceof Checkpoint)) return;
    checkpoint.real.adopt();
    twin.open.pop();
    for (const { thing } of twin.held) {
      reach([thing], (each) => {
        each.checkpoints = each.checkpoints.filter((other) => other !== checkpoint);
      });
    }
  },
  drop: (twin) => {
    const checkpoint = twin.open.at(-1);
    if (!(checkpoint?.real instanceof Checkpoint)) return;
    checkpoint.real.drop();
    twin.open.pop();
    twin.end((thing) => thing.checkpoints.includes(checkpoint));
  },
  reset: (twin) => {
    const region = twin.open.at(-1);
    if (!(region?.real instanceof Region)) return;
    region.real.reset();
    twin.end((thing) => thing.region === region);
  },
  leave: (twin) => {
    const region = twin.open.at(-1);
    if (!(region?.real instanceof Region)) return;
    region.real.leave();
    twin.open.pop();
    twin.end((thing) => thing.region === region);
  },
  wrongOrder: (twin, [a]) => {
    const outer = twin.open[a % (twin.open.length || 1)];
    if (outer === undefined || outer === twin.open.at(-1)) return;
    const { real } = outer;
    expect(() => (real instanceof Region ? real.leave() : real.drop())).toThrow(
      expect.objectContaining({ code: "wrong-order" }),
    );
  },
};

const WEIGHTS: Readonly<Record<string, number>> = {
  node: 4,
  link: 6,
  checkpoint: 2,
  keep: 3,
  slice: 2,
  linkSlice: 2,
  bytes: 2,
};

const AT_ONCE = { setPercent: 0, setEntries: 0, wastePercent: 0, wasteBytes: 0 };

const number = fc.nat(0xffff);
const steps = fc.oneof(
  ...Object.keys(STEPS).map((kind) => ({
    weight: WEIGHTS[kind] ?? 1,
    arbitrary: fc.tuple(fc.constant(kind), fc.tuple(number, number, number)),
  })),
);

describe("regions do what their model does under random operations, with", () => {
  test.for([
    { name: "the release core", options: {}, runs: 24 },
    { name: "the debug core", options: { debug: true }, runs: 24 },
    { name: "a heap limit of 512 KiB", options: { debug: true, heapLimitBytes: 512 * 1024 }, runs: 16 },
    { name: "sparse arrays", options: { debug: true, sparseArrays: true }, runs: 24 },
    {
      name: "sparse arrays whose memory is used again at once",
      options: { debug: true, sparseArrays: AT_ONCE },
      runs: 16,
    },
    { name: "sparse arrays in the release core", options: { sparseArrays: AT_ONCE }, runs: 16 },
    {
      name: "sparse arrays under a heap limit",
      options: { debug: true, sparseArrays: true, heapLimitBytes: 1 << 20 },
      runs: 16,
    },
  ] satisfies { name: string; options: RegionsOptions; runs: number }[])("$name", async ({ options, runs }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 150, size: "max" }), async (script) => {
        using regions = await Regions.open(options);
        const twin = new Twin(regions, "sparseArrays" in options);
        const verify = (): void => {
          if (options.debug) regions.verify();
        };
        for (const [index, [kind, choice]] of script.entries()) {
          try {
            STEPS[kind]!(twin, choice);
          } catch (error) {
            // Under a heap limit a step may be refused; then nothing has changed.
            if (!(error instanceof HeapError && error.code === "out-of-memory")) throw error;
          }
          while (twin.held.length > HELD_MAX) twin.held.shift()!.ref.dispose();
          verify();
          if (index % 5 === 0) twin.compare();
        }
        twin.compare();
        while (twin.open.length > 0) {
          STEPS.adopt!(twin, [0, 0, 0]);
          STEPS.leave!(twin, [0, 0, 0]);
        }
        expect(twin.held).toEqual([]);
        expect(regions.statistics()).toMatchObject({ usedBytes: 0, regions: 0, checkpoints: 0 });
      }),
      { numRuns: often(runs) },
    );
  });
});
