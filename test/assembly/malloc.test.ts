/** malloc against a model: who owns which bytes, what they hold, and what the debug target says of addresses. */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { often } from "../support/often.ts";
import { type CorePart, compileCorePart } from "./compile.ts";

const CHUNK = 65536;
const LARGEST_CELL = 28672;

const entry = `
export { mallocFree as free, mallocAllocate as malloc, mallocReallocate as realloc } from "./assembly/malloc/malloc";
export { mallocLive, mallocOpen, mallocOwns, mallocReaches } from "./assembly/malloc/malloc";
export { cellBytesOf, classOf } from "./assembly/malloc/classes";
export { chunksUsed } from "./assembly/memory/chunks";
export { refuseGrowAfter } from "./assembly/memory/grow";`;

let core: CorePart;
let call: CorePart["exports"];

beforeEach(async () => {
  core = await compileCorePart(entry, 1);
  call = core.exports;
  expect(call.mallocOpen!(0)).toBe(0);
});

const bytesAt = (address: number, length: number) => new Uint8Array(core.memory.buffer, address >>> 0, length);

interface Block {
  readonly address: number;
  readonly bytes: number;
  /** What all its bytes are set to. */
  readonly mark: number;
}

/** Sizes of all kinds: tiny, cells, around the largest cell, runs of chunks. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 300, max: LARGEST_CELL }),
  fc.integer({ min: LARGEST_CELL - 3, max: LARGEST_CELL + 3 }),
  fc.integer({ min: CHUNK - 40, max: 3 * CHUNK }),
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant("malloc" as const), bytes: size }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("free" as const), index: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("realloc" as const), index: fc.nat(), bytes: size }) },
);

class Model {
  readonly live: Block[] = [];
  #mark = 0;

  /** Takes over new memory, of which the first bytes hold `kept`, and the others nothing. */
  add(address: number, bytes: number, kept: Uint8Array): void {
    expect(address).not.toBe(0);
    expect((address >>> 0) % 16).toBe(0);
    for (const other of this.live) {
      expect(address + bytes <= other.address || other.address + other.bytes <= address).toBe(true);
    }
    const content = bytesAt(address, bytes);
    expect(content.subarray(0, kept.length)).toEqual(kept);
    expect(content.subarray(kept.length).every((byte) => byte === 0)).toBe(true);
    this.#mark = (this.#mark % 255) + 1;
    content.fill(this.#mark);
    this.live.push({ address, bytes, mark: this.#mark });
  }

  take(index: number): Block {
    const [block] = this.live.splice(index % this.live.length, 1);
    expect(bytesAt(block!.address, block!.bytes).every((byte) => byte === block!.mark)).toBe(true);
    return block!;
  }
}

describe("malloc", () => {
  it("gives memory that is zero and nobody else's, and takes it back", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const model = new Model();
        for (const each of steps) {
          if (each.op === "malloc") model.add(call.malloc!(each.bytes), each.bytes, new Uint8Array());
          else if (model.live.length > 0) {
            const block = model.take(each.index);
            if (each.op === "free") call.free!(block.address);
            else {
              const kept = bytesAt(block.address, Math.min(block.bytes, each.bytes)).slice();
              model.add(call.realloc!(block.address, each.bytes), each.bytes, kept);
            }
          }
          for (const { address, bytes } of model.live) {
            expect(call.mallocOwns!(address)).toBe(1);
            if (bytes > 0) expect(call.mallocReaches!(address + bytes - 1, 1)).toBe(1);
          }
        }
        while (model.live.length > 0) call.free!(model.take(0).address);
        expect(call.mallocLive!()).toBe(0);
      }),
      { numRuns: often(100) },
    );
  });

  it("gives chunks back but for one of each class", () => {
    const before = call.chunksUsed!();
    const cells = Array.from({ length: 30_000 }, () => call.malloc!(48));
    const run = call.malloc!(10 * CHUNK);
    expect(call.chunksUsed!()).toBeGreaterThan(before + 30);
    for (const cell of cells) call.free!(cell);
    call.free!(run);
    // The table of the lists, and a chunk of cells.
    expect(call.chunksUsed!()).toBe(before + 2);
  });

  it("has cells that waste no more than a quarter", () => {
    for (let bytes = 1; bytes <= LARGEST_CELL; bytes++) {
      const cell = call.cellBytesOf!(call.classOf!(bytes));
      expect(cell >= bytes && cell % 16 === 0 && (bytes <= 128 ? cell - bytes < 16 : cell <= bytes * 1.25)).toBe(true);
    }
  });

  it("resizes in place where the memory suffices", () => {
    const cell = call.malloc!(100);
    bytesAt(cell, 100).fill(1);
    expect(call.realloc!(cell, 112)).toBe(cell);
    expect(
      bytesAt(cell, 112)
        .subarray(100)
        .every((byte) => byte === 0),
    ).toBe(true);
    const run = call.malloc!(3 * CHUNK);
    expect(call.realloc!(run, 3 * CHUNK + 100)).toBe(run);
  });

  it("knows addresses that are none of its own, or no longer", () => {
    const cell = call.malloc!(40);
    const run = call.malloc!(2 * CHUNK);
    for (const address of [0, 8, 1024, cell + 8, cell - 16, run + 16, run - 16, run + CHUNK, -1]) {
      expect(call.mallocOwns!(address), `${address}`).toBe(0);
    }
    expect(call.mallocReaches!(cell + 40, 8)).toBe(1);
    expect(call.mallocReaches!(cell + 41, 8)).toBe(0);
    expect(call.mallocReaches!(run + 2 * CHUNK, 8)).toBe(1);
    for (const address of [0, 1023, -1, -8, run - 16, cell + 48]) {
      expect(call.mallocReaches!(address, 1), `${address}`).toBe(0);
    }
    call.free!(cell);
    call.free!(run);
    for (const address of [cell, run, run + CHUNK]) {
      expect(call.mallocOwns!(address)).toBe(0);
      expect(call.mallocReaches!(address, 1)).toBe(0);
    }
    // What others have grown may be theirs to share.
    const foreign = core.memory.grow(1) * CHUNK;
    expect(call.mallocReaches!(foreign, 8)).toBe(1);
    expect(call.mallocReaches!(foreign + CHUNK - 4, 8)).toBe(0);
  });

  it("refuses what cannot be had, and leaves what there is alone", () => {
    const cell = call.malloc!(20);
    bytesAt(cell, 20).fill(7);
    expect(call.malloc!(-1)).toBe(0);
    expect(call.malloc!(0xfffe0000)).toBe(0);
    expect(call.realloc!(cell, -1)).toBe(0);
    call.refuseGrowAfter!(1);
    expect(call.realloc!(cell, 100 * CHUNK)).toBe(0);
    expect(bytesAt(cell, 20).every((byte) => byte === 7)).toBe(true);
    expect(call.mallocOwns!(cell)).toBe(1);
  });
});
