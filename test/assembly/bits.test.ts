import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type CorePart, compileCorePart } from "./compile.ts";

const GRANULES = 1024;

describe("bitsets", () => {
  let core: CorePart;
  beforeAll(async () => {
    core = await compileCorePart(
      `export { setBit, testBit, previousSetBit, nextSetBit } from "./assembly/memory/bits";`,
      1,
    );
  });

  it("find the set bits before and after any index, as a set of numbers does", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(GRANULES - 1), { maxLength: 40 }), fc.nat(GRANULES - 1), (set, index) => {
        new Uint8Array(core.memory.buffer, 64, GRANULES / 8).fill(0);
        for (const bit of set) core.exports.setBit!(64, bit);
        const before = Math.max(-1, ...set.filter((bit) => bit <= index));
        const after = Math.min(GRANULES, ...set.filter((bit) => bit >= index));
        expect(core.exports.previousSetBit!(64, index)).toBe(before);
        expect(core.exports.nextSetBit!(64, index, GRANULES)).toBe(after);
        expect(core.exports.testBit!(64, index)).toBe(set.includes(index) ? 1 : 0);
      }),
    );
  });

  it("stop at a limit that is not a whole word", () => {
    new Uint8Array(core.memory.buffer, 64, GRANULES / 8).fill(0);
    core.exports.setBit!(64, 100);
    expect(core.exports.nextSetBit!(64, 0, 100)).toBe(100);
    expect(core.exports.nextSetBit!(64, 0, 70)).toBe(70);
    expect(core.exports.nextSetBit!(64, 70, 70)).toBe(70);
  });
});
