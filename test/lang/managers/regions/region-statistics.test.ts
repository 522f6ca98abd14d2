/** The statistics block of regions: exact numbers of small programs, and what the comparison makes of it. */

import { describe, expect, it } from "vitest";
import { CHUNK_BYTES } from "#contract";
import { CorePauses } from "../../../../src/compare/pauses.ts";
import { type RegionCounts, readRegionCounts } from "../../../../src/core/region-statistics.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import { compile } from "../../../support/fast.ts";

async function countsOf(text: string, options: Omit<BuildOptions, "manager"> = {}): Promise<RegionCounts> {
  const source = new SourceFile("test.mote", text);
  const { wasm } = await compile(source, { manager: "regions", measure: true, ...options });
  const { stderr, exports } = runModule(wasm);
  expect(Buffer.from(stderr).toString()).toBe("");
  const block = (exports.statistics as () => number)() >>> 0;
  return readRegionCounts(new DataView((exports.memory as WebAssembly.Memory).buffer), block);
}

const NOTHING: RegionCounts = {
  ...{ collections: 0, fullCollections: 0, usedBytes: 0, peakBytes: 0 },
  ...{ copiedBytes: 0, freedBytes: 0, droppedBytes: 0 },
};

describe("the statistics of regions", () => {
  it("count nothing where everything fits the stack of frames", async () => {
    expect(await countsOf(`fn main() { print("{[1, 2].length}") }`)).toEqual(NOTHING);
  });

  it("know the segments in use, and how many were at most", async () => {
    const text = (length: number) => `fn last(n: Int) -> Int { let a = array(n, 1); a[n - 1] }
fn main() { print("{last(${length}) + last(${length})}") }`;
    expect(await countsOf(text(100))).toEqual({ ...NOTHING, peakBytes: 1024 });
    expect(await countsOf(text(300))).toEqual({ ...NOTHING, peakBytes: 8192 });
    // A run of chunks of its own: 400 008 bytes and a header.
    expect(await countsOf(text(100_000))).toEqual({ ...NOTHING, peakBytes: 7 * CHUNK_BYTES });
  });

  it("know what collections copied and ended", async () => {
    // At the beginning of each of 100 rounds, two cells of 16 bytes live on: one at the first, and 2 * 99 have been
    // made at the last.
    const text = `class Cell { n: Int, last: Cell? = None }
fn main() {
  let cell = Cell { n: 0 }
  for i in 0..100 { cell = Cell { n: cell.n + i, last: Cell { n: i } } }
  print("{cell.n}")
}`;
    expect(await countsOf(text, { zeal: 1 })).toEqual({
      ...NOTHING,
      ...{ collections: 100, fullCollections: 100, peakBytes: 2 * 1024 },
      ...{ copiedBytes: (1 + 99 * 2) * 16, freedBytes: (1 + 98 * 2) * 16 },
    });
  });

  it("take an object with chunks of its own for kept, not for copied", async () => {
    const text = `fn main() {
  let rows = [array(20000, 0)]
  for i in 0..4 { rows = [array(20000, i)] }
  print("{rows[0].length}")
}`;
    // Each round replaces an array of 80 008 bytes and a list of one slice.
    const { collections, copiedBytes, freedBytes, peakBytes } = await countsOf(text, { zeal: 1 });
    expect({ collections, copiedBytes, freedBytes }).toEqual({
      ...{ collections: 4, copiedBytes: 4 * 16, freedBytes: 3 * (80_008 + 16) },
    });
    // Nothing of it is changed, so there is no remembered set: segments of the old one and the new one.
    expect(peakBytes).toBe(2 * 2 * CHUNK_BYTES + 2 * 1024);
  });

  it("count collections of what ends with the program", async () => {
    const text = `class Cell { n: Int }
global cell = Cell { n: 0 }
fn step(n: Int) { cell = Cell { n: cell.n + n } }
fn main() { for i in 0..100 { step(i) }; print("{cell.n}") }`;
    const { collections, fullCollections, copiedBytes, freedBytes, usedBytes } = await countsOf(text, { zeal: 1 });
    expect({ collections, fullCollections }).toEqual({ collections: 100, fullCollections: 100 });
    // The program's own region has no bytes on the stack of frames, and does not end.
    expect({ copiedBytes, freedBytes, usedBytes }).toEqual({
      copiedBytes: 100 * 8,
      freedBytes: 99 * 8,
      usedBytes: 1024,
    });
  });

  it("know what returns ended at once", async () => {
    const text = `union Tree { Leaf, Node(left: Tree, right: Tree) }
fn make(depth: Int) -> Tree { if depth == 0 { Leaf } else { Node(make(depth - 1), make(depth - 1)) } }
fn choose(tree: Tree, n: Int) -> Tree { let other = make(2); if n < 0 { other } else { tree } }
fn main() {
  let tree = Leaf
  for i in 0..10 { tree = choose(tree, i) }
  match tree { Leaf => { print("leaf") }, _ => { print("node") } }
}`;
    // Three nodes of 16 bytes, in a segment with 24 bytes of header and 16 of start bits. The debug build leaves it to
    // the core, however little it is.
    expect(await countsOf(text, { debug: true })).toMatchObject({
      droppedBytes: 10 * (3 * 16 + 24 + 16),
      collections: 0,
    });
  });

  it("begin with the two counts that the comparison reads", async () => {
    const text = `class Cell { n: Int, last: Cell? = None }
global most = Cell { n: 0 }
fn chain(n: Int) -> Cell {
  let cell = Cell { n: 0 }
  for i in 0..n { let next = Cell { n: i, last: cell }; if i % 4 == 0 { cell = next } }
  cell
}
fn main() { for i in 0..1_000_000 { most = Cell { n: i } }; print("{chain(3_000_000).n} {most.n}") }`;
    const source = new SourceFile("test.mote", text);
    const { wasm } = await compile(source, { manager: "regions", measure: true, pauses: true });
    let watched: CorePauses | undefined;
    const { exports } = runModule(wasm, {
      hooks: { pauseBegin: () => watched!.pauseBegin(), pauseEnd: () => watched!.pauseEnd() },
      onInstance: ({ memory, statistics }) => {
        watched = new CorePauses(memory as WebAssembly.Memory, statistics as () => number);
      },
    });
    const block = (exports.statistics as () => number)() >>> 0;
    const counts = readRegionCounts(new DataView((exports.memory as WebAssembly.Memory).buffer), block);
    const { minor, major, pauses } = watched!.result();
    expect({ minor: minor + major, major }).toEqual({ minor: counts.collections, major: counts.fullCollections });
    expect(minor).toBeGreaterThan(0);
    expect(major).toBeGreaterThan(0);
    expect(pauses).toHaveLength(minor + major);
  });
});
