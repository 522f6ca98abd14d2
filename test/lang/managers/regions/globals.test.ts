/**
 * Global arrays and texts under `regions` and `sparse`: where nothing else leads to what a global holds, it ends with the
 * next assignment; where something may, it stays.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import { forEachInstruction } from "../../../../src/lang/ir/traverse.ts";
import { computeBounds } from "../../../../src/lang/lifetimes/placement/bounds.ts";
import { placeProgram } from "../../../../src/lang/lifetimes/placement/placement.ts";
import { compile } from "../../../support/fast.ts";
import { generateGlobals } from "../../../support/globals.ts";
import { prepared, runPrepared } from "../../../support/lifetimes.ts";
import { often } from "../../../support/often.ts";
import { randomFor } from "../../../support/random.ts";

/** The names of the globals that are primary. */
function primaries(source: SourceFile): string[] {
  const program = buildProgram(source);
  const placement = placeProgram(program);
  const found = new Set<string>();
  for (const [fn, { isPrimary }] of placement) {
    forEachInstruction(fn.body, (i) => {
      if (i.op === "globalSet" && isPrimary(i.global)) found.add(i.global.name);
    });
  }
  return [...found].sort();
}

async function printed(source: SourceFile, args: readonly string[], options: BuildOptions): Promise<string> {
  const { wasm } = await compile(source, options);
  const { stdout, stderr } = runModule(wasm, { args });
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

const HELPERS = `fn filled(n: Int, first: Int) -> [Int] { let made = array(n, first); for i in 1..n { made[i] = made[i - 1] + i }; made }
fn sum(row: [Int]) -> Int { let all = 0; for v in row { all = all * 31 + v }; all }
fn either(row: [Int], n: Int) -> [Int] { if n % 2 == 0 { row } else { filled(row.length, n) } }
class Shelf { row: [Int] }
global shelf = Shelf { row: [1] }
global other: [Int] = [1, 2]
`;

/** What `step(n)` does with the global `g`; `all` is there to add to. */
function programWith(step: string, more = ""): SourceFile {
  const text = `${HELPERS}global g: [Int] = [1, 2, 3]
global all = 0
${more}
fn step(n: Int) { ${step} }
fn run(n: Int) { for i in 0..n { step(i + 2); all = (all * 31 + g[g.length - 1] + other[1] + shelf.row[0]) & 0xffffff } }
fn main(args: [Text]) { run(args[0].toInt()); print("{all} {sum(g)} {sum(other)} {sum(shelf.row)}") }
`;
  return new SourceFile("test.mote", text);
}

const ENDED: readonly (readonly [what: string, step: string])[] = [
  ["a long array", "g = array(3000, n); g[1] = 5"],
  ["a short one", "g = array(n % 7 + 2, n)"],
  ["one that a call makes", "g = filled(n % 500 + 2, g[0])"],
  [
    "one that is made of the one before",
    "let row = array(g.length + n % 2, g[0]); for i in 0..g.length { row[i] += g[i] }; g = row; if g.length > 90 { g = [n, n] }",
  ],
  ["one that was a list", "let row: List[Int] = []; for i in 0..n % 300 + 2 { row.push(i) }; g = row.finish()"],
  ["one of two", "if n % 3 == 0 { g = filled(9, n) } else { g = [n, 1] }"],
  [
    "the global, while a local had it",
    "let row = g; let part = row[1..]; all += sum(part) + row[0]; g = filled(300, n)",
  ],
  ["the global, which calls look at", "all += sum(g) + sum(g[1..]); g = filled(300, all)"],
];

const KEPT: readonly (readonly [what: string, step: string, more?: string | undefined])[] = [
  ["a local has it", "let row = g; g = filled(300, n); all += sum(row)"],
  ["a slice of it is wanted", "let part = g[1..]; g = filled(300, n); all += sum(part)"],
  ["a running call has it", "look(g, n)", "fn look(row: [Int], n: Int) { g = filled(300, n); all += sum(row) }"],
  ["a caller's variable has it", "let row = g; set(n); all += sum(row)", "fn set(n: Int) { g = filled(300, n) }"],
  ["a field has it", "shelf.row = g; g = filled(300, n); all += sum(shelf.row)"],
  ["another global has it", "other = g; g = filled(300, n)"],
  ["it comes from another global", "other = filled(300, n); g = other; other = filled(200, n)"],
  [
    "a list has it",
    "rows.push(g); if rows.length > 5 { all += sum(rows[2]); rows.clear() }; g = filled(300, n)",
    "global rows: List[[Int]] = []",
  ],
  ["a function value has it", "let row = g; let f = fn() { row[0] }; g = filled(300, n); all += f()"],
  ["it comes back", "g = either(g, n)"],
  ["it was a part of itself", "g = g[1..]; if g.length < 3 { g = filled(300, n) }"],
  [
    "a variable of the loop has it",
    "let row = [n, n]; for i in 0..3 { g = row; row = filled(i + 20, n) }; all += sum(row)",
  ],
  [
    "the new one has a second name",
    "let row = filled(300, n); g = row; all += sum(g); g = filled(200, n); all += sum(row)",
  ],
  ["it is assigned twice", "let row = filled(300, n); g = row; g = row"],
  ["a loop makes many", "let row = [n, 1]; for i in 0..n % 9 { row = filled(50, i) }; g = row"],
];

const OPTIONS: readonly BuildOptions[] = ["regions", "sparse"].flatMap((manager) => [
  { manager },
  { manager, debug: true },
  { manager, debug: true, zeal: 3 },
]);

describe("what a global holds ends with its next assignment:", () => {
  it.each(ENDED)("%s", async (_what, step) => {
    const source = programWith(step);
    expect(primaries(source)).toContain("g");
    const expected = await printed(source, ["150"], { manager: "leak" });
    for (const options of OPTIONS) expect(await printed(source, ["150"], options), options.manager).toBe(expected);
  });

  it.each(ENDED)("%s, in as little memory as one takes", async (_what, step) => {
    const source = programWith(step);
    const expected = await printed(source, ["20000"], { manager: "gc" });
    for (const manager of ["regions", "sparse"])
      expect(await printed(source, ["20000"], { manager, heapLimitBytes: 512 << 10 }), manager).toBe(expected);
  });

  it("and nothing of the program is in the collected heap", () => {
    const placement = placeProgram(buildProgram(programWith("g = filled(n % 500 + 2, g[0])")));
    const bounds = [...computeBounds(placement, true).values()].flatMap(({ sites }) => [...sites.values()]);
    expect(bounds.map(({ of }) => of)).not.toContain("heap");
  });
});

describe("what a global holds stays where", () => {
  it.each(KEPT.map(([what, step, more = ""]) => [what, step, more] as const))("%s", async (_what, step, more) => {
    const source = programWith(step, more);
    expect(primaries(source)).not.toContain("g");
    const expected = await printed(source, ["60"], { manager: "leak" });
    for (const options of OPTIONS) expect(await printed(source, ["60"], options), options.manager).toBe(expected);
  });
});

describe("random programs that assign globals", () => {
  const sources = Array.from({ length: often(12) }, (_, index) => generateGlobals(randomFor(4401 + index), 60));
  const expected = new Map<SourceFile, string>();

  beforeAll(async () => {
    for (const source of sources) expected.set(source, await printed(source, [], { manager: "leak" }));
  });

  it("have primary globals, and others", () => {
    const found = sources.map(primaries);
    expect(found.flat().length).toBeGreaterThan(sources.length);
    expect(found.filter((each) => each.length < 5).length).toBeGreaterThan(sources.length / 3);
  });

  it.each(OPTIONS)("print what leak prints: %o", async (options) => {
    for (const source of sources) expect(await printed(source, [], options), source.text).toBe(expected.get(source));
  });

  it("use nothing that has ended, says the model", () => {
    for (const source of sources)
      expect(runPrepared(prepared(buildProgram(source))), source.text).toBe(expected.get(source));
  });
});
