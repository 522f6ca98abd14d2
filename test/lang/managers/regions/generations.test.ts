/**
 * Generations under `regions` and `sparse`: collections between rounds look at what is young only, and yet find all
 * that old objects refer to, however these have been changed; what they cost does not grow with what is old.
 */

import { describe, expect, it } from "vitest";
import { readRegionCounts } from "../../../../src/core/region-statistics.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import { compile } from "../../../support/fast.ts";
import { ROWS } from "../../../support/rows.ts";

/** Programs with old objects that are changed in rounds: their argument is the number of rounds. */
const CHANGED: readonly (readonly [name: string, text: string])[] = [
  [
    "a record that was made first",
    `class Holder { rows: Rows }
fn main(args: [Text]) {
  let holder = Holder { rows: End }
  let old = keep(50_000)
  for i in 0..args[0].toInt() { holder.rows = if i % 100 == 0 { Row(i, End) } else { Row(i, holder.rows) } }
  print("{sum(holder.rows)} {sum(old)}")
}`,
  ],
  [
    "some of two thousand records",
    `class Holder { rows: Rows }
fn main(args: [Text]) {
  let holders: List[Holder] = []
  for i in 0..2000 { holders.push(Holder { rows: End }) }
  let old = keep(50_000)
  for i in 0..args[0].toInt() { holders[i * 7 % 1999].rows = Row(i, Row(i + 1, End)) }
  let all = 0
  for holder in holders { all = all * 17 + sum(holder.rows) }
  print("{all} {sum(old)}")
}`,
  ],
  [
    "a list of which elements are replaced",
    `fn main(args: [Text]) {
  let table: List[Rows] = []
  for i in 0..500 { table.push(End) }
  let old = keep(50_000)
  for i in 0..args[0].toInt() { table[i % 499] = Row(i, if i % 50 < 9 { End } else { Row(i, table[i % 7]) }); table[i % 3] = End }
  let all = 0
  for rows in table { all = all * 17 + sum(rows) }
  print("{all} {sum(old)}")
}`,
  ],
  [
    "an array with chunks of its own",
    `fn main(args: [Text]) {
  let table: [Rows] = array(100_000, End)
  let old = keep(50_000)
  for i in 0..args[0].toInt() { table[i % 99_991] = Row(i, Row(i / 2, End)) }
  let all = 0
  for rows in table { all = all * 17 + sum(rows) }
  print("{all} {sum(old)}")
}`,
  ],
  [
    "an array that is longer than what is visited each time",
    `fn main(args: [Text]) {
  let table: [Rows] = array(600_000, End)
  let old = keep(50_000)
  for i in 0..args[0].toInt() { table[i % 599_999] = Row(i, End) }
  let all = 0
  for rows in table { all = all * 17 + sum(rows) }
  print("{all} {sum(old)}")
}`,
  ],
  [
    "a record, while a long array has come as well",
    `class Holder { rows: Rows }
fn main(args: [Text]) {
  let holder = Holder { rows: End }
  let old = keep(50_000)
  let table: [Rows] = array(1, End)
  let last = End
  for i in 0..args[0].toInt() {
    last = Row(i, Row(i, End))
    if i % 50 == 0 { holder.rows = Row(i, holder.rows) }
    if i > 900_000 && i % 30_000 == 5 { table = array(300_000, last) }
  }
  let all = 0
  for rows in table { all = all * 17 + sum(rows) }
  print("{sum(holder.rows)} {all} {sum(old)}")
}`,
  ],
  [
    "a part of a record",
    `class Ends { first: Rows = End, last: Rows = End }
class Queue { ends: Ends = Ends(), n: Int = 0 }
fn main(args: [Text]) {
  let queue = Queue()
  let old = keep(50_000)
  for i in 0..args[0].toInt() {
    queue.ends.first = Row(i, if i % 20 == 0 { End } else { queue.ends.last })
    queue.ends.last = Row(queue.n, End)
    queue.n = i
  }
  print("{sum(queue.ends.first)} {sum(queue.ends.last)} {sum(old)}")
}`,
  ],
  [
    "what a global leads to",
    `class Holder { rows: Rows }
global holder = Holder { rows: End }
global old = End
fn main(args: [Text]) {
  old = keep(50_000)
  for i in 0..args[0].toInt() { holder.rows = if i % 100 == 0 { Row(i, End) } else { Row(i, holder.rows) } }
  print("{sum(holder.rows)} {sum(old)}")
}`,
  ],
  [
    "what tail calls hand on",
    `fn even(n: Int, kept: Rows, last: Rows) -> Rows { if n == 0 { return Row(sum(last), kept) }; odd(n - 1, Row(n, kept), last) }
fn odd(n: Int, kept: Rows, last: Rows) -> Rows { even(n - 1, if n % 400_001 == 0 { End } else { kept }, Row(n, if n % 9 == 0 { End } else { last })) }
fn main(args: [Text]) {
  let rows = even(args[0].toInt(), End, End)
  print("{sum(rows)}")
}`,
  ],
  [
    "lists that are finished when they are old, and arrays of arrays",
    `union Tree { Leaf(n: Int), Many(all: [Tree]) }
fn build(n: Int) -> Tree {
  let all: List[Tree] = []
  for i in 0..n { all.push(if i % 4 == 3 { build(i / 3) } else { Leaf(i) }) }
  Many(all.finish())
}
fn size(tree: Tree) -> Int { match tree { Leaf(n) => n, Many(all) => { let sum = 1; for each in all { sum = sum * 3 + size(each) }; sum } } }
fn main(args: [Text]) {
  let old = keep(50_000)
  let slow: List[Tree] = []
  let done: List[Tree] = []
  let last = Leaf(1)
  for i in 0..args[0].toInt() / 8 {
    last = if i % 10 == 0 { build(9) } else { Many([last, Leaf(i)]) }
    if i % 40 == 0 { slow.push(last) }
    if slow.length == 300 { done.push(Many(slow.finish())); if done.length > 6 { done.clear() } }
  }
  done.push(Many(slow.finish()))
  let all = size(last)
  for tree in done { all = all * 17 + size(tree) }
  print("{all} {sum(old)}")
}`,
  ],
  [
    "objects of an outer loop, in the inner one",
    `class Holder { rows: Rows }
fn main(args: [Text]) {
  let outer = Holder { rows: End }
  let all = 0
  for j in 0..4 {
    let inner = Holder { rows: End }
    let old = keep(20_000 + j)
    for i in 0..args[0].toInt() / 4 {
      inner.rows = Row(i, if i % 30 == 0 { outer.rows } else { inner.rows })
      if i % 1000 == 0 { outer.rows = Row(j, if i % 5000 == 0 { End } else { outer.rows }) }
    }
    all = all * 31 + sum(inner.rows) + sum(old)
  }
  print("{all} {sum(outer.rows)}")
}`,
  ],
];

async function run(text: string, rounds: number, options: BuildOptions) {
  const { wasm } = await compile(new SourceFile("test.mote", `${ROWS}${text}`), options);
  const { stdout, stderr, exitCode, exports } = runModule(wasm, { args: [`${rounds}`] });
  const { statistics, memory } = exports as { statistics?: () => number; memory: WebAssembly.Memory };
  return {
    output: Buffer.from(stdout).toString(),
    error: Buffer.from(stderr).toString(),
    exitCode,
    counts: readRegionCounts(new DataView(memory.buffer), (statistics?.() ?? 0) >>> 0),
  };
}

/** What programs print under `leak`, found out once for both managers. */
const printed = new Map<string, Promise<string>>();

function printedUnderLeak(text: string, rounds: number): Promise<string> {
  const key = `${rounds} ${text}`;
  const found = printed.get(key) ?? run(text, rounds, { manager: "leak" }).then(({ output }) => output);
  printed.set(key, found);
  return found;
}

describe.each(["regions", "sparse"])("%s", (manager) => {
  describe("finds what old objects refer to that are changed:", () => {
    it.each(CHANGED)("%s", async (_name, text) => {
      const output = await printedUnderLeak(text, 2_000_000);
      const found = await run(text, 2_000_000, { manager, measure: true });
      expect(found).toMatchObject({ output, error: "", exitCode: 0 });
      expect(found.counts.collections).toBeGreaterThan(0);
    });

    it.each(CHANGED)("%s, with a collection wherever there may be one", async (_name, text) => {
      const short = text.replace(/_000\b/g, "");
      const output = await printedUnderLeak(short, 100);
      for (const [zeal, debug] of [
        [3, true],
        [7, true],
        [5, false],
      ] as const) {
        expect(await run(short, 100, { manager, debug, zeal })).toMatchObject({ output, error: "", exitCode: 0 });
      }
    });
  });

  it("copies what stays once, and sometimes again, whatever else comes in between", async () => {
    const text = `fn main(args: [Text]) {
  let rows = End
  let last = End
  for i in 0..args[0].toInt() { last = Row(i, if i % 9 == 0 { End } else { last }); if i % 4 == 0 { rows = Row(i, rows) } }
  print("{sum(rows)} {sum(last)}")
}`;
    const rounds = 4_000_000;
    const { output, error, counts } = await run(text, rounds, { manager, measure: true });
    expect([output, error]).toEqual([await printedUnderLeak(text, rounds), ""]);
    const kept = (rounds / 4) * 16;
    expect(counts.collections).toBeGreaterThan(10);
    expect(counts.fullCollections).toBeLessThan(4);
    expect(counts.copiedBytes).toBeLessThan(2 * kept);
    expect(counts.peakBytes).toBeLessThan(3 * kept);
  });

  it("copies once as well what a function hands on to two places, in arrays that lists were", async () => {
    const text = `union Tree { Leaf, Many(all: [Tree]) }
struct Read { tree: Tree, next: Int }
fn read(at: Int) -> Read {
  let all: List[Tree] = []
  let next = at
  while all.length < 4 && next % 7 != 3 {
    all.push(Many([Leaf, Leaf]))
    next += 1
  }
  Read { tree: Many(all.finish()), next: next + 1 }
}
fn readAll(count: Int) -> Read {
  let all: List[Tree] = []
  let next = 0
  while next < count {
    let one = read(next)
    if (next + next / 7) % 3 == 0 { all.push(one.tree) }
    next = one.next
  }
  Read { tree: Many(all.finish()), next: next }
}
fn size(tree: Tree) -> Int { match tree { Leaf => 1, Many(all) => { let sum = 1; for each in all { sum += size(each) }; sum } } }
fn main(args: [Text]) { let whole = readAll(args[0].toInt()); print("{size(whole.tree)} {whole.next}") }`;
    const { output, error, counts } = await run(text, 500_000, { manager, measure: true });
    expect([output, error]).toEqual([await printedUnderLeak(text, 500_000), ""]);
    expect(counts.collections).toBeGreaterThan(1);
    expect(counts.fullCollections).toBe(1);
    // Of 24 MB that are kept some have come since the last one.
    expect(counts.copiedBytes).toBeLessThan(24_000_000);
  });

  it("ends what has become old and is not used any more", async () => {
    const text = `fn main(args: [Text]) {
  let kept = keep(100_000)
  for i in 0..args[0].toInt() { kept = if i % 300_000 == 0 { keep(100_000) } else { Row(i, kept) } }
  print("{sum(kept)}")
}`;
    const few = await run(text, 3_000_000, { manager, measure: true });
    const many = await run(text, 12_000_000, { manager, measure: true });
    expect([few.error, many.error]).toEqual(["", ""]);
    expect(many.counts.peakBytes).toBeLessThanOrEqual(1.25 * few.counts.peakBytes);
    expect(many.counts.fullCollections).toBeGreaterThan(1);
  });
});
