/**
 * Extern functions under every manager, in release and debug builds, and in the interpreter: the four ways in which
 * what they do to memory composes with a program, in wasm modules and in JavaScript.
 */

import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/lang/frontend.ts";
import {
  type BuildOptions,
  ExternError,
  type ExternModules,
  MissingExternError,
  managerNames,
  type ProgramMemory,
  runModule,
  SourceFile,
} from "../../../src/lang/index.ts";
import { compile } from "../../support/fast.ts";
import { interpret } from "../../support/interpret.ts";

const BUILDS: readonly BuildOptions[] = [
  ...managerNames().flatMap((manager) => [{ manager }, { manager, debug: true }]),
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
];

function wasm(text: string): WebAssembly.Module {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(
      binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.MutableGlobals,
    );
    return new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
  } finally {
    module.dispose();
  }
}

interface Outcome {
  readonly output: string;
  readonly error: string;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function run(source: SourceFile, options: BuildOptions, externs: ExternModules): Promise<Outcome> {
  const { wasm: module } = await compile(source, options);
  const { stdout, stderr } = runModule(module, { externs });
  return { output: text(stdout), error: text(stderr) };
}

/** Runs a program everywhere, with new extern modules each time. */
async function expectEverywhere(program: string, externs: () => ExternModules, expected: Outcome, builds = BUILDS) {
  const source = new SourceFile("extern.mote", program);
  const { stdout, stderr } = interpret(buildProgram(source), { externs: externs() });
  expect({ output: text(stdout), error: stderr }, "interpreter").toEqual(expected);
  for (const options of builds) {
    expect(await run(source, options, externs()), JSON.stringify(options)).toEqual(expected);
  }
}

describe("an extern function that allocates nothing", () => {
  it("gets and returns numbers of all types, also as a value", async () => {
    const module = wasm(`(module
      (func (export "mix") (param i32 i64 f64 i32 i32) (result f64)
        (f64.add (f64.convert_i32_s (i32.add (local.get 0) (i32.add (local.get 3) (local.get 4))))
          (f64.add (f64.convert_i64_s (local.get 1)) (local.get 2))))
      (func (export "twice") (param i64) (result i64) (i64.shl (local.get 0) (i64.const 1)))
      (func (export "low") (param i32) (result i32) (local.get 0))
      (func (export "odd") (param i32) (result i32) (i32.and (local.get 0) (i32.const 5)))
      (func (export "nop")))`);
    await expectEverywhere(
      `extern "mathematics" fn mix(a: Int, b: Long, c: Float, d: Byte, e: Bool) -> Float allocates nothing
extern "mathematics" fn twice(a: Long) -> Long allocates nothing
extern "mathematics" fn low(a: Int) -> Byte allocates nothing
extern "mathematics" fn odd(a: Int) -> Bool allocates nothing
extern "mathematics" fn nop() allocates nothing
fn tail(a: Int) -> Byte { low(a) }
fn main() {
  print("{mix(-1, 10L, 0.5, 'A', true)} {twice(-3000000000L)} {low(0x141)} {odd(4)} {odd(2)}")
  let twices = [twice, fn(a: Long) -> Long { twice(twice(a)) }]
  let all: List[Text] = []
  for f in twices { all.push("{f(7L)}") }
  nop()
  print("{all[0]} {all[1]} {tail(0x242)}")
  nop()
}`,
      () => ({ mathematics: module }),
      { output: "75.5 -6000000000 A true false\n14 28 B\n", error: "" },
    );
  });

  it("reads texts and memory of the program", async () => {
    const module = wasm(`(module
      (import "heapwright" "memory" (memory 1))
      (func (export "sum") (param $at i32) (param $bytes i32) (result i32) (local $sum i32)
        (block $done (loop $next
          (br_if $done (i32.eqz (local.get $bytes)))
          (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
          (br $next)))
        (local.get $sum))
      (func (export "fill") (param i32 i32 i32)
        (memory.fill (local.get 0) (local.get 2) (local.get 1))))`);
    await expectEverywhere(
      `extern "bytes" fn sum(text: Text) -> Int allocates nothing
extern "bytes" fn fill(at: Pointer[Byte], count: Int, value: Byte) allocates nothing
fn main() {
  let line = "{1 + 1}abc".bytes().toText()
  print("{sum("")} {sum("abc")} {sum(line)} {sum(line[1..3])}")
  unsafe {
    let bytes: Pointer[Byte] = allocate(40)
    fill(bytes.at(1), 3, 'x')
    print("{bytes.load(0).toInt()} {bytes.load(1)} {bytes.load(3)} {bytes.load(4).toInt()}")
    bytes.free()
  }
}`,
      () => ({ bytes: module }),
      { output: "0 294 344 195\n0 x x 0\n", error: "" },
    );
  });
});

/**
 * Doubles a text by way of memory of the allocator that it imports, which it frees, but for the last `leaked` times.
 */
const within = wasm(`(module
  (import "heapwright" "memory" (memory 1))
  (import "heapwright" "allocate" (func $allocate (param i32) (result i32)))
  (import "heapwright" "resize" (func $resize (param i32 i32) (result i32)))
  (import "heapwright" "free" (func $free (param i32)))
  (func (export "count") (param $at i32) (param $bytes i32) (param $leaks i32) (result i32) (local $copy i32) (local $sum i32)
    (local.set $copy (call $allocate (local.get $bytes)))
    (local.set $copy (call $resize (local.get $copy) (i32.mul (local.get $bytes) (i32.const 1000))))
    (memory.copy (local.get $copy) (local.get $at) (local.get $bytes))
    (local.set $sum (i32.add (i32.load8_u (local.get $copy))
      (i32.load8_u (i32.sub (i32.add (local.get $copy) (i32.mul (local.get $bytes) (i32.const 1000))) (i32.const 1)))))
    (if (i32.eqz (local.get $leaks)) (then (call $free (local.get $copy))))
    (local.get $sum)))`);

describe("an extern function that allocates within", () => {
  const program = (effect: string) => `extern "within" fn count(text: Text, leaks: Bool) -> Int ${effect}
fn main() {
  let sum = 0
  for i in 0..200 { sum += count("{i}{i}{i}", false) }
  print("{sum}")
  count("abcdef", true)
  print("the end")
}`;

  it("uses the program's allocator, and leaves it as it was", async () => {
    const source = program("allocates within").replace('count("abcdef", true)', "");
    await expectEverywhere(source, () => ({ within }), { output: "10195\nthe end\n", error: "" });
  });

  it.each([
    ["allocates within", "an extern function that `allocates within` has left more or less memory than there was", ""],
    ["allocates nothing", "an extern function that `allocates nothing` has allocated or freed memory", "never freed"],
  ])("is found out by debug builds where that is not so: %s", async (effect, message) => {
    // Where nothing is ever allocated, there is no allocator to import; a pointer makes sure that there is.
    const source = `${program(effect)}\nglobal memory: Pointer[Int] = unsafe { allocate(1) }
extern "within" fn unused(p: Pointer[Int]) -> Pointer[Int] returns memory
fn never() { unsafe { unused(memory) } }`;
    const used = source
      .replace("sum += count", "if i < 0 { never() } else { sum += count")
      .replace(", false) }", ", false) } }");
    const externs = () => ({
      within: (memory: ProgramMemory) => ({ ...exportsOf(within, memory), unused: (p: number) => p }),
    });
    const expected = { output: "10195\n", error: `error: ${message}, at extern.mote:6\n` };
    const debug = BUILDS.filter((each) => each.debug);
    await expectEverywhere(used, externs, expected, debug);
  });
});

function exportsOf(module: WebAssembly.Module, memory: ProgramMemory): Record<string, () => unknown> {
  const imports = { heapwright: memory as unknown as WebAssembly.ModuleImports };
  return new WebAssembly.Instance(module, imports).exports as Record<string, () => unknown>;
}

describe("an extern function that returns memory", () => {
  it("from the program's allocator lets the program free it", async () => {
    const squares = (memory: ProgramMemory) => ({
      squares: (count: number) => {
        const at = memory.allocate(count * 8) >>> 0;
        const view = new BigInt64Array(memory.memory.buffer, at, count);
        for (let i = 0; i < count; i++) view[i] = BigInt(i * i);
        return at;
      },
    });
    await expectEverywhere(
      `extern "squares" fn squares(count: Int) -> Pointer[Long] returns memory
fn main() {
  unsafe {
    let sum = 0L
    for n in 1..300 {
      let p = squares(n)
      sum += p.load(n - 1)
      let q = p.resize(n + 10)
      sum += q.load(n + 9)
      q.free()
    }
    print("{sum}")
  }
}`,
      () => ({ squares }),
      { output: "8865649\n", error: "" },
    );
  });

  it("from an allocator of its own names the function that frees it", async () => {
    // Its own: one page at a time, straight from the engine, beside what the program's managers take.
    const module = wasm(`(module
      (import "heapwright" "memory" (memory 1))
      (global $free (mut i32) (i32.const 0))
      (global $grown (export "grown") (mut i32) (i32.const 0))
      (func (export "page") (param $byte i32) (result i32) (local $page i32)
        (if (global.get $free)
          (then (local.set $page (global.get $free)) (global.set $free (i32.load (local.get $page))))
          (else (global.set $grown (i32.add (global.get $grown) (i32.const 1)))
            (local.set $page (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))))
        (memory.fill (local.get $page) (local.get $byte) (i32.const 65536))
        (local.get $page))
      (func (export "giveBack") (param i32)
        (i32.store (local.get 0) (global.get $free)) (global.set $free (local.get 0)))
      (func (export "pages") (result i32) (global.get $grown)))`);
    await expectEverywhere(
      `extern "pages" fn page(byte: Byte) -> Pointer[Byte] returns memory freed by giveBack
extern "pages" fn giveBack(page: Pointer[Byte]) allocates nothing
extern "pages" fn pages() -> Int allocates nothing
struct Row { text: Text, n: Int, m: Int, next: [Int] }
fn main() {
  let rows: List[Row] = []
  let right = 0
  for i in 0..60 {
    unsafe {
      let mine: Pointer[Int] = allocate(i * 100)
      let first = page('a')
      let second = page((i + 48).toByte())
      for j in 0..40 { rows.push(Row { text: "{i}", n: i, m: j, next: array(j, i) }) }
      if first.load(65535) == 'a' && second.load(17) == (i + 48).toByte() { right += 1 }
      giveBack(first)
      giveBack(second)
      mine.free()
    }
  }
  print("{right} {pages()} {rows.length}")
}`,
      () => ({ pages: module }),
      { output: "60 2 2400\n", error: "" },
    );
  });

  it("from an allocator of its own is not freed as the program's: a debug build finds that", async () => {
    await expectEverywhere(
      `extern "pages" fn page() -> Pointer[Byte] returns memory freed by giveBack
extern "pages" fn giveBack(page: Pointer[Byte]) allocates nothing
fn main() {
  unsafe {
    let p = page()
    p.free()
  }
}`,
      () => ({
        pages: ({ memory }: ProgramMemory) => ({ page: () => memory.grow(1) << 16, giveBack: () => undefined }),
      }),
      { output: "", error: "error: this memory is not allocated, or has been freed, at extern.mote:6\n" },
      BUILDS.filter((each) => each.debug),
    );
  });
});

describe("extern modules", () => {
  const source = new SourceFile(
    "extern.mote",
    `extern "one" fn first() -> Int allocates nothing
extern "two" fn second(n: Long) -> Int allocates nothing
fn main() { print("{first()} {second(1L)}") }`,
  );
  const first = () => 1;

  it("are named when they are missing, with one of their functions", async () => {
    await expect(run(source, { manager: "leak" }, { one: { first } })).rejects.toThrow(MissingExternError);
    await expect(run(source, { manager: "leak" }, { one: { first } })).rejects.toThrow(
      "the program needs the extern module two, for its function second: give it with --extern two=FILE",
    );
  });

  it("are named when they lack the function or fail to load", async () => {
    const failures: [ExternModules, string][] = [
      [{ one: { first }, two: {} }, "the extern module two has no function second"],
      [{ one: { first }, two: wasm('(module (import "env" "f" (func)))') }, "the extern module two cannot be used: "],
      [
        { one: { first }, two: wasm('(module (func (export "second") (param i64) (result i32) (unreachable)))') },
        "the extern function second of two failed: unreachable",
      ],
      [
        { one: { first }, two: wasm('(module (func (export "second") (param i32) (result i32) (local.get 0)))') },
        "the extern function second of two failed: ",
      ],
    ];
    for (const [externs, message] of failures) {
      const failure = run(source, { manager: "leak" }, externs);
      await expect(failure).rejects.toThrow(ExternError);
      await expect(failure).rejects.toThrow(message);
    }
  });

  it("are not asked for when the program never calls them", async () => {
    const unused = new SourceFile("unused.mote", `${source.text.split("\n").slice(0, 2).join("\n")}\nfn main() {}`);
    expect(await run(unused, { manager: "gc" }, {})).toEqual({ output: "", error: "" });
  });
});
