/** Mote programs that go deep: a structure of very many nodes, and recursion without an end in sight. */

import { describe, expect, it } from "vitest";
import { STATISTICS_LIVE_BYTES, STATISTICS_MAJOR_COLLECTIONS } from "#contract";
import { type BuildOptions, managerNames, runModule, SourceFile } from "../../src/lang/index.ts";
import { compile } from "../support/fast.ts";

const SHORT_LISTS = 20;
const MIB = 1 << 20;

const LISTS = `
union Chain { End, Link(head: Int, tail: Chain) }

fn build(count: Int) -> Chain {
  let chain = End
  for i in 0..count { chain = Link(i, chain) }
  chain
}

fn sum(chain: Chain, total: Long) -> Long {
  match chain {
    End => total
    Link(head, tail) => sum(tail, total + head.toLong())
  }
}

fn main(args: [Text]) {
  let count = args[0].toInt()
  print("{sum(build(count), 0L)}")
  // Dropped now; twice as much brings on collections of the whole heap.
  for i in 0..${2 * SHORT_LISTS} { print("{sum(build(count / ${SHORT_LISTS}), 0L)}") }
}
`;

describe("a list of many nodes", () => {
  it.each<{ count: number; options: BuildOptions }>([
    // A nursery that the short lists do not die in.
    { count: 10_000_000, options: { manager: "gc", nurseryBytes: MIB } },
    // Too small a heap for two of the long lists: dropping one has to make room.
    { count: 200_000, options: { manager: "gc", debug: true, nurseryBytes: 65_536, heapLimitBytes: 6 * MIB } },
    { count: 10_000_000, options: { manager: "leak" } },
    { count: 10_000_000, options: { manager: "host" } },
  ])("$count under $options", async ({ count, options }) => {
    const triangle = (n: number): bigint => (BigInt(n) * BigInt(n - 1)) / 2n;
    const built = await compile(new SourceFile("lists.mote", LISTS), { ...options, measure: true });
    const { stdout, stderr, exitCode, exports } = runModule(built.wasm, { args: [String(count)] });
    expect({ stderr: Buffer.from(stderr).toString(), exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const lines = [triangle(count), ...Array<bigint>(2 * SHORT_LISTS).fill(triangle(count / SHORT_LISTS))];
    expect(Buffer.from(stdout).toString()).toBe(`${lines.join("\n")}\n`);
    if (!("nurseryBytes" in options)) return;
    const { memory, statistics } = exports as { memory: WebAssembly.Memory; statistics: () => number };
    const at = statistics() >>> 0;
    const view = new DataView(memory.buffer);
    expect(view.getUint32(at + STATISTICS_MAJOR_COLLECTIONS, true)).toBeGreaterThan(0);
    // What the last collection of the whole heap found is no more than one short list: 16 bytes for each node.
    const live = Number(view.getBigUint64(at + STATISTICS_LIVE_BYTES, true));
    expect(live).toBeLessThan((16 * count) / SHORT_LISTS + 1024);
  });
});

/**
 * Each level waits for the one below: without pointers, with an object that is built on the way back, with one that
 * lives on.
 */
const RECURSIONS = `
union Chain { End, Link(head: Int, tail: Chain) }

fn count(n: Int) -> Int { if n == 0 { 0 } else { 1 + count(n - 1) } }

fn build(n: Int) -> Chain { if n == 0 { End } else { Link(n, build(n - 1)) } }

fn sum(chain: Chain) -> Int { match chain { End => 0, Link(head, tail) => head + sum(tail) } }

fn descend(chain: Chain, n: Int) -> Int {
  if n == 0 { return 0 }
  let below = descend(Link(n, chain), n - 1)
  match chain { End => below, Link(head, _) => below + head }
}

fn main(args: [Text]) {
  print("before")
  let n = args[1].toInt()
  if args[0] == "count" { print("{count(n)}") }
  if args[0] == "build" { print("{sum(build(n))}") }
  if args[0] == "descend" { print("{descend(End, n)}") }
}
`;

/** Four texts, two words each, wait on the shadow stack for each level. */
const ROOTS = `
fn descend(n: Int, text: Text) -> Int {
  if n == 0 { return 0 }
  let one = text + "1"
  let two = text + "2"
  let three = text + "3"
  let below = descend(n - 1, text)
  below + one.length + two.length + three.length + text.length
}

fn main(args: [Text]) {
  print("before")
  print("{descend(args[0].toInt(), args[1])}")
}
`;

function run(wasm: Uint8Array, ...args: string[]): { stdout: string; stderr: string; exitCode: number } {
  const { stdout, stderr, exitCode } = runModule(wasm, { args });
  return { stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString(), exitCode };
}

describe("recursion that is too deep ends with a message", () => {
  const builds: BuildOptions[] = [
    ...managerNames().map((manager) => ({ manager })),
    { manager: "gc", debug: true, nurseryBytes: 4096 },
    { manager: "gc", shadowStackBytes: 65_536 },
    { manager: "gc", shadowStackBytes: 64 * MIB },
    { manager: "leak", debug: true },
  ];

  it.each(builds)("under %o", async (options) => {
    const { wasm } = await compile(new SourceFile("recursions.mote", RECURSIONS), options);
    const sums = { count: 100, build: 5050, descend: 5049 };
    for (const [name, sum] of Object.entries(sums)) {
      const { stdout, stderr, exitCode } = run(wasm, name, "100000000");
      expect({ name, exitCode }).toEqual({ name, exitCode: 1 });
      expect(stderr).toMatch(/^error: stack overflow(, at recursions\.mote:\d+)?\n$/);
      expect("before\n".startsWith(stdout)).toBe(true);
      // The same module does what is not too deep.
      expect(run(wasm, name, "100")).toEqual({ stdout: `before\n${sum}\n`, stderr: "", exitCode: 0 });
    }
  });

  it("names the place, after all output, when the shadow stack is full", async () => {
    const source = new SourceFile("roots.mote", ROOTS);
    for (const debug of [false, true]) {
      const { wasm } = await compile(source, { manager: "gc", debug, nurseryBytes: 4096, shadowStackBytes: 65_536 });
      const { stdout, stderr, exitCode } = run(wasm, "100000000", "x");
      expect(stderr).toMatch(/^error: stack overflow, at roots\.mote:\d+\n$/);
      expect({ stdout, exitCode }).toEqual({ stdout: "before\n", exitCode: 1 });
      expect(run(wasm, "500", "x")).toEqual({ stdout: `before\n${500 * 7}\n`, stderr: "", exitCode: 0 });
    }
  });
});
