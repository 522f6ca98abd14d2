import fc from "fast-check";
import { RoaringBitmap32 } from "roaring-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { often } from "../support/often.ts";
import { type CorePart, compileCorePart } from "./compile.ts";

const PAGE = 1 << 16;
const CONTAINER = 1 << 16;
/** The largest nursery of these tests: 32 containers, 16 MiB. */
const GRANULES_MAX = 32 * CONTAINER;

/** The set, then the stack of starts. The nursery's addresses are only numbers: no test puts objects into it. */
const AT = 64;
const STACK = PAGE * 8;
const PAGES = 9 + (GRANULES_MAX * 4) / PAGE;
/** High enough that addresses have their top bit set. */
const NURSERY = 0x9000_0000;
const GUARD = 0xa5;

type Form = "empty" | "array" | "bitmap" | "runs";
const FORMS: Form[] = ["empty", "array", "bitmap", "runs"];

interface Built {
  bytes: number;
  forms: Form[];
  /** The last member at or below a granule; -1 when there is none. */
  find(granule: number): number;
}

/** What a container must look like, from the rule: the smallest form; equals go to the array, then to the bitmap. */
function smallestForm(members: number, runs: number, granules: number): [Form, number] {
  const bitmap = Math.ceil(granules / 64) * 8;
  if (members === 0) return ["empty", 0];
  if (runs * 4 < Math.min(members * 2, bitmap)) return ["runs", runs * 4];
  return members * 2 <= bitmap ? ["array", members * 2] : ["bitmap", bitmap];
}

/** Members of a container, as granules of it. */
const containerMembers: fc.Arbitrary<(granules: number) => number[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(() => []) },
  // Single starts, the first and the last granule among them.
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(fc.oneof(fc.nat(CONTAINER - 1), fc.constantFrom(0, CONTAINER - 1)), { maxLength: 30 })
      .map((set) => () => set),
  },
  // Objects of one size, in granules, from somewhere on.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(100), fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2000 })))
      .map(([from, size]) => (granules: number) => {
        const set: number[] = [];
        for (let granule = from; granule < granules; granule += size) set.push(granule);
        return set;
      }),
  },
  // Objects of a granule in rows, with gaps between them.
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 })), { maxLength: 40 })
      .map((rows) => (granules: number) => {
        const set: number[] = [];
        let granule = 0;
        for (const [gap, length] of rows) {
          granule += gap - 1;
          for (let i = 0; i < length && granule < granules; i++) set.push(granule++);
          granule++;
        }
        return set;
      }),
  },
  // Random at any density, from one in 2^14 to all but one in 64.
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.integer(),
        fc.oneof(
          fc.integer({ min: 1, max: 14 }).map((shift) => 2 ** -shift),
          fc.integer({ min: 1, max: 63 }).map((sixtyFourths) => sixtyFourths / 64),
        ),
      )
      .map(([seed, density]) => (granules: number) => {
        const set: number[] = [];
        let state = seed | 1;
        for (let granule = 0; granule < granules; granule++) {
          // xorshift32
          state ^= state << 13;
          state ^= state >>> 17;
          state ^= state << 5;
          if (state >>> 0 < density * 2 ** 32) set.push(granule);
        }
        return set;
      }),
  },
);

/** A set of granules, ascending, and the size of its nursery. */
const granuleSet = fc
  .tuple(fc.array(containerMembers, { minLength: 1, maxLength: 32 }), fc.integer({ min: 1, max: CONTAINER }))
  .map(([containers, lastGranules]) => {
    const granules = (containers.length - 1) * CONTAINER + lastGranules;
    const set: number[] = [];
    containers.forEach((membersOf, i) => {
      const size = Math.min(CONTAINER, granules - i * CONTAINER);
      const members = membersOf(size).filter((granule) => granule < size);
      members.sort((a, b) => a - b);
      for (const granule of members) set.push(i * CONTAINER + granule);
    });
    return { granules, set };
  });

describe("compressed starts", () => {
  let core: CorePart;
  beforeAll(async () => {
    core = await compileCorePart(
      `export { compressedBytesMax, compressedBuild, compressedFind, compressedForm } from "./assembly/nursery/starts/compressed";`,
      PAGES,
    );
  });

  /** Builds the set of `granules`, and checks that the build stays within its bytes. */
  function build(set: ArrayLike<number>, granules: number): Built {
    const max = core.exports.compressedBytesMax!(granules);
    expect(AT + max).toBeLessThan(STACK);
    const guarded = new Uint8Array(core.memory.buffer, 0, AT + max + 64).fill(GUARD);
    // What stands before and behind the stack could be starts, but is not.
    const stack = new Uint32Array(core.memory.buffer, STACK - 4, set.length + 2);
    stack.fill(NURSERY + (granules - 1) * 8);
    for (let i = 0; i < set.length; i++) stack[i + 1] = NURSERY + set[i]! * 8;
    const bytes = core.exports.compressedBuild!(AT, NURSERY, STACK, STACK + set.length * 4, granules);
    expect(bytes).toBeLessThanOrEqual(max);
    expect(guarded.subarray(0, AT).every((byte) => byte === GUARD)).toBe(true);
    expect(guarded.subarray(AT + bytes).every((byte) => byte === GUARD)).toBe(true);
    const containers = Math.ceil(granules / CONTAINER);
    return {
      bytes,
      forms: Array.from({ length: containers }, (_, i) => FORMS[core.exports.compressedForm!(i)]!),
      find(granule) {
        // Any byte of the granule will do.
        const start = core.exports.compressedFind!(NURSERY + granule * 8 + (granule & 7)) >>> 0;
        return start === 0 ? -1 : (start - NURSERY) / 8;
      },
    };
  }

  /** Checks forms and bytes against the rule, and every granule against the plain model. */
  function expectModel(built: Built, set: number[], granules: number): void {
    let bytes = 0;
    let next = 0;
    const forms: Form[] = [];
    for (let first = 0; first < granules; first += CONTAINER) {
      const size = Math.min(CONTAINER, granules - first);
      let members = 0;
      let runs = 0;
      for (; next < set.length && set[next]! < first + size; next++) {
        if (members === 0 || set[next]! !== set[next - 1]! + 1) runs++;
        members++;
      }
      const [form, formBytes] = smallestForm(members, runs, size);
      forms.push(form);
      bytes += 16 + Math.ceil(formBytes / 8) * 8;
    }
    expect(built.forms).toEqual(forms);
    expect(built.bytes).toBe(bytes);
    const starts = new Uint8Array(granules);
    for (const granule of set) starts[granule] = 1;
    let last = -1;
    for (let granule = 0; granule < granules; granule++) {
      if (starts[granule]) last = granule;
      const found = built.find(granule);
      if (found !== last) expect({ granule, found }).toEqual({ granule, found: last });
    }
  }

  it("find what Roaring and a plain model find, in every form of container", () => {
    const seen = new Map<Form, number>();
    const probes = fc.array(fc.nat(), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(granuleSet, probes, ({ granules, set }, random) => {
        const built = build(set, granules);
        for (const form of built.forms) seen.set(form, (seen.get(form) ?? 0) + 1);
        expectModel(built, set, granules);
        const roaring = new RoaringBitmap32(set);
        try {
          // First and last granules of containers, members and their neighbours, anything.
          const asked = random.map((probe) => probe % granules);
          for (let first = 0; first < granules; first += CONTAINER) asked.push(first, first + 1, first - 1);
          asked.push(granules - 1);
          for (const probe of random) {
            if (set.length > 0) asked.push(...[-1, 0, 1].map((off) => set[probe % set.length]! + off));
          }
          for (const granule of asked) {
            if (granule < 0 || granule >= granules) continue;
            const rank = roaring.rank(granule);
            const expected = rank === 0 ? -1 : roaring.select(rank - 1);
            expect({ granule, found: built.find(granule) }).toEqual({ granule, found: expected });
          }
        } finally {
          roaring.dispose();
        }
      }),
      { numRuns: often(60) },
    );
    for (const form of FORMS) expect({ form, seen: seen.get(form) ?? 0 }).not.toEqual({ form, seen: 0 });
  });

  it("find every granule of every small set", () => {
    const granules = 10;
    for (let bits = 0; bits < 1 << granules; bits++) {
      const set = Array.from({ length: granules }, (_, i) => i).filter((i) => (bits >> i) & 1);
      expectModel(build(set, granules), set, granules);
    }
  });

  it("find every granule of small random sets", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.uniqueArray(fc.nat(999), { maxLength: 300 }),
        (granules, any) => {
          const set = any.filter((granule) => granule < granules).sort((a, b) => a - b);
          expectModel(build(set, granules), set, granules);
        },
      ),
    );
  });

  it("change form where another is smaller", () => {
    const everySecond = (members: number) => Array.from({ length: members }, (_, i) => i * 2);
    const row = (first: number, members: number) => Array.from({ length: members }, (_, i) => first + i);
    const cases: [number[], Form][] = [
      [[], "empty"],
      [[0], "array"],
      [[CONTAINER - 1], "array"],
      [row(7, 2), "array"],
      [row(7, 3), "runs"],
      [row(0, CONTAINER), "runs"],
      [everySecond(4096), "array"],
      [everySecond(4097), "bitmap"],
      [everySecond(CONTAINER / 2), "bitmap"],
      // 2047 runs are smaller than a bitmap, 2048 are not.
      [row(0, 2047).flatMap((i) => row(i * 8, 3)), "runs"],
      [row(0, 2048).flatMap((i) => row(i * 8, 3)), "bitmap"],
    ];
    for (const [set, form] of cases) {
      const built = build(set, CONTAINER);
      expect({ members: set.length, forms: built.forms }).toEqual({ members: set.length, forms: [form] });
      expectModel(built, set, CONTAINER);
    }
  });

  it("look back over containers without members", () => {
    const granules = 6 * CONTAINER;
    const boundaries = [CONTAINER - 1, 4 * CONTAINER, 4 * CONTAINER + 1, 5 * CONTAINER - 1];
    const built = build(boundaries, granules);
    expect(built.forms).toEqual(["array", "empty", "empty", "empty", "array", "empty"]);
    expectModel(built, boundaries, granules);
    expect(built.find(CONTAINER - 2)).toBe(-1);
    expect(built.find(4 * CONTAINER - 1)).toBe(CONTAINER - 1);
    expect(built.find(granules - 1)).toBe(5 * CONTAINER - 1);
  });

  it("keep a row that crosses from one container into the next", () => {
    const set = Array.from({ length: 40 }, (_, i) => CONTAINER - 20 + i);
    const built = build(set, 2 * CONTAINER);
    expect(built.forms).toEqual(["runs", "runs"]);
    expectModel(built, set, 2 * CONTAINER);
  });

  it("hold a full nursery of 16 MiB within the most bytes it may take", () => {
    const set = Array.from({ length: GRANULES_MAX / 2 }, (_, i) => i * 2);
    const built = build(set, GRANULES_MAX);
    expect(built.bytes).toBe(core.exports.compressedBytesMax!(GRANULES_MAX));
    expect(built.bytes).toBe(32 * (16 + 8192));
    expectModel(built, set, GRANULES_MAX);
  });

  it("need no bytes for a nursery of no granules", () => {
    expect(core.exports.compressedBytesMax!(0)).toBe(0);
    expect(core.exports.compressedBuild!(AT, NURSERY, STACK, STACK, 0)).toBe(0);
  });
});
