/**
 * Frees by reassignment under `sparse`: an array or a list that a variable alone led to ends where the variable gets
 * another, and its place is used again; one that something else leads to stays.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { readRegionCounts } from "../../../src/core/region-statistics.ts";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../src/lang/index.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";
import { compile } from "../../support/fast.ts";
import { often } from "../../support/often.ts";
import { randomFor } from "../../support/random.ts";
import { generateRotations } from "../../support/rotations.ts";

const MADE = `fn filled(n: Int, first: Int) -> [Int] { let made = array(n, first); for i in 1..n { made[i] = made[i - 1] + i }; made }
fn sum(row: [Int]) -> Int { let all = 0; for v in row { all = all * 31 + v }; all }
`;

/** With what is done in each round; `row` is an array, `list` a list of as many. */
const FREED: readonly (readonly [name: string, round: string])[] = [
  [
    "an array made in the round",
    "let next = array(1000, i); for j in 1..1000 { next[j] = row[j - 1] + i }; row = next",
  ],
  ["one that a call makes", "row = filled(1000, row[5])"],
  ["one in a branch only", "if i % 2 == 0 { row = filled(1000, row[i % 1000]) }"],
  [
    "a list that grows",
    "let next: List[Int] = []; for v in list { next.push(v + i) }; if next.length > 1000 { next.pop() }; list = next",
  ],
  [
    "an array in the place of a text",
    'row = filled(1000, row[1]); if i % 64 == 0 { let text = "{i}{row[1]}"; all += text.length }',
  ],
];

const KEPT: readonly (readonly [name: string, round: string])[] = [
  ["another variable has it", "other = row; row = filled(1000, other[1])"],
  ["a part of it is wanted", "let part = row[10..20]; row = filled(1000, i); all += sum(part)"],
  ["it lies in a list", "rows.push(row); if rows.length > 9 { rows.clear() }; row = filled(1000, i)"],
  ["it lies in a global", "shown = row; row = filled(1000, shown[1])"],
  ["it comes back", "row = if i % 3 == 0 { row } else { filled(1000, i) }"],
  ["a call gives back what it was given", "row = either(row, i)"],
  ["it was a part of itself", "row = row[1..row.length]; if row.length < 3 { row = filled(1000, i) }"],
  [
    "a loop inside has assigned it, and it ended there",
    "for j in 0..3 { row = filled(900 + j, j); all += row[2] }; row = filled(800, i)",
  ],
  ["a list hands out what it holds", "let whole = list.finish(); list = [1, 2, i]; other = whole[0..2]"],
  ["a list lies elsewhere", "lists.push(list); if lists.length > 9 { lists.clear() }; list = [1, i]"],
];

function programWith(round: string): SourceFile {
  return new SourceFile(
    "test.mote",
    `${MADE}global shown: [Int] = [1, 2, 3]
fn either(row: [Int], i: Int) -> [Int] { if i % 2 == 0 { row } else { filled(row.length, i) } }
fn main(args: [Text]) {
  let row = filled(1000, 1)
  let other = filled(1000, 2)
  let list: List[Int] = []
  for i in 0..1000 { list.push(i) }
  let rows: List[[Int]] = []
  let lists: List[List[Int]] = []
  let all = 0
  for i in 0..args[0].toInt() {
    ${round}
    all = all * 7 + row[1]
  }
  for each in rows { all += sum(each) }
  for each in lists { for v in each { all += v } }
  for v in list { all = all * 3 + v }
  print("{all} {sum(row)} {sum(other)} {sum(shown)}")
}
`,
  );
}

function runUnder(wasm: BufferSource, args: readonly string[]) {
  const { stdout, stderr, exports } = runModule(wasm, { args });
  const { statistics, memory } = exports as { statistics?: () => number; memory: WebAssembly.Memory };
  return {
    printed: Buffer.from(stdout).toString() + Buffer.from(stderr).toString(),
    /** Only with `measure`. */
    counts: readRegionCounts(new DataView(memory.buffer), (statistics?.() ?? 0) >>> 0),
  };
}

async function under(options: BuildOptions, source: SourceFile, args: readonly string[]) {
  return runUnder((await compile(source, options)).wasm, args);
}

function freesIn(source: SourceFile): number {
  const main = [...placeProgram(buildProgram(source)).values()].find(({ fn }) => fn.name === "main");
  return main!.strongUpdates.size;
}

describe("a value that one variable alone leads to", () => {
  it.each(FREED)("ends without a collection: %s", async (name, round) => {
    const source = programWith(round);
    expect(freesIn(source)).toBe(1);
    const { printed } = await under({ manager: "leak" }, source, ["1000"]);
    const { printed: found, counts } = await under({ manager: "sparse", measure: true }, source, ["1000"]);
    expect(found).toBe(printed);
    // Of 4 MB: a few arrays of 4 kB; and the short ones that a list grows out of, which lie in the region.
    expect(counts.peakBytes).toBeLessThan(name.includes("list") ? 3 << 20 : 256 << 10);
    expect(counts.collections).toBe(0);
  });
});

describe("a value that something else may lead to as well", () => {
  it.each(KEPT)("stays: %s", async (_name, round) => {
    const source = programWith(round);
    const { printed } = await under({ manager: "leak" }, source, ["200"]);
    for (const options of [{}, { debug: true }, { debug: true, zeal: 40 }])
      expect((await under({ manager: "sparse", ...options }, source, ["200"])).printed).toBe(printed);
  });
});

describe("random programs that assign new arrays to their variables", () => {
  const sources = Array.from({ length: often(10) }, (_, index) => generateRotations(randomFor(701 + index)));
  const expected = new Map<SourceFile, string>();

  beforeAll(async () => {
    for (const source of sources) expected.set(source, (await under({ manager: "leak" }, source, ["30"])).printed);
  });

  it("free some arrays", () => {
    expect(sources.reduce((sum, source) => sum + freesIn(source), 0)).toBeGreaterThan(sources.length / 2);
  });

  it.each([{}, { debug: true }, { debug: true, zeal: 4 }, { zeal: 1 }])(
    "print under sparse, %o, what leak prints",
    async (options) => {
      for (const source of sources) {
        const { printed } = await under({ manager: "sparse", ...options }, source, ["30"]);
        expect(printed, source.text).toBe(expected.get(source));
      }
    },
  );
});
