/**
 * Loops that keep in a local where a region is filled to: which ones, and that what they make is what it is without.
 */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import { runModule, SourceFile } from "../../../../src/lang/index.ts";
import { annotateBounds } from "../../../../src/lang/lifetimes/annotate.ts";
import { computeBounds } from "../../../../src/lang/lifetimes/placement/bounds.ts";
import { placeProgram } from "../../../../src/lang/lifetimes/placement/placement.ts";
import type { FrameLayout } from "../../../../src/lang/managers/regions/frame-layout.ts";
import { findPromotedLoops } from "../../../../src/lang/managers/regions/promoted-tops.ts";
import { compile } from "../../../support/fast.ts";

const ROWS = `union Rows { End, Row(n: Int, rest: Rows) }
class Holder { rows: Rows }
fn sumFrom(rows: Rows, start: Int) -> Int { match rows { End => start, Row(n, rest) => sumFrom(rest, start * 31 + n) } }
fn one(n: Int, rest: Rows) -> Rows { if n % 3 == 0 { rest } else { Row(n, rest) } }
`;

const CASES: readonly (readonly [name: string, text: string, regions: readonly string[]])[] = [
  [
    "one that builds a result",
    "fn made(n: Int) -> Rows { let rows = End; for i in 0..n { rows = Row(i, rows) }; rows }",
    ["caller"],
  ],
  [
    "one that builds what stays with the call, and is left early",
    `fn made(n: Int) -> Rows {
  let rows = End
  for i in 0..n { if i == 5000 { break }; if i % 7 == 0 { continue }; rows = Row(i, Row(i + 1, rows)) }
  Row(sumFrom(rows, 1), End)
}`,
    ["frame"],
  ],
  [
    "the inner one of two",
    "fn made(n: Int) -> Rows { let rows = End; for i in 0..n / 100 { for j in 0..90 { rows = Row(i * j, rows) } }; rows }",
    ["caller"],
  ],
  [
    "not one with a return inside",
    "fn made(n: Int) -> Rows { let rows = End; for i in 0..n { rows = Row(i, rows); if i == 4000 { return rows } }; rows }",
    [],
  ],
  [
    "not one that calls what adds to the region",
    "fn made(n: Int) -> Rows { let rows = End; for i in 0..n { rows = Row(i, one(i, rows)) }; rows }",
    [],
  ],
  [
    "not one that adds to two regions of callers, which may be the same",
    `fn both(n: Int, holder: Holder) -> Rows {
  let rows = End
  for i in 0..n { rows = Row(i, rows); holder.rows = Row(i, holder.rows) }
  rows
}
fn made(n: Int) -> Rows { let holder = Holder { rows: End }; let rows = both(n, holder); Row(sumFrom(holder.rows, 0), rows) }`,
    [],
  ],
];

describe("a loop that only bumps", () => {
  it.each(CASES)("is %s", (_name, text, regions) => {
    const source = `${ROWS}${text}\nfn main() { print("{sumFrom(made(9), 0)}") }`;
    const program = buildProgram(new SourceFile("test.mote", source));
    const layout = { slots: new Map() } as unknown as FrameLayout;
    annotateBounds(program, computeBounds(placeProgram(program), false));
    const found = program.functions
      .filter(({ internal }) => !internal)
      .flatMap((fn) => [...findPromotedLoops(fn, layout, () => 16).values()]);
    expect(found.map((bound) => bound.of)).toEqual(regions);
  });

  it.each(CASES)("makes what it makes under leak: %s", async (_name, text) => {
    // Checks of loads and collections in each iteration take long, and need no more than one iteration behind the last
    // that is special.
    const sourceOf = (rows: number) =>
      new SourceFile("test.mote", `${ROWS}${text}\nfn main() { print("{sumFrom(made(${rows}), 0)}") }`);
    for (const options of [{}, { zeal: 1000 }, { debug: true }]) {
      const source = sourceOf("debug" in options || "zeal" in options ? 6000 : 30_000);
      const { stdout } = runModule((await compile(source, { manager: "leak" })).wasm);
      for (const manager of ["regions", "sparse"]) {
        const run = runModule((await compile(source, { manager, ...options })).wasm);
        expect({ output: Buffer.from(run.stdout).toString(), exit: run.exitCode }).toEqual({
          output: Buffer.from(stdout).toString(),
          exit: 0,
        });
      }
    }
  });
});
