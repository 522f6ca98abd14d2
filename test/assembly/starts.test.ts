/**
 * The six start finders against each other and against a walk, on random heaps, at every address: before, between and
 * after objects are moved, in more than one filling of the nursery.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRANULE_BYTES } from "#contract";
import { POINTER_REPS, START_FINDERS } from "../../src/core/settings.ts";
import { often } from "../support/often.ts";
import { compileCorePart } from "./compile.ts";

const KIB = 1024;
/** Of a few cards to several containers of a compressed set. */
const NURSERIES = [4 * KIB, 64 * KIB, 1024 * KIB];

const ENTRY = `
import { chunksOpen } from "./assembly/memory/chunks";
import { bump, nurseryOpen, nurseryLimit, nurseryReset, nurseryTop, setNurseryEnd } from "./assembly/nursery/bump";
import { nurseryChooseStarts, recordStart, startsLimit, startsOpen, startsReset, youngStart, youngStartNow }
  from "./assembly/nursery/starts/finder";
import { gcChooseInterior, mayBeSliced } from "./assembly/object/interior";
import { arrayBytes, forward } from "./assembly/object/header";
import { Shape } from "./assembly/object/shape";

import { nurseryStartBits } from "./assembly/nursery/starts/bitset";
import { nurseryBase } from "./assembly/nursery/bump";

export { nurseryBase, nurseryTop, nurseryStartBits, youngStart, youngStartNow };

export function open(heapBase: usize, nursery: usize, finder: u32, all: bool): bool {
  nurseryChooseStarts(finder);
  gcChooseInterior(all);
  if (chunksOpen(heapBase, 0) || !nurseryOpen(nursery) || !startsOpen()) return false;
  setNurseryEnd(nursery);
  startsLimit();
  return true;
}

/** As a compiler's fast path, which comes to the slow one at the limit only. */
export function alloc(at: usize, length: u32): usize {
  const shape = Shape.at(at);
  const bytes = shape.isArray ? <usize>arrayBytes(shape, length) : <usize>shape.bytes;
  const slow = nurseryTop + bytes > nurseryLimit;
  const ref = bump(bytes);
  if (!ref) return 0;
  if (slow) startsLimit();
  store<usize>(ref, at);
  if (shape.isArray) store<u32>(ref, length, 4);
  if (mayBeSliced(shape)) recordStart(ref);
  return ref;
}

/** Moves the header, and destroys what was behind it. */
export function move(ref: usize, to: usize, bytes: usize): void {
  store<u64>(to, load<u64>(ref));
  memory.fill(ref, 0xdb, bytes);
  forward(ref, to);
}

export function reset(): void {
  startsReset();
  nurseryReset();
  startsLimit();
}
`;

const PAGE = 64 * KIB;
/** Room below the heap for shapes, and for the headers of what has moved. */
const SHAPES = 64;
const MOVED = PAGE;
const HEAP = 17 * PAGE;

const part = await compileCorePart(ENTRY, 17);

interface Kind {
  readonly shape: number;
  readonly sliceable: boolean;
  readonly bytes: (length: number) => number;
}

/** Records of 8 to 1024 bytes, plain or sliceable, and arrays of bytes. */
const KINDS: Kind[] = [];
{
  const view = new DataView(part.memory.buffer);
  const define = (kind: number, sliceable: boolean, bytes: number): number => {
    const at = SHAPES + KINDS.length * 16;
    view.setUint8(at, kind);
    view.setUint8(at + 1, sliceable ? 1 : 0);
    view.setUint32(at + 4, bytes, true);
    return at;
  };
  for (const bytes of [8, 16, 24, 40, 512, 1024]) {
    for (const sliceable of [false, true]) {
      KINDS.push({ shape: define(0, sliceable, bytes), sliceable, bytes: () => bytes });
    }
  }
  const bytes = (length: number): number => Math.ceil((8 + length) / GRANULE_BYTES) * GRANULE_BYTES;
  KINDS.push({ shape: define(1, true, 1), sliceable: true, bytes });
}

interface Placed {
  readonly kind: Kind;
  readonly ref: number;
  readonly bytes: number;
}

/** One filling of the nursery: which objects, and which of them move before the second half of the questions. */
const filling = fc.record({
  objects: fc.array(
    fc.record({
      kind: fc.nat(KINDS.length - 1),
      length: fc.oneof(fc.nat(40), fc.nat(3000)),
      repeat: fc.oneof(fc.constant(1), fc.nat(90)),
    }),
    { maxLength: 30 },
  ),
  moveEvery: fc.nat(5),
  /** Asked before everything is allocated: what has been built must grow. */
  asksEarly: fc.boolean(),
});

type Filling = typeof filling extends fc.Arbitrary<infer T> ? T : never;

function check(finder: number, all: boolean, { objects, moveEvery, asksEarly }: Filling): void {
  const core = part.exports as unknown as Record<string, (...args: number[]) => number>;
  const placed: Placed[] = [];
  const asked = ({ kind }: Placed): boolean => all || kind.sliceable;
  const compare = (find: string, step: number): void => {
    for (const { ref, bytes } of placed.filter(asked)) {
      for (let at = ref; at < ref + bytes; at += step) {
        const found = core[find]!(at) >>> 0;
        if (found !== ref) expect.fail(`${START_FINDERS[finder]}, ${find}(${at}): ${found}, not ${ref}`);
      }
    }
  };
  fill: for (const { kind: index, length, repeat } of objects) {
    const kind = KINDS[index]!;
    for (let i = 0; i < repeat; i++) {
      const ref = core.alloc!(kind.shape, length) >>> 0;
      if (ref === 0) break fill;
      placed.push({ kind, ref, bytes: kind.bytes(length) });
    }
    if (asksEarly && placed.length > 0) compare("youngStart", 64);
  }
  compare("youngStartNow", 8);
  compare("youngStart", 1);
  let to = MOVED;
  for (const [index, { ref, bytes }] of placed.entries()) {
    if (moveEvery === 0 || index % moveEvery !== 0 || to + 8 > HEAP) continue;
    core.move!(ref, to, bytes);
    to += 8;
  }
  compare("youngStart", 8);
  core.reset!();
}

describe.each([...POINTER_REPS.entries()])("reps %i (%s)", (all) => {
  it.each([...START_FINDERS.entries()])("finder %i, %s, finds what a walk finds", (finder) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NURSERIES),
        fc.array(filling, { minLength: 1, maxLength: 3 }),
        (nursery, fillings) => {
          // Memory that nobody has used reads as zero, and the core relies on that.
          new Uint8Array(part.memory.buffer, HEAP).fill(0);
          expect(part.exports.open!(HEAP, nursery, finder, all)).toBe(1);
          for (const each of fillings) check(finder, all === 1, each);
        },
      ),
      { numRuns: often(60) },
    );
  });
});

it("a bit for each 8 bytes: 1 MiB of the smallest objects sets 16 KiB of bits, and nothing beside them", () => {
  const core = part.exports as unknown as Record<string, (...args: number[]) => number>;
  const globals = part.exports as unknown as Record<string, WebAssembly.Global>;
  new Uint8Array(part.memory.buffer, HEAP).fill(0);
  expect(core.open!(HEAP, 1024 * KIB, START_FINDERS.indexOf("eager"), 0)).toBe(1);
  const smallest = KINDS.find(({ sliceable, bytes }) => sliceable && bytes(0) === GRANULE_BYTES)!;
  let objects = 0;
  while (core.alloc!(smallest.shape, 0) !== 0) objects++;
  expect(objects).toBe((1024 * KIB) / GRANULE_BYTES);
  const bits = (globals.nurseryStartBits!.value + (globals.nurseryBase!.value >>> 6)) >>> 0;
  const around = new Uint8Array(part.memory.buffer).subarray(bits - 1, bits + 16 * KIB + 1);
  expect(around.subarray(1, -1).every((byte) => byte === 0xff)).toBe(true);
  expect([around[0], around.at(-1)]).not.toContain(0xff);
});
