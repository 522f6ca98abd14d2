import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type CorePart, compileCorePart } from "./compile.ts";

const LEAST = 4 << 20;
const STEP = LEAST / 16;
const MOST = 2 ** 32 - 1;
const CHUNK = 65_536;
/** What is always kept back. */
const KEPT_BACK = 8 * CHUNK;
const ENTRY = `export { chunksLimit, chunksOpen, chunksUsed } from "./assembly/memory/chunks";
export { budgetFor, copiesNeed, thresholdAfter, isScarceFor, paceOpen } from "./assembly/region/pace";`;
const address = () => fc.integer({ min: 0, max: MOST });

describe("when a region is due", () => {
  let core: CorePart;
  beforeAll(async () => {
    core = await compileCorePart(ENTRY, 2);
  });

  /** @param limit 0 for none @returns how many bytes regions may take */
  function open(limit: number): number {
    // The least before a first collection is that of a heap without a limit, in a memory with one.
    core.exports.paceOpen!(0);
    expect(core.exports.chunksOpen!(CHUNK, limit)).toBe(0);
    return Math.max(0, (core.exports.chunksLimit!() - core.exports.chunksUsed!()) * CHUNK - KEPT_BACK);
  }

  const budgetFor = (copied: number, wanted: number): bigint =>
    (core.exports.budgetFor as unknown as (copied: number, wanted: bigint) => bigint)(copied, BigInt(wanted));

  const due = (taken: number, wanted: number, copied: number): number => {
    const thresholdAfter = core.exports.thresholdAfter as unknown as (taken: number, ...bytes: bigint[]) => number;
    return thresholdAfter(taken, BigInt(wanted), budgetFor(copied, wanted)) >>> 0;
  };

  const copies = (bytes: number): number =>
    Number((core.exports.copiesNeed as unknown as (bytes: bigint) => bigint)(BigInt(bytes)));

  it("is as much later as it should be where there is memory, and never earlier than now", () => {
    open(0);
    expect(due(0, LEAST, 0)).toBe(LEAST);
    expect(due(100, 1 << 30, 0)).toBe((1 << 30) + 100);
    fc.assert(
      fc.property(address(), fc.integer({ min: 0, max: 2 ** 34 }), address(), (taken, wanted, copied) => {
        const at = due(taken, wanted, copied);
        expect(at).toBeGreaterThanOrEqual(Math.min(MOST, taken + STEP));
        expect(at).toBeLessThanOrEqual(Math.max(taken + wanted, taken + STEP));
      }),
    );
  });

  it("is early enough for the copies of what is there and of what comes", () => {
    const share = fc.float({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: CHUNK, max: MOST }), share, share, (limit, copiedShare, wantedShare) => {
        const left = open(limit);
        const copied = Math.floor(left * copiedShare);
        const more = due(0, Math.floor(limit * wantedShare), copied);
        if (more > STEP) expect(more + copies(more) + copies(copied)).toBeLessThanOrEqual(left);
      }),
    );
  });

  it("is early enough as well where the engine refuses to grow the memory", async () => {
    const chunks = 1024;
    const refused = await compileCorePart(ENTRY, 2, chunks);
    refused.exports.paceOpen!(0);
    expect(refused.exports.chunksOpen!(CHUNK, 0)).toBe(0);
    open((chunks - 1) * CHUNK);
    for (const [copied, wanted] of [
      [0, 8],
      [8, 8],
      [24, 24],
      [32, 8],
      [60, 8],
    ] as const) {
      const ask = refused.exports.budgetFor as unknown as (copied: number, wanted: bigint) => bigint;
      const granted = ask(copied << 20, BigInt(wanted << 20));
      const [limited, more] = [budgetFor(copied << 20, wanted << 20), granted].map((each) =>
        Math.min(Number(each), wanted << 20),
      ) as [number, number];
      expect(more).toBeGreaterThanOrEqual(limited);
      if (more > STEP) expect(more + copies(more) + copies(copied << 20)).toBeLessThanOrEqual((chunks - 2) * CHUNK);
    }
  });

  it("is soon where memory is scarce", () => {
    open(64 << 20);
    expect(due(0, 8 << 20, 32 << 20)).toBeGreaterThan(LEAST);
    expect(due(0, 8 << 20, 40 << 20)).toBeLessThan(LEAST);
    expect(due(0, 8 << 20, 60 << 20)).toBe(STEP);
    expect(budgetFor(60 << 20, 8 << 20)).toBe(0n);
    expect([16 << 20, 32 << 20].map((bytes) => core.exports.isScarceFor!(bytes))).toEqual([0, 1]);
  });
});
