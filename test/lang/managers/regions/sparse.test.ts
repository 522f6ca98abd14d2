/**
 * The manager `sparse`: programs whose arrays grow and are passed on, returned, replaced and sliced. They print what
 * they should, whatever is collected, and take no more memory for ten times as many iterations.
 */

import { describe, expect, it } from "vitest";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import type { IrType } from "../../../../src/lang/ir/ir.ts";
import { compile, compileIr } from "../../../support/fast.ts";
import { INT, INT_ELEMENT, int, ProgramBuilder } from "../../ir-notation.ts";

/** A text as "long texts" builds it, as far as it matters. */
const NUMBERS = Array.from({ length: 150 }, (_, i) => `${i}, `).join("");

/** With how many iterations they make, and what they print then. */
const PROGRAMS: readonly (readonly [name: string, text: string, iterations: number, output: string])[] = [
  [
    "a list that grows on top, in each of many calls",
    `fn once(n: Int) -> Int { let list: List[Int] = []; for i in 0..n { list.push(i * i) }; list[n / 2] + list.length }
fn main(args: [Text]) { let sum = 0; for i in 0..args[0].toInt() { sum += once(1000 + i % 100) }; print("{sum}") }`,
    1000,
    "276358000",
  ],
  [
    "two lists that grow by turns, of which one is returned",
    `fn both(n: Int) -> List[Int] {
  let one: List[Int] = []
  let other: List[Int] = []
  for i in 0..n { one.push(i); other.push(one[i / 2]) }
  if n % 2 == 0 { one } else { other }
}
fn main(args: [Text]) {
  let sum = 0
  for i in 0..args[0].toInt() { let got = both(3000 + i % 7); sum += got[got.length - 1] + got[17] }
  print("{sum}")
}`,
    200,
    "473935",
  ],
  [
    "an array that is dropped below one of a call that waits for the drop",
    `fn least(row: [Int], n: Int) -> [Int] {
  let made = array(5000, n)
  if made[n] > 100 { made } else { row }
}
fn build(row: [Int], depth: Int) -> [Int] {
  let own = array(5000, depth)
  let chosen = least(row, depth)
  let other = array(5000, 90 + depth)
  if depth < 3 { if build(own, depth + 1)[17] != depth { fail("another array lies where one was dropped") } }
  if own[17] != depth || other[17] != 90 + depth { fail("an array has changed") }
  chosen
}
fn main(args: [Text]) {
  let sum = 0
  for i in 0..args[0].toInt() { sum += build(array(5000, i), 0)[17] }
  print("{sum}")
}`,
    20,
    "190",
  ],
  [
    "a list of a caller that a callee makes longer, and one of the callee's that does not stay",
    `class Bag { items: List[[Int]] = [], count: Int = 0 }
fn add(bag: Bag, n: Int) {
  let scratch: List[Int] = []
  for i in 0..n { scratch.push(i) }
  if n % 3 == 0 { bag.items.push(scratch.finish()) }
  bag.count += 1
}
fn main(args: [Text]) {
  let sum = 0
  for i in 0..args[0].toInt() {
    let bag = Bag { count: i }
    for n in 0..60 { add(bag, n * 9) }
    for row in bag.items { sum += row.length }
    sum += bag.count
  }
  print("{sum}")
}`,
    50,
    "800725",
  ],
  [
    "rows that are replaced in a list of lists",
    `fn row(n: Int) -> List[Int] { let made: List[Int] = []; for i in 0..n { made.push(n + i) }; made }
fn main(args: [Text]) {
  let rows: List[List[Int]] = []
  for i in 0..20 { rows.push(row(900)) }
  for i in 0..args[0].toInt() { rows[i % 20] = row(800 + i % 300); rows[(i * 7) % 20].push(i) }
  let sum = 0
  for i in 0..20 { sum += rows[i].length + rows[i][i] }
  print("{sum} {rows.length}")
}`,
    4000,
    "35781 20",
  ],
  [
    "slices that keep an array, by tail calls",
    `fn step(n: Int, part: [Int]) -> [Int] {
  if n == 0 { return part }
  let fresh: List[Int] = []
  for i in 0..700 { fresh.push(i + part[i % part.length] % 5) }
  let all = fresh.finish()
  step(n - 1, if n % 10 == 0 { part } else { all[n % 300..n % 300 + 300] })
}
fn main(args: [Text]) { let end = step(args[0].toInt(), [1, 2, 3]); print("{end.length} {end[1]}") }`,
    2000,
    "300 2",
  ],
  [
    "long texts that are built, cut and joined",
    `fn build(n: Int) -> Text { let text = ""; for i in 0..n { text = "{text}{i}, " }; text }
fn main(args: [Text]) {
  let kept = ""
  for i in 0..args[0].toInt() {
    let text = build(150 + i % 10)
    kept = "{text[10..200]}{kept[0..if kept.length < 100 { kept.length } else { 100 }]}"
  }
  print("{kept}")
}`,
    300,
    NUMBERS.slice(10, 200) + NUMBERS.slice(10, 110),
  ],
  [
    "recursion with a list on each level, and results that pass through many",
    `fn down(n: Int, into: List[Int]) -> List[Int] {
  let own: List[Int] = []
  for i in 0..100 + n { own.push(i); into.push(n) }
  if n == 0 { return own }
  let got = down(n - 1, own)
  if n % 4 == 0 { got } else { own }
}
fn main(args: [Text]) {
  let sum = 0
  for i in 0..args[0].toInt() { let top: List[Int] = []; let end = down(24, top); sum += end.length + top.length + end[3] }
  print("{sum}")
}`,
    100,
    "37200",
  ],
  [
    "globals that are replaced, also by what was local",
    `global table: List[Int] = []
global rows: List[[Int]] = []
fn make(n: Int) -> List[Int] { let list: List[Int] = []; for i in 0..n { list.push(i) }; list }
fn main(args: [Text]) {
  for i in 0..args[0].toInt() {
    let before = table
    table = make(600 + i % 50)
    table.push(before.length)
    if rows.length > 8 { rows.clear() }
    rows.push(make(520 + i % 9).finish())
  }
  print("{table.length} {table[5]} {rows.length}")
}`,
    400,
    "650 5 4",
  ],
];

async function run(text: string, iterations: number, options: BuildOptions) {
  const { wasm } = await compile(new SourceFile("test.mote", text), options);
  const { stdout, stderr, exitCode, exports } = runModule(wasm, { args: [`${iterations}`] });
  const memory = (exports.memory as WebAssembly.Memory).buffer.byteLength;
  return { output: Buffer.from(stdout).toString(), error: Buffer.from(stderr).toString(), exitCode, memory };
}

describe("sparse, with arrays that grow", () => {
  it("makes a new array where the grown one has to live longer", () => {
    const program = new ProgramBuilder();
    const ints: IrType = { kind: "array", element: INT_ELEMENT };
    const maker = program.declare("make", [], [ints]);
    const array = maker.define(ints, { op: "arrayNew", element: INT_ELEMENT, length: int(600) });
    maker.emit({ op: "arraySet", array, index: int(599), values: [int(7)] });
    const used = int(600);
    maker.return(maker.define(ints, { op: "arrayGrow", array, used, element: INT_ELEMENT, length: int(700) }));
    const main = program.declare("main", [], []);
    const [made] = main.call(maker);
    main.call(maker);
    const element = main.variable("element", INT);
    main.emit({ op: "arrayGet", dsts: [element], array: made!, index: int(599) });
    main.if(main.binary("ne", element, int(7)), () => main.panic("noValue"));
    main.return();
    for (const debug of [false, true]) {
      const { stderr, exitCode } = runModule(compileIr(program.program(), { manager: "sparse", debug }).wasm);
      expect({ error: Buffer.from(stderr).toString(), exitCode }).toEqual({ error: "", exitCode: 0 });
    }
  });

  it.each(PROGRAMS)("prints what it should: %s", async (_name, text, iterations, output) => {
    const expected = { output: `${output}\n`, error: "", exitCode: 0 };
    for (const options of [{ manager: "leak" }, { manager: "sparse" }, { manager: "sparse", debug: true }])
      expect(await run(text, iterations, options), JSON.stringify(options)).toMatchObject(expected);
  });

  it.each(PROGRAMS)("prints under zeal what leak prints: %s", async (_name, text) => {
    const { output, error } = await run(text, 20, { manager: "leak" });
    expect(error).toBe("");
    expect(await run(text, 20, { manager: "sparse", debug: true, zeal: 1 })).toMatchObject({ output, error });
    expect(await run(text, 20, { manager: "sparse", zeal: 1 })).toMatchObject({ output, error });
  });

  it("reuses the places of freed arrays above the limits of the build", async () => {
    const [, text, iterations] = PROGRAMS.find(([name]) => name === "rows that are replaced in a list of lists")!;
    const never = { setPercent: Infinity, setEntries: Infinity, wastePercent: Infinity, wasteBytes: Infinity };
    const usual = await run(text, iterations, { manager: "sparse" });
    const untouched = await run(text, iterations, { manager: "sparse", sparseLimits: never });
    expect(untouched).toMatchObject({ output: usual.output, error: "" });
    expect(untouched.memory).toBeGreaterThan(1.2 * usual.memory);
  });

  it.each(PROGRAMS)("takes no more memory for ten times as many iterations: %s", async (_name, text, iterations) => {
    const [few, many] = [
      await run(text, iterations, { manager: "sparse" }),
      await run(text, 10 * iterations, { manager: "sparse" }),
    ];
    expect([few.error, many.error]).toEqual(["", ""]);
    expect(many.memory).toBeLessThanOrEqual(1.25 * few.memory);
  });
});
