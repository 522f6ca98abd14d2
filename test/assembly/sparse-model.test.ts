/**
 * Sparse stacks against a model: which objects are alive, whose they are, what they hold. Owners are depths of calls,
 * as a compiler would use addresses of frames. Not covered: several instances over one memory.
 */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { CHUNK_BYTES as CHUNK, SPARSE_ENTRY_BYTES as ENTRY } from "#contract";
import { often } from "../support/often.ts";
import { alloc, bytesAt, call, counts, GROWER, grow, NEVER, open, STACKS } from "./sparse-core.ts";

beforeEach(() => open());

interface Live {
  readonly stack: number;
  ref: number;
  bytes: number;
  readonly owner: number;
  /** What its bytes are set to. */
  readonly mark: number;
}

class Model {
  live: Live[] = [];
  depth = 0;
  #mark = 0;

  alloc(stack: number, outer: number, bytes: number): void {
    const owner = this.#ownerAt(Math.max(0, this.depth - outer));
    const ref = alloc(stack, owner, bytes);
    expect(ref % 8).toBe(0);
    expect(ref).not.toBe(0);
    this.#mark = (this.#mark % 200) + 1;
    bytesAt(ref, bytes).fill(this.#mark);
    this.live.push({ stack, ref, bytes, owner, mark: this.#mark });
  }

  grow(pick: number, bytes: number): void {
    const object = this.live[pick % this.live.length]!;
    object.ref = grow(object.stack, object.ref, bytes);
    expect(object.ref).not.toBe(0);
    this.#expectContent(object, Math.min(object.bytes, bytes));
    object.bytes = Math.max(object.bytes, bytes);
    bytesAt(object.ref, object.bytes).fill(object.mark);
  }

  free(pick: number): void {
    const [object] = this.live.splice(pick % this.live.length, 1);
    this.#expectContent(object!, object!.bytes);
    call.sparseFree!(object!.stack, object!.ref);
  }

  leave(): void {
    const owner = this.#ownerAt(this.depth);
    for (const stack of STACKS) call.sparseLeave!(stack, owner);
    this.live = this.live.filter((object) => object.owner < owner);
    if (this.depth > 0) this.depth--;
  }

  /** Frees what is in none of some places, of the present call or of an outer one. */
  collect(outer: number, reached: readonly number[]): void {
    const owner = this.#ownerAt(Math.max(0, this.depth - outer));
    for (const stack of STACKS) expect(call.sparseTrace!(stack)).toBe(1);
    for (const pick of reached) {
      if (this.live.length === 0) continue;
      const object = this.live[pick % this.live.length]!;
      const again = call.sparseReach!(object.ref + (pick % object.bytes)) >>> 0;
      expect([0, object.ref]).toContain(again);
      expect(call.sparseReach!(object.ref)).toBe(0);
    }
    for (const stack of STACKS) call.sparseSweep!(stack, owner);
    const kept = new Set(reached.map((pick) => this.live[pick % this.live.length]));
    this.live = this.live.filter((object) => object.owner < owner || kept.has(object));
  }

  check(): void {
    for (const stack of STACKS) {
      expect(call.verifySparse!(stack)).toBe(0);
      const { entries, freedEntries, lost } = counts(stack);
      expect(entries - freedEntries - lost).toBe(this.live.filter((object) => object.stack === stack).length);
    }
    for (const object of this.live) this.#expectContent(object, object.bytes);
    const sorted = this.live.toSorted((a, b) => a.ref - b.ref);
    for (const [index, { ref, bytes }] of sorted.slice(0, -1).entries()) {
      expect(ref + bytes + ENTRY).toBeLessThanOrEqual(sorted[index + 1]!.ref);
    }
    for (const object of this.live.slice(-3)) {
      expect(call.sparseStart!(object.ref + object.bytes - 1) >>> 0).toBe(object.ref);
      expect(call.sparseStart!(object.ref - 1) >>> 0).not.toBe(object.ref);
    }
  }

  #expectContent({ ref, mark }: Live, bytes: number): void {
    const content = bytesAt(ref, bytes);
    const step = bytes > 4096 ? 509 : 1;
    let at = 0;
    while (at < bytes && content[at] === mark) at += step;
    expect(at).toBeGreaterThanOrEqual(bytes);
    expect(content[bytes - 1]).toBe(mark);
  }

  #ownerAt(depth: number): number {
    return 1000 + 8 * depth;
  }
}

const granules = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * 8);
const size = fc.oneof(
  { weight: 6, arbitrary: granules(1, 12) },
  { weight: 4, arbitrary: granules(1, 400) },
  { weight: 1, arbitrary: granules(GROWER / 8 - 2, GROWER / 8 + 2) },
  { weight: 1, arbitrary: granules(CHUNK / 8 - 10, (3 * CHUNK) / 8) },
);
const stack = fc.constantFrom(...STACKS);
const pick = fc.nat(10_000);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constant("alloc" as const), stack, outer: fc.constantFrom(0, 0, 0, 1, 2), size }),
  },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("grow" as const), pick, size }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("free" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("enter" as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("leave" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant("collect" as const),
      outer: fc.nat(2),
      reached: fc.array(pick, { maxLength: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("close" as const), stack }) },
);
/** Always from the set, as usual, never from it. */
const limits = fc.constantFrom([0, 0, 0, 0], [25, 1024, 25, CHUNK], [NEVER, NEVER, NEVER, NEVER]);

function play(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Model {
  const model = new Model();
  for (const each of steps) {
    if (each.op === "alloc") model.alloc(each.stack, each.outer, each.size);
    else if (each.op === "enter") model.depth++;
    else if (each.op === "leave") model.leave();
    else if (each.op === "collect") model.collect(each.outer, each.reached);
    else if (each.op === "close") {
      call.sparseClose!(each.stack);
      model.live = model.live.filter((object) => object.stack !== each.stack);
    } else if (model.live.length > 0) {
      if (each.op === "grow") model.grow(each.pick, each.size);
      else model.free(each.pick);
    }
    model.check();
  }
  return model;
}

describe("sparse stacks", () => {
  it("do what a model does", () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 200, size: "max" }), (chosen, steps) => {
        call.sparseChooseLimits!(...chosen);
        const before = call.chunksUsed!();
        play(steps);
        for (const each of STACKS) call.sparseClose!(each);
        // But for the chunks of cells that malloc keeps.
        expect(call.chunksUsed!()).toBeLessThanOrEqual(before + 12);
        expect(call.chunksAside!()).toBe(0);
      }),
      { numRuns: often(150) },
    );
  });
});
