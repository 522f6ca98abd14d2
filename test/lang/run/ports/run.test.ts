/**
 * Ports to the host under every manager and in the interpreter: what crosses them, in which order, and what happens
 * when the host is full, empty, or wrong.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import {
  type BuildOptions,
  HostPort,
  managerNames,
  type Ports,
  type PortValue,
  type RunOptions,
  runModule,
  SourceFile,
} from "../../../../src/lang/index.ts";
import { compile, compileIr } from "../../../support/fast.ts";
import { interpret } from "../../../support/interpret.ts";
import { often } from "../../../support/often.ts";

const BUILDS: readonly BuildOptions[] = [
  ...managerNames().map((manager) => ({ manager })),
  { manager: "leak", debug: true },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 2, pauseMs: 1, reps: "a" },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 3, mature: "classes" },
];

interface Outcome {
  readonly output: string;
  readonly error: string;
  readonly exit: number;
}

/** Runs a program with given ports. */
type Runner = (ports: Ports, options?: RunOptions) => Outcome;

/** The program in the interpreter and under every build, by a name for each. */
function runners(text: string): [string, Runner][] {
  const source = new SourceFile("ports.mote", text);
  const program = buildProgram(source);
  const interpreted: Runner = (ports) => {
    const { stdout, stderr, exitCode } = interpret(program, { ports });
    return { output: Buffer.from(stdout).toString(), error: stderr, exit: exitCode };
  };
  const compiled = BUILDS.map((build): [string, Runner] => {
    const module = new WebAssembly.Module(compileIr(program, build).wasm);
    const run: Runner = (ports, options) => {
      const { stdout, stderr, exitCode } = runModule(module, { ...options, ports });
      return { output: Buffer.from(stdout).toString(), error: Buffer.from(stderr).toString(), exit: exitCode };
    };
    return [JSON.stringify(build), run];
  });
  return [["interpreter", interpreted], ...compiled];
}

/** A port that gives these values, and notes what is put. */
function scripted(given: readonly PortValue[], taken: PortValue[] = [], bytes = false) {
  const values = [...given];
  return {
    taken,
    bytes,
    get: () => values.shift() ?? null,
    put: (value: PortValue) => {
      taken.push(value);
      return true;
    },
  };
}

const FINE: Outcome = { output: "", error: "", exit: 0 };

describe("values", () => {
  const kinds = {
    int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    float: fc.double(),
    bool: fc.boolean(),
    byte: fc.integer({ min: 0, max: 255 }),
    text: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "\u{feff}mark", "\0", "x".repeat(65_536), "é".repeat(70_000)),
    ),
  };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const declarations = names.map((name) => `extern port ${name}s: ${name[0]!.toUpperCase()}${name.slice(1)}\n`);
  const loops = names.map((name) => `  while let value = ${name}s.get() { ${name}s.put(value) }\n`);
  const echo = `${declarations.join("")}fn main() {\n${loops.join("")}}\n`;

  it("of every type cross in both directions", () => {
    const all = runners(echo);
    const lists = fc.record(
      Object.fromEntries(names.map((name) => [`${name}s`, fc.array<PortValue>(kinds[name], { maxLength: 5 })])),
    );
    fc.assert(
      fc.property(lists, (given) => {
        for (const [name, run] of all) {
          const ports = Object.fromEntries(Object.entries(given).map(([port, values]) => [port, scripted(values!)]));
          expect(run(ports), name).toEqual(FINE);
          for (const [port, values] of Object.entries(given)) expect(ports[port]!.taken, name).toEqual(values);
        }
      }),
      { numRuns: often(15) },
    );
  });

  it("of type Text are bytes, where the host wants them", () => {
    for (const [name, run] of runners(
      'extern port texts: Text\nfn main() { while let t = texts.get() { texts.put(t[..1] + "ok") } }',
    )) {
      const given = [new Uint8Array([0xff, 0xfe]), "é", "\ud800x"];
      const strings = scripted(given);
      const bytes = scripted(given, [], true);
      expect(run({ texts: strings }), name).toEqual(FINE);
      expect(run({ texts: bytes }), name).toEqual(FINE);
      // What is no UTF-8 stands in strings as U+FFFD, of which a lone surrogate has become one.
      expect(strings.taken, name).toEqual(["\ufffdok", "\ufffdok", "\ufffdok"]);
      const [first, ...rest] = bytes.taken as Uint8Array[];
      expect([...first!], name).toEqual([0xff, 0x6f, 0x6b]);
      expect(
        rest.map((text) => text[0]),
        name,
      ).toEqual([0xc3, 0xef]);
    }
  });

  it("of type Text are copies on both sides", () => {
    const text = `extern port texts: Text
fn main() {
  let bytes = texts.get().get().bytes().copy()
  let text = bytes.toText()
  texts.put(text)
  bytes[0] = 'X'
  texts.put(text)
  print(text)
}`;
    for (const [name, run] of runners(text)) {
      const given = new TextEncoder().encode("abc");
      const port = scripted([given], [], true);
      expect(run({ texts: port }), name).toEqual({ ...FINE, output: "Xbc\n" });
      expect(
        port.taken.map((value) => Buffer.from(value as Uint8Array).toString()),
        name,
      ).toEqual(["abc", "Xbc"]);
      expect(Buffer.from(given).toString(), name).toBe("abc");
    }
  });

  it("are evaluated once, and before the port is asked", () => {
    const text = `extern port a: Int
extern port b: Int
fn twice(n: Int) -> Int { b.put(n); 2 * n }
fn main() { print("{a.put(twice(3))} {a.put(twice(4)) && a.put(twice(5))}") }`;
    for (const [name, run] of runners(text)) {
      const taken: PortValue[] = [];
      const full = { put: (value: PortValue) => taken.push(value) < 4 };
      expect(run({ a: full, b: full }), name).toEqual({ ...FINE, output: "true false\n" });
      expect(taken, name).toEqual([3, 6, 4, 8]);
    }
  });
});

describe("a host", () => {
  it("that is full refuses, and one that is empty has nothing for now", () => {
    const text = `extern port queue: Text
fn main() {
  print("{queue.get() == None} {queue.put("a")} {queue.put("")} {queue.put("c")} {queue.get().get()}")
  print("{queue.put("d")} [{queue.get().get()}] {queue.get().get()} {queue.get().isNone()}")
}`;
    for (const [name, run] of runners(text)) {
      const queue = new HostPort<string>(2);
      expect(run({ queue }), name).toEqual({ ...FINE, output: "true true true false a\ntrue [] d true\n" });
      expect(run({ queue: new HostPort(0) }).error, name).toBe("error: this optional has no value, at ports.mote:3\n");
    }
  });

  it("sees puts, gets and output in the order of the program", () => {
    const text = `extern port out: Int
extern port more: Bool
global first = out.put(0)
fn main() {
  write("a")
  out.put(1)
  write("b")
  write("c")
  more.get()
  write("d")
}`;
    for (const [name, run] of runners(text).slice(1)) {
      const events: string[] = [];
      const more = { get: () => events.push("get") < 0 };
      const out = { put: (value: PortValue) => events.push(`put ${value}`) > 0 };
      run({ out, more }, { onWrite: (_stream, bytes) => events.push(Buffer.from(bytes).toString()) });
      expect(events, name).toEqual(["put 0", "a", "put 1", "bc", "get", "d"]);
    }
  });

  it("that throws ends the run by what it throws, with the output so far", () => {
    const text = 'extern port p: Text\nfn main() { write("before"); p.put("x"); while let t = p.get() { write(t) } }';
    for (const [name, run] of runners(text)) {
      for (const error of [new Error("mine"), new RangeError("mine, too"), "no object"]) {
        const output: string[] = [];
        const onWrite = (_stream: 1 | 2, bytes: Uint8Array) => output.push(Buffer.from(bytes).toString());
        const thrower = () => {
          throw error;
        };
        for (const port of [
          { put: thrower, get: () => null },
          { put: () => true, get: thrower },
        ]) {
          let thrown: unknown;
          try {
            run({ p: port }, { onWrite });
          } catch (caught) {
            thrown = caught;
          }
          expect(thrown, name).toBe(error);
        }
        if (name !== "interpreter") expect(output, name).toEqual(["before", "before"]);
      }
    }
  });

  it("shares its stack with the program", () => {
    const text = "extern port p: Int\nfn f(n: Int) -> Int { p.put(n); 1 + f(n + 1) }\nfn main() { p.put(f(0)) }";
    for (const [name, run] of runners(text).slice(1)) {
      const { error, exit } = run({ p: { put: () => true } });
      expect(error, name).toMatch(/^error: stack overflow/);
      expect(exit, name).toBe(1);
    }
  });

  const CARRIED = ["Int", "Long", "Float", "Bool", "Byte", "Text"] as const;
  const WRONG: readonly (readonly [(typeof CARRIED)[number], unknown, string])[] = [
    ["Int", 1.5, "a whole number from -2147483648 to 2147483647, or null, but gave 1.5"],
    ["Int", 2 ** 31, "a whole number from -2147483648 to 2147483647, or null, but gave 2147483648"],
    ["Int", "1", "a whole number from -2147483648 to 2147483647, or null, but gave a string"],
    ["Long", 1, "a bigint of 64 bits, or null, but gave 1"],
    ["Long", 2n ** 63n, "a bigint of 64 bits, or null, but gave 9223372036854775808n"],
    ["Float", 1n, "a number, or null, but gave 1n"],
    ["Bool", 1, "true or false, or null, but gave 1"],
    ["Byte", 256, "a whole number from 0 to 255, or null, but gave 256"],
    ["Byte", -1, "a whole number from 0 to 255, or null, but gave -1"],
    ["Text", undefined, "a string or a Uint8Array, or null, but gave undefined"],
    ["Text", () => "x", "a string or a Uint8Array, or null, but gave a function"],
    ["Text", [1], "a string or a Uint8Array, or null, but gave an object"],
  ];

  it("that gives what is no value is told so", () => {
    for (const type of CARRIED) {
      // What is checked here is the host's side, whoever the manager is.
      const all = runners(`extern port p: ${type}\nfn main() { p.get() }`).slice(0, 2);
      for (const [, value, message] of WRONG.filter(([wrong]) => wrong === type)) {
        for (const [name, run] of all) {
          const get = () => value as PortValue;
          expect(() => run({ p: { get } }), name).toThrow(new TypeError(`the port "p" has to give ${message}`));
        }
      }
    }
  });

  it("that does not say whether there was room is told so", () => {
    for (const [name, run] of runners("extern port p: Int\nfn main() { p.put(1) }")) {
      const put = () => undefined as unknown as boolean;
      expect(() => run({ p: { put } }), name).toThrow(
        new TypeError('the port "p" has to say by true or false whether there was room, but gave undefined'),
      );
    }
  });

  it("has to wire what the program uses, and may wire more", () => {
    const text = "extern port p: Int\nextern port q: Int\nextern port unused: Int\nfn main() { p.put(q.get().or(1)) }";
    for (const [name, run] of runners(text)) {
      const p = new HostPort<number>(1);
      expect(run({ p, q: { get: () => null }, other: p }), name).toEqual(FINE);
      expect(p.get(), name).toBe(1);
      const missing = (...names: string[]) => {
        const are = names.length === 1 ? "is" : "are";
        return new TypeError(`the program uses ports that nobody wires: ${names.join(", ")} ${are} missing`);
      };
      expect(() => run({ p: { get: () => null }, q: p }), name).toThrow(missing("ports.p.put"));
      expect(() => run({ p }), name).toThrow(missing("ports.q.get"));
      expect(() => run({}), name).toThrow(/ports\.(p\.put|q\.get), ports\.(p\.put|q\.get) are missing/);
    }
  });
});

describe("memory", () => {
  it("of texts that were got is collected", async () => {
    const text = "extern port p: Text\nfn main() { while let t = p.get() { p.put(t[..1]) } }";
    const { wasm } = await compile(new SourceFile("ports.mote", text), { manager: "gc", heapLimitBytes: 2 ** 22 });
    let rest = 50_000;
    const given = `x${"y".repeat(999)}`;
    const port = { get: () => (rest-- > 0 ? given : null), put: (value: PortValue) => value === "x" };
    expect(runModule(wasm, { ports: { p: port } })).toMatchObject({ exitCode: 0 });
    expect(rest).toBe(-1);
  });

  it("that runs out while a text is got is reported with its line", async () => {
    const text = "extern port p: Text\nfn main() {\n  p.get()\n}";
    for (const manager of ["gc", "leak"]) {
      const { wasm } = await compile(new SourceFile("ports.mote", text), { manager, heapLimitBytes: 2 ** 22 });
      const { stderr } = runModule(wasm, { ports: { p: scripted(["x".repeat(2 ** 24)]) } });
      expect(Buffer.from(stderr).toString()).toBe("error: out of memory, at ports.mote:3\n");
    }
  });

  it.each(managerNames())("of a text of 100 MB suffices under %s", async (manager) => {
    const text = 'extern port p: Text\nfn main() { let t = p.get().get(); print("{t.length} {p.put(t[1..])}") }';
    const { wasm } = await compile(new SourceFile("ports.mote", text), { manager });
    const given = Buffer.alloc(100_000_000, "0123456789");
    const port = scripted([given], [], true);
    const { stdout } = runModule(wasm, { ports: { p: port } });
    expect(Buffer.from(stdout).toString()).toBe("100000000 true\n");
    expect(given.subarray(1).equals(port.taken[0] as Uint8Array)).toBe(true);
  });

  it("is counted alike by the interpreter and measuring builds", async () => {
    const text = "extern port p: Text\nextern port n: Int\nfn main() { while let t = p.get() { n.get(); p.put(t) } }";
    const source = new SourceFile("ports.mote", text);
    const ports = () => ({ p: scripted(["a", "", "ccc"]), n: scripted([1]) });
    const { allocations } = interpret(buildProgram(source), { ports: ports() });
    expect(Object.fromEntries(allocations)).toEqual({ Text: 3, Some: 4 });
    for (const manager of managerNames()) {
      const { wasm } = await compile(source, { manager, measure: true });
      const { exports } = runModule(wasm, { ports: ports() });
      expect((exports.objects as WebAssembly.Global).value, manager).toBe(7n);
    }
  });
});

it("a module names the ports it uses", async () => {
  const text = `extern port a: Int
extern port b: Text
extern port c: Bool
fn main() { a.put(a.get().get()); b.get(); a.get() }
fn never() { c.get() }`;
  const { ports } = await compile(new SourceFile("ports.mote", text), { manager: "leak" });
  expect(ports).toEqual([
    { use: "get", type: "int", name: "a" },
    { use: "put", type: "int", name: "a" },
    { use: "get", type: "text", name: "b" },
  ]);
});
