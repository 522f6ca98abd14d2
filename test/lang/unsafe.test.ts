/** Manual memory beside every manager: wrong uses in debug builds, heap limits, and that it costs others nothing. */

import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/lang/frontend.ts";
import { type BuildOptions, managerNames, runModule, SourceFile } from "../../src/lang/index.ts";
import { managerNamed } from "../../src/lang/managers/registry.ts";
import { compile } from "../support/fast.ts";
import { interpret } from "../support/interpret.ts";

const DEBUG_BUILDS: readonly BuildOptions[] = managerNames().map((manager) => ({ manager, debug: true }));

async function run(source: SourceFile, options: BuildOptions): Promise<{ output: string; error: string }> {
  const { wasm } = await compile(source, options);
  const { stdout, stderr } = runModule(wasm);
  return { output: Buffer.from(stdout).toString(), error: Buffer.from(stderr).toString() };
}

/** A program that does `wrong` on line 6, with `p` a pointer to eight Ints and `large` one to 50 000. */
const wrongProgram = (wrong: string): SourceFile =>
  new SourceFile(
    "wrong.mote",
    `fn main() {
  unsafe {
    let p: Pointer[Int] = allocate(8)
    let large: Pointer[Int] = allocate(50_000)
    print("{p.load(7) + large.load(49_999)}")
    ${wrong}
    print("not reached")
  }
}`,
  );

describe("a debug build, and the interpreter,", () => {
  const NOT_ALLOCATED = "error: this memory is not allocated, or has been freed, at wrong.mote:6\n";
  const OUTSIDE = "error: access to memory that is not allocated, at wrong.mote:6\n";

  it.each([
    ["a second free", "p.free(); p.free()", NOT_ALLOCATED],
    ["a second free of a large one", "large.free(); large.free()", NOT_ALLOCATED],
    ["a free in the middle", "p.at(2).free()", NOT_ALLOCATED],
    ["a free in the middle of a large one", "large.at(20_000).free()", NOT_ALLOCATED],
    ["a free of nothing", "let q: Pointer[Int] = pointer(0); q.free()", NOT_ALLOCATED],
    ["a resize of what is freed", 'p.free(); print("{p.resize(3).load(0)}")', NOT_ALLOCATED],
    ["a free of what was moved away", "let q = p.resize(1000); p.free(); q.free()", NOT_ALLOCATED],
    ["a load from what is freed", 'p.free(); print("{p.load(0)}")', OUTSIDE],
    ["a store into what is freed", "large.free(); large.store(0, 1)", OUTSIDE],
    ["a load from nothing", 'let q: Pointer[Long] = pointer(0); print("{q.load(3)}")', OUTSIDE],
    ["a load in front", 'print("{p.load(-1)}")', OUTSIDE],
    ["a store behind", "p.store(8, 1)", OUTSIDE],
    ["a load far away", 'print("{p.load(0x10000000)}")', OUTSIDE],
  ])("stops at %s", async (_what, wrong, error) => {
    const source = wrongProgram(wrong);
    const expected = { output: "0\n", error };
    const { stdout, stderr } = interpret(buildProgram(source));
    expect({ output: Buffer.from(stdout).toString(), error: stderr }).toEqual(expected);
    for (const options of DEBUG_BUILDS) expect(await run(source, options), options.manager).toEqual(expected);
  });
});

describe("manual memory", () => {
  const HOARDER = new SourceFile(
    "hoarder.mote",
    `struct Row { text: Text, n: Int, m: Int, next: [Row] }
fn main() {
  let rows: List[Row] = []
  for i in 0..20_000 {
    rows.push(Row { text: "{i}", n: i, m: i, next: [] })
    unsafe { let p: Pointer[Long] = allocate(i % 50); if i % 3 != 0 { p.free() } }
  }
  print("{rows.length}")
}`,
  );

  it("and the heap share one limit", async () => {
    for (const manager of ["gc", "leak"]) {
      expect(await run(HOARDER, { manager, heapLimitBytes: 64 << 20 }), manager).toEqual({
        output: "20000\n",
        error: "",
      });
      const peak = new Map<number, number>();
      for (const heapLimitBytes of [1 << 20, 2 << 20, 4 << 20]) {
        const { wasm } = await compile(HOARDER, { manager, heapLimitBytes });
        const { exitCode, stderr, exports } = runModule(wasm);
        expect({ exitCode, error: Buffer.from(stderr).toString() }, `${manager} ${heapLimitBytes}`).toMatchObject({
          exitCode: 1,
          error: expect.stringMatching(/^error: out of memory, at hoarder.mote:[56]\n$/),
        });
        peak.set(heapLimitBytes, (exports.memory as WebAssembly.Memory).buffer.byteLength - heapLimitBytes);
      }
      // Beyond the limit there is only what the program has without a heap: static data, the shadow stack, a step of
      // growth.
      for (const beyond of peak.values()) expect(beyond, manager).toBeLessThan(3 << 20);
    }
  });

  it("leaves no trace in a program that has none", async () => {
    const source = new SourceFile("plain.mote", 'fn main() { let l: List[Int] = [1]; l.push(2); print("{l.length}") }');
    for (const manager of managerNames()) {
      const { wasm } = await compile(source, { manager, names: true });
      const module = binaryen.readBinary(wasm);
      const names = Array.from(
        { length: module.getNumFunctions() },
        (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)).name,
      );
      module.dispose();
      expect(names, manager).toContain("_start");
      // The core keeps what was freed on sparse stacks in memory of malloc.
      if (manager !== "sparse") expect(names.filter((name) => name.includes("malloc/"))).toEqual([]);
      if (managerNamed(manager).abilities.heap === "engine")
        expect(names.filter((name) => name.startsWith("assembly/"))).toEqual([]);
    }
  });
});
