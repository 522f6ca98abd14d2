/**
 * Sparse stacks case by case: growth, what is freed in any order, ends of owners, lack of memory, misuse, collectors.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { CHUNK_BYTES as CHUNK, SPARSE_BYTES as DESCRIPTOR, SPARSE_ENTRY_BYTES as ENTRY } from "#contract";
import { alloc, bytesAt, call, counts, GROWER, grow, NEVER, open, STACKS } from "./sparse-core.ts";

beforeEach(() => open());

describe("sparse stacks", () => {
  it("cost nothing before they are used", () => {
    const before = call.chunksUsed!();
    call.sparseLeave!(STACKS[0], 1);
    call.sparseStatistics!(STACKS[0]);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    call.sparseClose!(STACKS[0]);
    expect(call.chunksUsed!()).toBe(before);
    expect(bytesAt(STACKS[0], DESCRIPTOR).every((byte) => byte === 0)).toBe(true);
  });

  it("are used again from call to call", () => {
    const refs = Array.from({ length: 5 }, () => {
      const ref = alloc(STACKS[0], 1, 5000);
      call.sparseLeave!(STACKS[0], 1);
      return ref;
    });
    expect(new Set(refs).size).toBe(1);
    expect(counts(STACKS[0])).toMatchObject({ entries: 0, bytes: 0, highBytes: 5000 + ENTRY, extents: 1 });
  });

  it("grow the array on top where it is, as far as the memory goes", () => {
    alloc(STACKS[0], 1, 800);
    const ref = alloc(STACKS[0], 1, 8);
    bytesAt(ref, 8).fill(7);
    for (let bytes = 16; bytes <= 64 << 20; bytes *= 2) expect(grow(STACKS[0], ref, bytes)).toBe(ref);
    expect(counts(STACKS[0])).toMatchObject({ moved: 0, copiedBytes: 0, grown: 23, extents: 1 });
    expect(bytesAt(ref, 8).every((byte) => byte === 7)).toBe(true);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
  });

  it.each([2, 3, 8])("copy %i arrays that grow by turns only while they are small", (count) => {
    const refs = Array.from({ length: count }, () => alloc(STACKS[0], 1, 8));
    const last = 8 << 20;
    for (let bytes = 16; bytes <= last; bytes *= 2) {
      for (const [index, ref] of refs.entries()) refs[index] = grow(STACKS[0], ref, bytes);
    }
    // One copy into an extent of its own, and those of doubling before.
    expect(counts(STACKS[0]).copiedBytes).toBeLessThanOrEqual(count * 2 * GROWER);
    expect(counts(STACKS[0]).extents).toBeLessThanOrEqual(count + 1);
    expect(new Set(refs).size).toBe(count);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
  });

  it("put nothing on top of a large array that has grown", () => {
    const ref = alloc(STACKS[0], 1, 8);
    expect(grow(STACKS[0], ref, GROWER)).toBe(ref);
    for (let bytes = GROWER + 8; bytes < GROWER + 800; bytes += 8) {
      alloc(STACKS[0], 1, 24);
      expect(grow(STACKS[0], ref, bytes)).toBe(ref);
    }
    expect(counts(STACKS[0])).toMatchObject({ moved: 0, extents: 2 });
    // Freed, its extent is as good as any.
    call.sparseFree!(STACKS[0], ref);
    call.sparseLeave!(STACKS[0], 1);
    alloc(STACKS[0], 1, 24);
    expect(counts(STACKS[0]).extents).toBe(2);
  });

  it("pop what was freed before, once it is on top", () => {
    const refs = Array.from({ length: 8 }, () => alloc(STACKS[0], 1, 40));
    for (const index of [5, 1, 3]) call.sparseFree!(STACKS[0], refs[index]!);
    expect(counts(STACKS[0])).toMatchObject({
      entries: 8,
      freedEntries: 3,
      freedBytes: 3 * (40 + ENTRY),
      nonLinear: 3,
    });
    // Neighbours become one.
    call.sparseFree!(STACKS[0], refs[2]!);
    expect(counts(STACKS[0])).toMatchObject({ entries: 6, freedEntries: 2, freedBytes: 4 * (40 + ENTRY) });
    call.sparseFree!(STACKS[0], refs[6]!);
    call.sparseFree!(STACKS[0], refs[7]!);
    expect(counts(STACKS[0])).toMatchObject({ entries: 3, bytes: 5 * (40 + ENTRY), freedEntries: 1, nonLinear: 5 });
    call.sparseFree!(STACKS[0], refs[4]!);
    expect(counts(STACKS[0])).toMatchObject({
      entries: 1,
      bytes: 40 + ENTRY,
      freedEntries: 0,
      freedBytes: 0,
      nonLinear: 5,
    });
    expect(alloc(STACKS[0], 1, 40)).toBe(refs[1]);
  });

  describe("serve allocation from what was freed", () => {
    /** Ten objects of 24 to 744 bytes, each below one of 40 that is not freed. */
    const freed = () => {
      const refs = Array.from({ length: 10 }, (_, index) => {
        const ref = alloc(STACKS[0], 1, 24 + index * 80);
        alloc(STACKS[0], 1, 40);
        return ref;
      });
      for (const ref of refs) call.sparseFree!(STACKS[0], ref);
      return refs;
    };

    it("by the best fit", () => {
      call.sparseChooseLimits!(0, 0, 0, 0);
      const refs = freed();
      expect(alloc(STACKS[0], 1, 264)).toBe(refs[3]);
      expect(alloc(STACKS[0], 1, 272)).toBe(refs[4]);
      expect(alloc(STACKS[0], 1, 336)).toBe(refs[5]);
      expect(counts(STACKS[0])).toMatchObject({ served: 3, freedEntries: 8 });
      expect(call.verifySparse!(STACKS[0])).toBe(0);
    });

    it("and keep what is left of a larger one", () => {
      call.sparseChooseLimits!(0, 0, 0, 0);
      const refs = freed();
      expect(alloc(STACKS[0], 1, 480)).toBe(refs[6]);
      // 504 - 480 is too little for an entry.
      expect(counts(STACKS[0])).toMatchObject({ entries: 20, freedEntries: 9 });
      expect(alloc(STACKS[0], 1, 496)).toBe(refs[7]);
      expect(counts(STACKS[0])).toMatchObject({ entries: 21, freedEntries: 9 });
      expect(alloc(STACKS[0], 1, 64)).toBe(refs[7]! + 496 + ENTRY);
      expect(call.verifySparse!(STACKS[0])).toBe(0);
    });

    it.each([
      // Freed are 10 of 20 entries, 4080 of 4720 bytes.
      ["percent of the entries", [49, NEVER, NEVER, NEVER], [50, NEVER, NEVER, NEVER]],
      ["entries", [NEVER, 9, NEVER, NEVER], [NEVER, 10, NEVER, NEVER]],
      ["percent of the bytes", [NEVER, NEVER, 86, NEVER], [NEVER, NEVER, 87, NEVER]],
      ["bytes", [NEVER, NEVER, NEVER, 4079], [NEVER, NEVER, NEVER, 4080]],
    ])("above a limit: %s", (_, passed, reached) => {
      call.sparseChooseLimits!(...reached);
      freed();
      alloc(STACKS[0], 1, 184);
      expect(counts(STACKS[0]).served).toBe(0);
      call.sparseLeave!(STACKS[0], 1);
      call.sparseChooseLimits!(...passed);
      const refs = freed();
      expect(alloc(STACKS[0], 1, 184)).toBe(refs[2]);
      expect(counts(STACKS[0]).served).toBe(1);
    });

    it("where there is no other memory", async () => {
      await open(1, 20);
      const refs = Array.from({ length: 100 }, () => alloc(STACKS[0], 1, 4096));
      const holes = [refs[0]!, refs[2]!, refs[4]!];
      for (const ref of holes) call.sparseFree!(STACKS[0], ref);
      call.sparseChooseLimits!(NEVER, NEVER, NEVER, NEVER);
      let ref = alloc(STACKS[0], 1, 4096);
      const reused = new Set<number>();
      while (ref !== 0) {
        if (refs.includes(ref)) reused.add(ref);
        ref = alloc(STACKS[0], 1, 4096);
      }
      expect([...reused].sort()).toEqual(holes.sort());
      expect(call.verifySparse!(STACKS[0])).toBe(0);
    });
  });

  it("let what is outlived end first, whatever the order it came in", () => {
    // Each call makes something of its own and something for its caller, then calls.
    const depth = 200;
    const outer: number[] = [];
    for (let call = 1; call <= depth; call++) {
      alloc(STACKS[0], call * 8, 24);
      outer.push(alloc(STACKS[0], (call - 1) * 8, 24));
      alloc(STACKS[0], call * 8, 40);
    }
    expect(counts(STACKS[0]).extents).toBe(2);
    for (let at = depth; at > 0; at--) {
      call.sparseLeave!(STACKS[0], at * 8);
      expect(call.verifySparse!(STACKS[0])).toBe(0);
      // Three of each call further out, less the one that was for a caller that has ended.
      expect(counts(STACKS[0]).entries).toBe((at - 1) * 3 + 1);
    }
    call.sparseLeave!(STACKS[0], 0);
    expect(counts(STACKS[0])).toMatchObject({ entries: 0, nonLinear: 0, extents: 2 });
  });

  it("keep a few short extents, and give back the others", () => {
    for (let round = 0; round < 3; round++) {
      const refs = Array.from({ length: 10 }, () => alloc(STACKS[0], 1, 8));
      for (const bytes of [1000, GROWER, 20 * CHUNK]) {
        for (const [index, ref] of refs.entries()) refs[index] = grow(STACKS[0], ref, bytes);
      }
      expect(counts(STACKS[0]).extents).toBeGreaterThanOrEqual(10);
      call.sparseLeave!(STACKS[0], 1);
      expect(counts(STACKS[0]).extents).toBe(4);
      expect(call.verifySparse!(STACKS[0])).toBe(0);
      // Four extents of four chunks; the page map; malloc's table and chunks of cells for the set.
      expect(call.chunksUsed!()).toBeLessThanOrEqual(16 + 6);
    }
  });

  it("hold many freed entries", () => {
    call.sparseChooseLimits!(NEVER, NEVER, NEVER, NEVER);
    const refs = Array.from({ length: 10_000 }, (_, index) => alloc(STACKS[0], 1, 8 + (index % 70) * 8));
    const shuffled = refs
      .map((ref, index) => ({ ref, index, key: (index * 2654435761) % 65521 }))
      .toSorted((a, b) => a.key - b.key);
    for (const { ref } of shuffled.filter(({ index }) => index % 2 === 0)) call.sparseFree!(STACKS[0], ref);
    expect(counts(STACKS[0])).toMatchObject({ entries: 10_000, freedEntries: 5000, lost: 0 });
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    for (const { ref } of shuffled.filter(({ index }) => index % 2 === 1)) call.sparseFree!(STACKS[0], ref);
    expect(counts(STACKS[0])).toMatchObject({ entries: 0, bytes: 0, freedEntries: 0, freedBytes: 0 });
    expect(call.verifySparse!(STACKS[0])).toBe(0);
  });

  it("end with their owner where the set has no memory for what was freed", async () => {
    await open(1, 20);
    const refs = Array.from({ length: 5 }, () => alloc(STACKS[0], 1, 40));
    while (call.acquireRun!(1, 3) !== 0) {}
    call.sparseFree!(STACKS[0], refs[1]!);
    expect(counts(STACKS[0])).toMatchObject({ lost: 1, freedEntries: 0, nonLinear: 1 });
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    call.sparseFree!(STACKS[0], refs[4]!);
    call.sparseFree!(STACKS[0], refs[3]!);
    call.sparseFree!(STACKS[0], refs[2]!);
    expect(counts(STACKS[0]).entries).toBe(2);
    call.sparseLeave!(STACKS[0], 1);
    expect(counts(STACKS[0]).entries).toBe(0);
  });
});

describe("without memory, sparse stacks", () => {
  it("say so, and stay as they are", async () => {
    await open(1, 1000);
    const ref = alloc(STACKS[0], 1, 80);
    bytesAt(ref, 80).fill(9);
    for (const bytes of [0xfffffff8, 0xfffffff0, 0xfff00008, 0xfff00000]) {
      expect(alloc(STACKS[0], 1, bytes)).toBe(0);
      expect(grow(STACKS[0], ref, bytes)).toBe(0);
      expect([1, 2]).toContain(call.chunksError!());
    }
    expect(bytesAt(ref, 80).every((byte) => byte === 9)).toBe(true);
    expect(counts(STACKS[0])).toMatchObject({ entries: 1, grown: 0, moved: 0 });
    expect(call.verifySparse!(STACKS[0])).toBe(0);
  });

  it("take no more than the heap limit", async () => {
    await open(1, undefined, 8 * CHUNK);
    const ref = alloc(STACKS[0], 1, 6 * CHUNK);
    expect(ref).not.toBe(0);
    expect(grow(STACKS[0], ref, 8 * CHUNK)).toBe(0);
    expect(call.chunksError!()).toBe(1);
    expect(alloc(STACKS[0], 1, 2 * CHUNK)).toBe(0);
    expect(call.chunksError!()).toBe(1);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
  });

  it("give up the room behind them, and move when they grow", async () => {
    await open(1, 60);
    const ref = alloc(STACKS[0], 1, 80);
    bytesAt(ref, 80).fill(5);
    expect(call.chunksAside!()).toBeGreaterThan(0);
    // All there is, also what was set aside, but for the first place in front of which there is none.
    const runs: number[] = [];
    for (let run = call.malloc!(CHUNK - 16); run !== 0; run = call.malloc!(CHUNK - 16)) runs.push(run);
    expect(call.chunksAside!()).toBe(0);
    expect(runs.length).toBeGreaterThan(50);
    expect(grow(STACKS[0], ref, 2 * CHUNK)).toBe(0);
    for (const run of runs.slice(20, 30)) call.free!(run);
    const moved = grow(STACKS[0], ref, 2 * CHUNK);
    expect(moved).not.toBe(0);
    expect(moved).not.toBe(ref);
    expect(bytesAt(moved, 80).every((byte) => byte === 5)).toBe(true);
    // Into the chunks behind it, then not into those of others.
    let bytes = 2 * CHUNK;
    while (grow(STACKS[0], moved, bytes + CHUNK) === moved) bytes += CHUNK;
    expect(bytes).toBe(9 * CHUNK);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    for (const [index, run] of runs.entries()) {
      if (index < 20 || index >= 30) call.free!(run);
    }
  });

  it("put objects on top of a large array that has grown, and take them off again", async () => {
    await open(1, 20);
    const large = alloc(STACKS[0], 1, 8);
    expect(grow(STACKS[0], large, GROWER)).toBe(large);
    while (call.acquireRun!(1, 3) !== 0) {}
    const refs = Array.from({ length: 3 }, () => alloc(STACKS[0], 1, 40));
    expect(refs[0]).toBe(large + GROWER + ENTRY);
    for (const ref of refs.reverse()) call.sparseFree!(STACKS[0], ref);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    expect(grow(STACKS[0], large, GROWER + 80)).toBe(large);
  });

  it("do not stop a growth that is refused once", () => {
    for (let count = 1; count < 6; count++) {
      const ref = alloc(STACKS[1], 1, 64);
      call.refuseGrowAfter!(count);
      let at = ref;
      for (let bytes = 128; bytes < 8 << 20 && at !== 0; bytes *= 2) at = grow(STACKS[1], at, bytes);
      call.refuseGrowAfter!(0);
      expect(call.verifySparse!(STACKS[1])).toBe(0);
      call.sparseLeave!(STACKS[1], 1);
    }
  });
});

describe("in the debug core, sparse stacks stop at", () => {
  it.each<[string, () => void]>([
    ["an entry that is freed twice", () => twice(3)],
    ["an entry on top that is freed twice", () => twice(5)],
    ["growth of what is freed", () => grow(STACKS[0], freedOne(), 400)],
    ["an entry of another stack", () => call.sparseFree!(STACKS[1], alloc(STACKS[0], 1, 40))],
    ["an address inside an object", () => call.sparseFree!(STACKS[0], alloc(STACKS[0], 1, 40) + 16)],
    ["an address of nobody", () => call.sparseFree!(STACKS[0], 4096)],
    ["an object of no bytes", () => alloc(STACKS[0], 1, 0)],
    ["bytes that are no multiple of 8", () => alloc(STACKS[0], 1, 12)],
    ["what ended with its owner", () => call.sparseFree!(STACKS[0], left())],
  ])("%s", (_, action) => {
    expect(action).toThrow("assertion failed");
  });

  const freedOne = () => {
    const refs = Array.from({ length: 6 }, () => alloc(STACKS[0], 1, 40));
    call.sparseFree!(STACKS[0], refs[3]!);
    return refs[3]!;
  };
  const twice = (index: number) => {
    const refs = Array.from({ length: 6 }, () => alloc(STACKS[0], 1, 40));
    call.sparseFree!(STACKS[0], refs[index]!);
    call.sparseFree!(STACKS[0], refs[index]!);
  };
  const left = () => {
    alloc(STACKS[0], 1, 40);
    const ref = alloc(STACKS[0], 2, 40);
    call.sparseLeave!(STACKS[0], 2);
    return ref;
  };
});

describe("for a collector, sparse stacks", () => {
  it.each([false, true])("find the object around an address, with start bits: %s", (traced) => {
    const refs = Array.from({ length: 20 }, (_, index) => alloc(STACKS[0], 1, 8 + index * 16));
    const big = alloc(STACKS[0], 1, 3 * CHUNK);
    call.sparseFree!(STACKS[0], refs[7]!);
    if (traced) expect(call.sparseTrace!(STACKS[0])).toBe(1);
    for (const [index, ref] of refs.entries()) {
      const start = index === 7 ? 0 : ref;
      for (const inside of [0, 1, 7, 8 + index * 16 - 1]) expect(call.sparseStart!(ref + inside) >>> 0).toBe(start);
      expect(call.sparseStart!(ref - 1)).toBe(0);
      expect(call.sparseStart!(ref - ENTRY)).toBe(0);
    }
    expect(call.sparseStart!(big + 2 * CHUNK + 5) >>> 0).toBe(big);
    expect(call.sparseStart!(big + 3 * CHUNK)).toBe(0);
    const extent = Math.floor(refs[0]! / CHUNK) * CHUNK;
    for (const address of [0, 8, STACKS[0], extent, extent + 40, 0xfffffff0])
      expect(call.sparseStart!(address)).toBe(0);
  });

  it("end what was not reached, from an owner on", () => {
    const kept = alloc(STACKS[0], 1, 40);
    const refs = Array.from({ length: 10 }, () => alloc(STACKS[0], 2, 40));
    expect(call.sparseTrace!(STACKS[0])).toBe(1);
    expect(call.sparseReach!(refs[4]! + 20) >>> 0).toBe(refs[4]);
    expect(call.sparseReach!(refs[4]!)).toBe(0);
    expect(call.sparseReach!(refs[4]! - 8)).toBe(0);
    call.sparseSweep!(STACKS[0], 2);
    expect(counts(STACKS[0])).toMatchObject({ entries: 3, freedEntries: 1 });
    expect(call.sparseStart!(kept) >>> 0).toBe(kept);
    expect(call.sparseStart!(refs[4]!) >>> 0).toBe(refs[4]);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    // What was reached must be reached again the next time.
    expect(call.sparseTrace!(STACKS[0])).toBe(1);
    call.sparseSweep!(STACKS[0], 0);
    expect(counts(STACKS[0])).toMatchObject({ entries: 0, freedEntries: 0 });
  });

  it("refuse to be traced without memory for start bits", async () => {
    await open(1, 30);
    const ref = alloc(STACKS[0], 1, 20 * CHUNK);
    alloc(STACKS[0], 1, 40);
    for (let run = call.acquireRun!(1, 3); run !== 0; run = call.acquireRun!(1, 3)) {}
    expect(call.sparseTrace!(STACKS[0])).toBe(0);
    expect(call.verifySparse!(STACKS[0])).toBe(0);
    expect(call.sparseStart!(ref + CHUNK) >>> 0).toBe(ref);
  });
});
