/** The managers `regions` and `sparse`: memory of what has ended is reused, also in loops, and limits are reported. */

import { describe, expect, it } from "vitest";
import { readRegionCounts } from "../../../../src/core/region-statistics.ts";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import { compile } from "../../../support/fast.ts";

async function runUnder(options: BuildOptions, text: string, args: readonly string[]) {
  const { wasm } = await compile(new SourceFile("test.mote", text), options);
  const { stdout, stderr, exitCode, exports } = runModule(wasm, { args });
  const { statistics, memory } = exports as { statistics?: () => number; memory: WebAssembly.Memory };
  return {
    /** Only with `measure`. */
    counts: readRegionCounts(new DataView(memory.buffer), (statistics?.() ?? 0) >>> 0),
    output: Buffer.from(stdout).toString(),
    error: Buffer.from(stderr).toString(),
    exit: exitCode,
    memory: memory.buffer.byteLength,
  };
}

const TREES = `union Tree { Leaf, Node(left: Tree, right: Tree) }
fn make(depth: Int) -> Tree { if depth == 0 { Leaf } else { Node(make(depth - 1), make(depth - 1)) } }
fn size(tree: Tree) -> Int { match tree { Leaf => 0, Node(l, r) => 1 + size(l) + size(r) } }
`;

/** Programs that make much more than they keep, and how many iterations they make. */
const CONSTANT: readonly (readonly [name: string, text: string, iterations: number])[] = [
  [
    "calls that make something of their own",
    `${TREES}fn once() -> Int { size(make(6)) }
fn main(args: [Text]) { let sum = 0; for i in 0..args[0].toInt() { sum += once() }; print("{sum}") }`,
    20_000,
  ],
  [
    "loops inside loops",
    `${TREES}fn main(args: [Text]) {
  let sum = 0
  for i in 0..args[0].toInt() {
    let outer = make(3)
    for j in 0..10 { let inner = make(3); if j % 3 == 0 { continue }; sum += size(inner) + size(outer) }
  }
  print("{sum}")
}`,
    20_000,
  ],
  [
    "a value that each iteration replaces by a new one made from it",
    `class Cell { n: Int, last: Cell? = None }
fn main(args: [Text]) {
  let cell = Cell { n: 0 }
  for i in 0..args[0].toInt() { cell = Cell { n: cell.n + i, last: Cell { n: i } } }
  print("{cell.n} {cell.last.get().n}")
}`,
    1_000_000,
  ],
  [
    "a short list of slices of texts",
    `fn main(args: [Text]) {
  let kept: List[Text] = []
  for i in 0..args[0].toInt() {
    let line = "round {i} of many"
    kept.push(line[6..line.length - 8])
    if kept.length > 100 { kept.remove(i % 90) }
  }
  let sum = 0
  for text in kept { sum += text.toInt() }
  print("{kept.length} {sum}")
}`,
    300_000,
  ],
  [
    "large arrays, of which one is kept",
    `fn main(args: [Text]) {
  let rows: List[[Int]] = [array(10000, 1)]
  for i in 0..args[0].toInt() { rows.push(array(i % 10000, i)); if i % 7 != 0 { rows.pop() } else { rows[0] = rows.pop() } }
  print("{rows.length} {rows[0][0]}")
}`,
    50_000,
  ],
  [
    "tail calls of a function to itself that replace a value",
    `${TREES}fn loop(n: Int, last: Tree) -> Int { if n == 0 { size(last) } else { loop(n - 1, make(1)) } }
fn main(args: [Text]) { print("{loop(args[0].toInt(), Leaf)}") }`,
    1_000_000,
  ],
  [
    "a tail-call cycle that passes a value on for some calls",
    `${TREES}fn ping(n: Int, old: Tree, new: Tree) -> Tree { if n == 0 { Node(old, new) } else { pong(n - 1, old, Node(new, Leaf)) } }
fn pong(n: Int, old: Tree, new: Tree) -> Tree {
  if n % 10 == 0 { ping(n, new, Leaf) } else { ping(n, old, Node(Leaf, new)) }
}
fn main(args: [Text]) { print("{size(ping(args[0].toInt(), Leaf, Leaf))}") }`,
    1_000_000,
  ],
  [
    "tail calls that build an object of a class",
    `class Counter { last: List[Text] = [], sum: Int = 0 }
fn step(counter: Counter, n: Int) -> Counter {
  if n == 0 { return counter }
  let next = Counter { sum: counter.sum + n % 7 }
  next.last.push("step {n}")
  step(next, n - 1)
}
fn main(args: [Text]) { let end = step(Counter { sum: 0 }, args[0].toInt()); print("{end.sum} {end.last[0]}") }`,
    200_000,
  ],
  [
    "a candidate that calls in a loop never return",
    `${TREES}fn choose(tree: Tree, n: Int) -> Tree { let other = Node(tree, make(3)); if n < 0 { other } else { tree } }
fn main(args: [Text]) {
  let tree = make(2)
  for i in 0..args[0].toInt() { tree = choose(tree, i) }
  print("{size(tree)}")
}`,
    100_000,
  ],
  [
    "large candidates of which each call returns one",
    `${TREES}fn choose(n: Int) -> Tree { let one = make(6); let other = make(6 + n % 2); if n % 3 == 0 { one } else { other } }
fn sum(n: Int, rest: Tree) -> Int { if n == 0 { size(rest) } else { sum(n - 1, choose(n)) } }
fn main(args: [Text]) { print("{sum(args[0].toInt(), Leaf)}") }`,
    10_000,
  ],
  [
    "a result that a loop builds, and mostly replaces",
    `${TREES}fn build(rounds: Int) -> Tree {
  let tree = make(3)
  for i in 0..rounds { tree = if i % 16 == 0 { make(2) } else { Node(tree, Leaf) } }
  tree
}
fn main(args: [Text]) { print("{size(build(args[0].toInt()))}") }`,
    1_000_000,
  ],
  [
    "a global that is replaced",
    `class Cell { n: Int, last: Cell? = None, words: List[Text] = [] }
global cell = Cell { n: 0 }
fn step(n: Int) { let next = Cell { n: cell.n + 1, last: Cell { n: n } }; next.words.push("step {n}"); cell = next }
fn main(args: [Text]) { for i in 0..args[0].toInt() { step(i) }; print("{cell.n} {cell.words[0]}") }`,
    200_000,
  ],
];

/** Programs whose objects are mostly dead when their deepest call returns, and the most that they may take, in MiB. */
const PARTIAL: readonly (readonly [name: string, text: string, most: number])[] = [
  [
    "a part of what a callee returns, on many levels",
    `${TREES}struct Both { big: Tree, small: Tree }
fn both(depth: Int) -> Both { Both { big: make(depth), small: make(1) } }
fn part(depth: Int) -> Tree { both(depth).small }
fn nest(n: Int, depth: Int) -> Tree { if n == 0 { Leaf } else { Node(part(depth), nest(n - 1, depth)) } }
fn main(args: [Text]) { print("{size(nest(200, 14))}") }`,
    40,
  ],
  [
    "one of two values",
    `${TREES}fn choose(n: Int) -> Tree { let one = make(14); let other = make(2); if n % 20 == 0 { one } else { other } }
fn nest(n: Int) -> Tree { if n == 0 { Leaf } else { Node(choose(n), nest(n - 1)) } }
fn main(args: [Text]) { print("{size(nest(200))}") }`,
    40,
  ],
];

/**
 * Seed note 003: N returns its argument inside its result. Foo makes x2 by N for its caller, and then may return x1
 * instead. The compiler does not know which.
 */
const MALICIOUS = `class Digits { value: Int }
class Number { n: Digits }
fn n(x: Digits) -> Number { Number { n: x } }
fn foo(x1: Number, p: Bool) -> Number {
  let i = Digits { value: x1.n.value + 1 }
  let x2 = n(i)
  if p { x1 } else { x2 }
}
fn main(args: [Text]) {
  let x = n(Digits { value: 0 })
  let share = args[1].toInt()
  for i in 0..args[0].toInt() { x = foo(x, i % share != 0) }
  print("{x.n.value}")
}`;

describe.each(["regions", "sparse"])("%s", (manager) => {
  const run = (text: string, args: readonly string[], options: Omit<BuildOptions, "manager"> = {}) =>
    runUnder({ manager, ...options }, text, args);

  it.each([
    ["never", 2_000_000_000],
    ["always", 1],
    ["every third time", 3],
  ])(
    "takes constant memory for ten times as many iterations when the candidate is returned %s",
    async (_name, share) => {
      const iterations = 1_000_000;
      const peak = async (times: number): Promise<number> => {
        const args = [`${times * iterations}`, `${share}`];
        const { output, error, counts, memory } = await run(MALICIOUS, args, { measure: true });
        expect([output, error]).toEqual([`${Math.ceil((times * iterations) / share)}\n`, ""]);
        return counts.peakBytes + memory;
      };
      expect(await peak(10)).toBe(await peak(1));
    },
  );

  it.each(CONSTANT)("takes constant memory for ten times as many iterations: %s", async (_name, text, iterations) => {
    const [few, many] = [await run(text, [`${iterations}`]), await run(text, [`${10 * iterations}`])];
    expect([few.error, few.exit, many.error, many.exit]).toEqual(["", 0, "", 0]);
    // Runs of chunks of many lengths may leave gaps.
    expect(many.memory).toBeLessThanOrEqual(1.1 * few.memory);
  });

  it.each(CONSTANT)("prints under zeal what leak prints: %s", async (_name, text) => {
    const source = new SourceFile("test.mote", text);
    const { stdout } = runModule((await compile(source, { manager: "leak" })).wasm, { args: ["400"] });
    expect(stdout.length).toBeGreaterThan(1);
    const expected = { output: Buffer.from(stdout).toString(), error: "" };
    expect(await run(text, ["400"], { debug: true, zeal: 1 })).toMatchObject(expected);
    // What loops keep in locals they keep in memory in a debug build.
    expect(await run(text, ["400"], { zeal: 2 })).toMatchObject(expected);
  });

  it.each(PARTIAL)("drops what is not returned: %s", async (_name, text, most) => {
    const { error, memory } = await run(text, []);
    expect(error).toBe("");
    expect(memory).toBeLessThanOrEqual(most << 20);
  });

  it.each(PARTIAL)("prints under zeal what leak prints: %s", async (_name, text) => {
    const source = new SourceFile("test.mote", text.replace("(14)", "(5)").replace(", 14", ", 5"));
    const { stdout } = runModule((await compile(source, { manager: "leak" })).wasm, { args: [] });
    expect(stdout.length).toBeGreaterThan(1);
    expect(await run(source.text, [], { debug: true, zeal: 1 })).toMatchObject({
      output: Buffer.from(stdout).toString(),
      error: "",
    });
  });

  it("reports that the stack of frames or the heap is full", async () => {
    const deep = `${TREES}fn down(n: Int) -> Int { let own = make(1); if n == 0 { 0 } else { size(own) + down(n - 1) } }
fn main(args: [Text]) { print("{down(args[0].toInt())}") }`;
    expect(await run(deep, ["100"])).toMatchObject({ output: "100\n", exit: 0 });
    expect(await run(deep, ["1000"], { shadowStackBytes: 65536 })).toMatchObject({
      error: "error: stack overflow, at test.mote:4\n",
      exit: 1,
    });
    const wide = `${TREES}fn main(args: [Text]) { print("{size(make(args[0].toInt()))}") }`;
    const limited = { heapLimitBytes: 24 << 20 };
    expect(await run(wide, ["10"], limited)).toMatchObject({ output: "1023\n" });
    expect(await run(wide, ["22"], limited)).toMatchObject({
      error: "error: out of memory, at test.mote:2\n",
      exit: 1,
    });
  });
});
