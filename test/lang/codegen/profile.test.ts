/** Profiles: exact numbers of small programs, by site and by function; and nothing of them in other builds. */

import { describe, expect, it } from "vitest";
import { type FunctionCounts, type ProgramProfile, readProfile } from "../../../src/lang/codegen/profile.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../src/lang/index.ts";
import type { Maker } from "../../../src/lang/lifetimes/placement/lines.ts";
import { compile } from "../../support/fast.ts";
import { samplePrograms } from "../../support/programs.ts";

const TREES = `union Tree { Leaf, Node(left: Tree, right: Tree) }
fn make(depth: Int) -> Tree { if depth == 0 { Leaf } else { Node(make(depth - 1), make(depth - 1)) } }
fn size(tree: Tree) -> Int { match tree { Leaf => 0, Node(l, r) => 1 + size(l) + size(r) } }
`;
const NODE_BYTES = 16;

async function profiled(text: string, options: Omit<BuildOptions, "manager"> = {}) {
  const source = new SourceFile("test.mote", text);
  const { wasm, profile } = await compile(source, { manager: "regions", profile: true, ...options });
  const { stdout, stderr, exitCode, exports } = runModule(wasm, { args: ["one", "two"] });
  const counts = readProfile(new DataView((exports.memory as WebAssembly.Memory).buffer), profile!);
  return { output: `${Buffer.from(stdout)}${Buffer.from(stderr)}`, exitCode, counts };
}

/** What was allocated, by function and by what it is. */
function madeIn({ makers }: ProgramProfile): Record<string, [objects: number, bytes: number]> {
  const made = [...makers].filter(([, { objects }]) => objects > 0);
  const nameOf = (maker: Maker): string =>
    "op" in maker ? `call of ${maker.callee.name}` : `${maker.functionName}: ${maker.what}`;
  return Object.fromEntries(made.map(([maker, { objects, bytes }]) => [nameOf(maker), [objects, bytes]]));
}

function ofFunction({ functions }: ProgramProfile, name: string): FunctionCounts {
  return [...functions].find(([fn]) => fn.name === name)![1];
}

const NOTHING: FunctionCounts = { adopted: 0, dropped: 0, collections: 0, copied: 0, segments: 0 };

describe("a profile", () => {
  it("counts what each site makes", async () => {
    const { output, counts } = await profiled(`${TREES}fn main() {
  let numbers: List[Int] = []
  for i in 0..9 { numbers.push(i) }
  print("{size(make(5))}{numbers.length}")
}`);
    expect(output).toBe("319\n");
    expect(madeIn(counts)).toEqual({
      "make: Node": [31, 31 * NODE_BYTES],
      "main: List[Int]": [1, 16],
      "main: List[Int] storage": [1, 8],
      // Room for 4, then for 8 and for 16.
      "List[Int].grow: List[Int] storage": [3, 24 + 40 + 72],
      "call of List[Int].grow": [3, 24 + 40 + 72],
      "main: List[Byte]": [1, 16],
      "main: List[Byte] storage": [1, 40],
    });
    expect(counts).toMatchObject({ objects: 38, bytes: 31 * 16 + 16 + 8 + 136 + 16 + 40 });
  });

  it("knows who reads the arguments", async () => {
    const { counts } = await profiled("fn main(args: [Text]) { print(args[0]) }");
    // Addresses and texts of three, the program's name among them; and the array of two.
    const texts = 8 + 3 * 4 + "program\0one\0two\0".length;
    expect(madeIn(counts)).toEqual({ "main: arguments": [2, Math.ceil(texts / 8) * 8 + 8 + 2 * 8] });
  });

  it("knows what was dropped and adopted where a call returned", async () => {
    const { counts } = await profiled(`${TREES}fn choose(n: Int) -> Tree {
  let one = make(2)
  let other = make(1)
  if n % 4 == 0 { one } else if n % 4 == 1 { other } else { Leaf }
}
fn main() { let sum = 0; for i in 0..8 { sum += size(choose(i)) }; print("{sum}") }`);
    // Each call makes 3 nodes and 1. What was made last, and is not returned, ends; what was made first is too little
    // to fill a gap.
    expect(ofFunction(counts, "choose")).toEqual({
      ...NOTHING,
      adopted: (2 * 3 + 2 * 4) * NODE_BYTES,
      dropped: (2 * 1 + 4 * 4) * NODE_BYTES,
    });
    expect(madeIn(counts)["make: Node"]).toEqual([32, 32 * NODE_BYTES]);
  });

  it("knows what was collected between iterations, and how large regions were", async () => {
    const text = `class Cell { n: Int, last: Cell? = None }
fn sum(n: Int) -> Int {
  let cell = Cell { n: 0 }
  for i in 0..n { cell = Cell { n: cell.n + i, last: Cell { n: i } } }
  cell.n
}
fn main() { print("{sum(100)}") }`;
    const zealous = await profiled(text, { zeal: 1 });
    expect(ofFunction(zealous.counts, "sum")).toEqual({
      ...NOTHING,
      ...{ collections: 100, copied: (1 + 99 * 2) * 16, segments: 1024 },
    });
    // Without: 201 cells, of which the first few lie on the stack of frames and the others in 1 KiB and 8 KiB.
    const { counts } = await profiled(text);
    expect(ofFunction(counts, "sum")).toEqual({ ...NOTHING, segments: 1024 + 8192 });
  });

  it("knows how deep the stack of frames was", async () => {
    const text = (depth: number) => `fn deep(n: Int) -> Int {
  if n == 0 { return 0 }
  let kept = array(n, 1)
  deep(n - 1) + kept[n - 1]
}
fn main() { print("{deep(${depth})}") }`;
    const [less, more] = [await profiled(text(10)), await profiled(text(20))];
    // A region's descriptor, and 64 bytes behind it for what has a size that only the run tells.
    expect(more.counts.frameBytes - less.counts.frameBytes).toBe(10 * (24 + 64));
  });

  it("is there when a program has failed", async () => {
    const { output, exitCode, counts } = await profiled(`${TREES}fn main() {
  let tree = make(4)
  if size(tree) == 15 { fail("enough") }
  print("{size(make(3))}")
}`);
    expect({ output, exitCode }).toEqual({ output: "enough\n", exitCode: 1 });
    expect(madeIn(counts)).toEqual({ "make: Node": [15, 15 * NODE_BYTES] });
  });

  it.each(samplePrograms())("of $name changes nothing, and adds up", async (program) => {
    const { source, args, input, expected, openPorts } = program;
    const { wasm, ports, profile } = await compile(source, { manager: "regions", profile: true, measure: true });
    const { stdout, exitCode, exports } = runModule(wasm, { args, input, ports: openPorts(ports) });
    expect({ output: Buffer.from(stdout).toString(), exit: exitCode }).toEqual({
      output: expected.output,
      exit: expected.exit,
    });
    const counts = readProfile(new DataView((exports.memory as WebAssembly.Memory).buffer), profile!);
    const sum = { objects: 0, bytes: 0 };
    for (const [maker, { objects, bytes }] of counts.makers) {
      if ("op" in maker) continue;
      sum.objects += objects;
      sum.bytes += bytes;
    }
    const measured = ["objects", "bytes"].map((name) => [name, Number((exports[name] as WebAssembly.Global).value)]);
    expect(Object.fromEntries(measured)).toEqual(sum);
    expect(counts).toMatchObject(sum);
  });

  it("is refused where there is none", async () => {
    const source = new SourceFile("test.mote", "fn main() {}");
    await expect(compile(source, { manager: "gc", profile: true })).rejects.toThrow(
      "gc has no profile; choose regions or sparse",
    );
  });
});
