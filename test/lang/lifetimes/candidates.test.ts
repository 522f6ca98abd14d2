/**
 * Candidates under `regions` and `sparse`: of what a function makes for its result, what it does not return ends
 * where that is decided, and is not collected; whatever it returns is still there.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { readRegionCounts } from "../../../src/core/region-statistics.ts";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../src/lang/index.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";
import { generateChoices } from "../../support/choices.ts";
import { compile } from "../../support/fast.ts";
import { often } from "../../support/often.ts";
import { randomFor } from "../../support/random.ts";
import { ROWS } from "../../support/rows.ts";

const MIB = 1 << 20;

async function runUnder(options: BuildOptions, source: SourceFile, args: readonly string[]) {
  const { wasm } = await compile(source, options);
  const { stdout, stderr, exports } = runModule(wasm, { args });
  const { statistics, memory } = exports as { statistics?: () => number; memory: WebAssembly.Memory };
  return {
    printed: Buffer.from(stdout).toString() + Buffer.from(stderr).toString(),
    /** Only with `measure`. */
    counts: readRegionCounts(new DataView(memory.buffer), (statistics?.() ?? 0) >>> 0),
  };
}

/** Each chooses, again and again, between values of 1 MiB, and says how many of them it makes and keeps each time. */
const CHOICES: readonly (readonly [name: string, made: number, kept: number, choose: string])[] = [
  ["the first of two", 2, 1, "let one = keep(65_536); let other = keep(65_536); if n >= 0 { one } else { other }"],
  ["the second of two", 2, 1, "let one = keep(65_536); let other = keep(65_536); if n < 0 { one } else { other }"],
  [
    "one of two in turns",
    2,
    1,
    "let one = keep(65_536); let other = keep(65_536); if n % 2 == 0 { one } else { other }",
  ],
  [
    "one of five, in no order",
    5,
    1,
    `let v0 = keep(65_536); let v1 = keep(65_536); let v2 = keep(65_536); let v3 = keep(65_536); let v4 = keep(65_536)
  match n * 7 % 5 { 0 => v0, 1 => v1, 2 => v2, 3 => v3, _ => v4 }`,
  ],
  [
    "one of which the second needs a part of the first",
    3,
    1,
    `let one = keep(65_536); let other = keep(65_536)
  let third = match one { End => one, Row(_, rest) => Row(1, rest) }
  let last = match keep(65_536) { End => End, Row(m, _) => Row(m, third) }
  if n < 0 { other } else { last }`,
  ],
  [
    "what is made in a branch, or before",
    2,
    1,
    "let one = keep(65_536); if n % 3 == 0 { let other = keep(65_536); if n % 2 == 0 { return other } }; one",
  ],
];

describe.each(["regions", "sparse"])("%s", (manager) => {
  it.each(CHOICES)("end at the decision what is not returned: %s", async (_name, made, kept, choose) => {
    const source = new SourceFile(
      "test.mote",
      `${ROWS}fn choose(n: Int) -> Rows { ${choose} }
fn all(n: Int) -> Int { if n == 0 { return 0 }; let chosen = choose(n); all(n - 1) + sum(chosen) % 1000 }
fn main(args: [Text]) { print("{all(args[0].toInt())}") }`,
    );
    const times = 12;
    const { printed: expected } = await runUnder({ manager: "leak" }, source, [`${times}`]);
    const { printed, counts } = await runUnder({ manager, measure: true }, source, [`${times}`]);
    expect(printed).toBe(expected);
    // What is chosen is there until all calls have returned. Of each choice, a segment or two are not full, or have a
    // gap.
    expect(counts.peakBytes).toBeLessThan((times - 1) * kept * (MIB + 2 * 65_536) + made * MIB + 8 * 65_536);
    const small = new SourceFile("test.mote", source.text.replaceAll("65_536", "70"));
    const { printed: expectedOfSmall } = await runUnder({ manager: "leak" }, small, [`${times}`]);
    const zealous = await runUnder({ manager, debug: true, zeal: 2 }, small, [`${times}`]);
    expect(zealous.printed).toBe(expectedOfSmall);
  });
});

/** The same of arrays of 1 MiB, and of records that hold them. */
const ARRAY_CHOICES: readonly (readonly [name: string, made: number, kept: number, choose: string])[] = [
  ["the first of two", 2, 1, "let one = hold(n); let other = hold(n + 1); if n >= 0 { one } else { other }"],
  ["the second of two", 2, 1, "let one = hold(n); let other = hold(n + 1); if n < 0 { one } else { other }"],
  ["one of two in turns", 2, 1, "let one = hold(n); let other = hold(n + 1); if n % 2 == 0 { one } else { other }"],
  [
    "the last of three, which needs the array of the first",
    3,
    2,
    `let one = hold(n); let other = hold(n + 1)
  let last = Held { values: array(262_144, n), others: one.values }; if n < 0 { other } else { last }`,
  ],
];

describe("arrays under sparse", () => {
  it.each(ARRAY_CHOICES)("end at the decision where they are not returned: %s", async (_name, made, kept, choose) => {
    const source = new SourceFile(
      "test.mote",
      `struct Held { values: [Int], others: [Int] }
fn hold(n: Int) -> Held { let values = array(262_144, n); Held { values: values, others: values } }
fn choose(n: Int) -> Held { ${choose} }
fn all(n: Int) -> Int {
  if n == 0 { return 0 }
  let chosen = choose(n)
  all(n - 1) + chosen.values[7] * 3 + chosen.others[262_000]
}
fn main(args: [Text]) { print("{all(args[0].toInt())}") }`,
    );
    const times = 12;
    const { printed: expected } = await runUnder({ manager: "leak" }, source, [`${times}`]);
    const { printed, counts } = await runUnder({ manager: "sparse", measure: true }, source, [`${times}`]);
    expect(printed).toBe(expected);
    // Without a look at them, and not in a collection.
    expect(Number(counts.droppedBytes)).toBeGreaterThanOrEqual(times * (made - kept) * MIB);
    expect(counts.peakBytes).toBeLessThan((times - 1) * kept * (MIB + 65_536) + made * MIB + 8 * 65_536);
    const zealous = await runUnder({ manager: "sparse", debug: true, zeal: 2 }, source, [`${times}`]);
    expect(zealous.printed).toBe(expected);
  });

  it("stay where a later candidate has made them larger", async () => {
    const source = new SourceFile(
      "test.mote",
      `struct Held { n: Int, values: [Int] }
fn choose(n: Int) -> Held {
  let list: List[Int] = []
  for i in 0..30_000 { list.push(n + i) }
  let first = Held { n: n, values: array(5_000, n) }
  for i in 0..30_000 { list.push(n - i) }
  let second = Held { n: n, values: list.finish() }
  if n % 2 == 0 { first } else { second }
}
fn all(n: Int) -> Int { if n == 0 { return 0 }; let chosen = choose(n); all(n - 1) + chosen.values[4_321] }
fn main(args: [Text]) { print("{all(args[0].toInt())}") }`,
    );
    const { printed: expected } = await runUnder({ manager: "leak" }, source, ["12"]);
    for (const options of [{ manager: "sparse" }, { manager: "sparse", debug: true, zeal: 3 }] as const) {
      expect((await runUnder(options, source, ["12"])).printed).toBe(expected);
    }
  });
});

describe("random choices", () => {
  const sources = Array.from({ length: often(12) }, (_, seed) => generateChoices(randomFor(401 + seed)));
  /** How many iterations a program makes; where it collects all the time, each takes long. */
  const [MANY, FEW] = ["10", "3"] as const;
  const expected = new Map<string, string>();
  const keyOf = (source: SourceFile, rounds: string) => `${rounds} ${source.text}`;

  beforeAll(async () => {
    for (const source of sources)
      for (const rounds of [MANY, FEW])
        expected.set(keyOf(source, rounds), (await runUnder({ manager: "leak" }, source, [rounds])).printed);
  });

  it("are choices, most of them", () => {
    const placed = sources.map((source) => [...placeProgram(buildProgram(source)).values()]);
    const withChoices = placed.filter((functions) => functions.some(({ candidates }) => candidates !== null));
    expect(withChoices.length).toBeGreaterThan(sources.length / 2);
  });

  it.each([
    { manager: "regions" },
    { manager: "regions", debug: true },
    { manager: "regions", debug: true, zeal: 3 },
    { manager: "sparse", debug: true },
  ] satisfies BuildOptions[])("print under %o what leak prints", async (options) => {
    const rounds = "zeal" in options ? FEW : MANY;
    for (const source of sources) {
      const { printed } = await runUnder(options, source, [rounds]);
      expect(printed, source.text).toBe(expected.get(keyOf(source, rounds)));
    }
  });
});
