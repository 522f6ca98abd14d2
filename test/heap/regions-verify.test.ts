/** Verification of regions: memory that foreign code has scribbled over is found out, and says what is broken. */

import { beforeEach, describe, expect, test } from "vitest";
import { CHECKPOINT_TAKEN, CHUNK_BYTES, REGION_FIRST, REGION_STATISTICS_BYTES, REGION_TAKEN } from "#contract";
import { type ArrayRef, box, type RecordRef, type Region, Regions, type Rep, slice, uint8 } from "../../src/index.ts";
import { refused } from "../support/errors.ts";

const FIELDS = { next: box(), name: slice() };
const NEXT = 4;
const NAME = 8;
// assembly/region/region.ts and assembly/region/segments.ts draw these.
const REGION_LAST = 16;
const SEGMENT = { next: 0, kind: 4, owner: 8, used: 12, previous: 20, header: 24 };
/** assembly/region/checkpoint.ts */
const CHECKPOINT_LAST = 12;
/** The first region lies behind the statistics block, where the stack of frames begins. */
const OUTER = CHUNK_BYTES + REGION_STATISTICS_BYTES;

let regions: Regions;
let outer: Region;
let inner: Region;
/** In a segment of `outer`, the last of its objects. */
let node: RecordRef<typeof FIELDS>;
let bytes: ArrayRef<Rep<number>>;

beforeEach(async () => {
  regions = await Regions.open({ debug: true });
  const Node = regions.defineRecord("Node", FIELDS);
  outer = regions.enter({ firstBytes: 16 });
  inner = regions.enter({ firstBytes: 64 });
  outer.alloc(Node);
  bytes = outer.allocArray(regions.defineArray("Bytes", uint8()), 600);
  // Two segments: of 1 KiB and of 8 KiB.
  outer.allocArray(regions.defineArray("Boxes", box()), 200);
  using name = bytes.slice(100, 200);
  node = outer.alloc(Node, { name });
  inner.alloc(Node, { next: node });
  regions.verify();
});

const view = () => new DataView(regions.memory.buffer);
const word = (address: number): number => view().getUint32(address, true);

/** Writes a word, sees which invariant is broken then, and puts back what was there. */
function brokenBy(address: number, value: number): string {
  const before = word(address);
  view().setUint32(address, value, true);
  const message = refused("broken-invariant", () => regions.verify());
  view().setUint32(address, before, true);
  regions.verify();
  return /invariant (\d+)/.exec(message)![1]!;
}

describe("verify of regions finds", () => {
  test("segments that are not linked both ways", () => {
    const first = word(OUTER + REGION_FIRST);
    const second = word(first + SEGMENT.next);
    expect(word(second + SEGMENT.previous)).toBe(first);
    expect(brokenBy(second + SEGMENT.previous, 0)).toBe("1");
    expect(brokenBy(first + SEGMENT.next, 0)).toBe("1");
    expect(brokenBy(OUTER + REGION_LAST, first)).toBe("1");
    expect(brokenBy(OUTER + REGION_FIRST, second)).toBe("1");
    expect(brokenBy(second + SEGMENT.next, node.address)).toBe("1");
  });

  test("a segment of another region, or of another kind", () => {
    const first = word(OUTER + REGION_FIRST);
    expect(brokenBy(first + SEGMENT.owner, OUTER + 40)).toBe("1");
    expect(brokenBy(word(first + SEGMENT.next) + SEGMENT.owner, OUTER + 1)).toBe("2");
    expect(brokenBy(first + SEGMENT.kind, 1)).toBe("2");
  });

  test("a segment that its region does not know", () => {
    const second = word(word(OUTER + REGION_FIRST) + SEGMENT.next);
    expect(brokenBy(second + SEGMENT.owner, 0)).toBe("2");
  });

  test("a region that has taken more, or less, than its segments", () => {
    const taken = word(OUTER + REGION_TAKEN);
    expect(taken).toBe(9 * 1024);
    expect(brokenBy(OUTER + REGION_TAKEN, taken + 8)).toBe("3");
    expect(brokenBy(OUTER + REGION_TAKEN, 1024)).toBe("3");
  });

  test("objects that have no shape or reach too far", () => {
    expect(brokenBy(bytes.address, 12)).toBe("4");
    expect(brokenBy(bytes.address + 4, 100_000)).toBe("4");
    expect(brokenBy(bytes.address + 4, 599 - 8)).toBe("4");
    expect(brokenBy(word(OUTER + REGION_FIRST) + SEGMENT.used, bytes.address + 8)).toBe("4");
  });

  test("pointers that do not lead to objects, or to what ends before", () => {
    expect(brokenBy(node.address + NEXT, bytes.address + 8)).toBe("5");
    expect(brokenBy(node.address + NEXT, node.address + 64)).toBe("5");
    expect(brokenBy(node.address + NAME, node.address + 64)).toBe("5");
    // The first bytes of the inner region.
    expect(brokenBy(node.address + NEXT, OUTER + 24 + 16 + 24)).toBe("5");
    const far = inner.allocArray(regions.defineArray("Far", uint8()), 500);
    regions.verify();
    expect(brokenBy(node.address + NEXT, far.address)).toBe("5");
    expect(brokenBy(node.address + NAME, far.address + 100)).toBe("5");
  });

  test("a checkpoint in front of what was allocated before it, or behind what was allocated since", () => {
    const checkpoint = outer.checkpoint();
    const at = OUTER + 24 + 16 + 24 + 64;
    const second = word(at + CHECKPOINT_LAST);
    expect(word(second + SEGMENT.previous)).toBe(word(OUTER + REGION_FIRST));
    expect(brokenBy(at + CHECKPOINT_LAST, word(OUTER + REGION_FIRST))).toBe("6");
    expect(brokenBy(at + CHECKPOINT_LAST, bytes.address)).toBe("6");
    expect(brokenBy(at + CHECKPOINT_TAKEN, 10 * 1024)).toBe("6");
    checkpoint.drop();
  });

  test("all of it only in the debug core", async () => {
    using release = await Regions.open();
    expect(refused("needs-debug", () => release.verify())).toContain("debug: true");
  });
});
