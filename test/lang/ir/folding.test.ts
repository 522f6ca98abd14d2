/** Allocation folding: who shares a check, and that programs do the same with and without. */

import { describe, expect, it } from "vitest";
import { type BuildOptions, runModule, SourceFile } from "../../../src/lang/index.ts";
import { compile } from "../../support/fast.ts";
import { START_BUILDS } from "../../support/starts.ts";

const TRIPLES = `
union Tree { Leaf, Node(left: Tree, key: Int, right: Tree), Many(keys: [Int; 3]) }

fn triple(key: Int) -> Tree { Node(Node(Leaf, key, Leaf), key + 1, Many([key, key + 1, key + 2])) }

fn apart(key: Int) -> Tree { Node(triple(key), key, triple(key + 1)) }

fn sum(tree: Tree) -> Int {
  match tree {
    Leaf => 0
    Node(left, key, right) => sum(left) + key + sum(right)
    Many(keys) => keys[0] + keys[1] + keys[2]
  }
}

fn main(args: [Text]) {
  let total = 0
  let kept = Leaf
  for i in 0..2000 {
    let tree = apart(i)
    if i % 100 == 0 { kept = Node(kept, i, tree) }
    total += sum(tree) % 1000
  }
  print("{total} {sum(kept)}")
}
`;

async function outputOf(options: BuildOptions): Promise<string> {
  const { wasm } = await compile(new SourceFile("triples.mote", TRIPLES), options);
  const result = runModule(wasm);
  expect(Buffer.from(result.stderr).toString()).toBe("");
  return Buffer.from(result.stdout).toString();
}

/** How many of the shared slow paths a build has. */
async function reserves(options: BuildOptions, source = TRIPLES): Promise<number> {
  const { wasm } = await compile(new SourceFile("triples.mote", source), { names: true, ...options });
  const names =
    Buffer.from(wasm)
      .toString("latin1")
      .match(/slow\.gcReserve\.[a-z]*/g) ?? [];
  return new Set(names).size;
}

describe("allocation folding", () => {
  it("gives records that are constructed together one check", async () => {
    expect(await reserves({ manager: "gc" })).toBeGreaterThan(0);
  });

  it("leaves records apart that a call stands between", async () => {
    const source = `
union Tree { Leaf, Node(left: Tree, right: Tree) }
fn build(depth: Int) -> Tree { if depth == 0 { Leaf } else { Node(build(depth - 1), build(depth - 1)) } }
fn count(tree: Tree) -> Int { match tree {
  Leaf => 1
  Node(left, right) => count(left) + count(right)
} }
fn main(args: [Text]) { print("{count(build(4))}") }
`;
    expect(await reserves({ manager: "gc" }, source)).toBe(0);
  });

  it("does without where the slow path must see each card end", async () => {
    expect(await reserves({ manager: "gc", starts: "crossing" })).toBe(0);
  });

  it("changes no output", async () => {
    const expected = await outputOf({ manager: "leak" });
    const builds: BuildOptions[] = [
      { manager: "gc" },
      { manager: "gc", nurseryBytes: 4096 },
      { manager: "gc", nurseryBytes: 4096, debug: true, zeal: 1 },
      { manager: "gc", nurseryBytes: 4096, debug: true, zeal: 1, pauseMs: 1 },
      ...START_BUILDS,
    ];
    for (const options of builds) expect(await outputOf(options), JSON.stringify(options)).toBe(expected);
  });
});
