/** Mote programs at the edges of memory: a very deep structure, and heaps of every size that is too small. */

import { describe, expect, it } from "vitest";
import { type BuildOptions, compile, runModule, SourceFile } from "../../src/lang/index.ts";

const LIVE_BYTES_OFFSET = 40;
const MAJOR_OFFSET = 4;
const CHUNK_BYTES = 65536;

const DEEP = `
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
  // Dropped now; as much again brings on collections of the whole heap.
  for i in 0..20 { print("{sum(build(count / 20), 0L)}") }
}
`;

describe("a list of many nodes", () => {
  it.each([
    { count: 10_000_000, options: { manager: "gc" } },
    { count: 200_000, options: { manager: "gc", debug: true } },
    { count: 10_000_000, options: { manager: "leak" } },
    { count: 10_000_000, options: { manager: "host" } },
  ])("$count under $options", async ({ count, options }) => {
    const triangle = (n: number): bigint => (BigInt(n) * BigInt(n - 1)) / 2n;
    const built = await compile(new SourceFile("deep.mote", DEEP), { ...options, measure: true });
    const { stdout, stderr, exitCode, exports } = runModule(built.wasm, { args: [String(count)] });
    expect({ stderr: Buffer.from(stderr).toString(), exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const lines = [triangle(count), ...Array<bigint>(20).fill(triangle(count / 20))];
    expect(Buffer.from(stdout).toString()).toBe(`${lines.join("\n")}\n`);
    if (options.manager !== "gc") return;
    const { memory, statistics } = exports as { memory: WebAssembly.Memory; statistics: () => number };
    const at = statistics() >>> 0;
    const view = new DataView(memory.buffer);
    if (count > 1_000_000) {
      // What the last collection of the whole heap found is a part of one short list, not the long one.
      expect(view.getUint32(at + MAJOR_OFFSET, true)).toBeGreaterThan(2);
      expect(Number(view.getBigUint64(at + LIVE_BYTES_OFFSET, true))).toBeLessThan(16 * count);
    }
  });
});

const MIXED = `
union Chain { End, Link(head: Text, tail: Chain) }

fn main(args: [Text]) {
  let chain = End
  let words: List[Text] = []
  for i in 0..2000 {
    let word = "word {i} {i * i}"
    chain = Link(word[5..], chain)
    if i % 3 == 0 { words.push(word) }
    if i % 500 == 0 { print("{i}") }
  }
  let all = words.finish()
  let table = array(10000, 0)
  for i in 0..all.length { table[i] = all[i].length }
  let sum = 0
  for x in table { sum += x }
  let count = 0
  let at = chain
  while count < 2000 {
    match at {
      End => { fail("the chain is too short") }
      Link(head, tail) => {
        sum += head.length
        at = tail
      }
    }
    count += 1
  }
  print("{all.length} words, {sum} bytes")
}
`;

describe("memory that is too little, at every allocation in turn", () => {
  it.each<BuildOptions>([{ manager: "gc", nurseryBytes: 4096, debug: true }, { manager: "gc" }, { manager: "leak" }])(
    "%o",
    async (options) => {
      const source = new SourceFile("mixed.mote", MIXED);
      const run = async (heapLimitBytes: number): Promise<{ stdout: string; stderr: string; exitCode: number }> => {
        const { wasm } = await compile(source, { ...options, heapLimitBytes });
        const { stdout, stderr, exitCode } = runModule(wasm);
        return { stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString(), exitCode };
      };
      const whole = await run(0);
      expect(whole).toMatchObject({ stderr: "", exitCode: 0 });
      const seen = new Set<number>();
      for (let chunks = 1; !seen.has(0); chunks++) {
        const { stdout, stderr, exitCode } = await run(chunks * CHUNK_BYTES);
        seen.add(exitCode);
        if (exitCode === 0) {
          expect({ stdout, stderr }).toEqual({ stdout: whole.stdout, stderr: "" });
        } else {
          expect(exitCode).toBe(1);
          expect(stderr).toMatch(/^error: out of memory(, at mixed\.mote:\d+)?\n$/);
          expect(whole.stdout.startsWith(stdout)).toBe(true);
        }
        expect(chunks).toBeLessThan(100);
      }
      expect(seen).toEqual(new Set([0, 1]));
    },
  );
});
