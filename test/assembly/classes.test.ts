/** Size classes: which class an object gets, and that the division finds the start of its cell from every address. */

import { beforeAll, describe, expect, it } from "vitest";
import { GRANULE_BYTES } from "#contract";
import { type CorePart, compileCorePart } from "./compile.ts";

const KIB = 1024;
const CHUNK = 64 * KIB;
/** What is longer is a large object. */
const LARGEST = 31 * KIB;

const ENTRY = `
export { CLASSES, classBytes, classOf } from "./assembly/mature/cells/allocate";
export { cellsEnd, cellsIn, cellsOpen, cellStart, firstCell, isInCell } from "./assembly/mature/cells/block";
`;

describe("size classes", () => {
  let call: CorePart["exports"];
  let classes: number[];
  beforeAll(async () => {
    const { exports } = await compileCorePart(ENTRY, 2, 16);
    call = exports;
    const { value } = exports.CLASSES as unknown as WebAssembly.Global;
    classes = Array.from({ length: value }, (_, index) => exports.classBytes!(index));
  });

  it("grow from 8 bytes to more than any object in a block, by a fourth at most beyond 128", () => {
    expect(classes[0]).toBe(8);
    expect(classes.at(-1)).toBeGreaterThanOrEqual(LARGEST);
    for (let index = 1; index < classes.length; index++) {
      const [before, bytes] = [classes[index - 1]!, classes[index]!];
      expect(bytes % GRANULE_BYTES).toBe(0);
      expect(bytes).toBeGreaterThan(before);
      expect(bytes - before).toBeLessThanOrEqual(Math.max(GRANULE_BYTES, before / 4));
    }
  });

  it("take each object into the smallest cell that holds it", () => {
    for (let bytes = GRANULE_BYTES; bytes <= LARGEST; bytes += GRANULE_BYTES) {
      expect(call.classOf!(bytes), `${bytes} bytes`).toBe(classes.findIndex((cell) => cell >= bytes));
    }
  });

  it("have cells whose start is found from every address inside", () => {
    const block = CHUNK;
    for (const bytes of classes) {
      call.cellsOpen!(block, bytes);
      const first = call.firstCell!(block);
      const end = call.cellsEnd!(block);
      expect(end).toBeLessThanOrEqual(block + CHUNK);
      expect(end - first).toBe(call.cellsIn!(block) * bytes);
      expect(block + CHUNK - end).toBeLessThan(bytes);
      const wrong = Array.from({ length: end - first }, (_, at) => first + at).filter(
        (address) => call.cellStart!(address) !== address - ((address - first) % bytes),
      );
      expect(wrong).toEqual([]);
      expect([first - 1, first, end - 1, end].map((address) => call.isInCell!(address))).toEqual([0, 1, 1, 0]);
    }
  });
});
