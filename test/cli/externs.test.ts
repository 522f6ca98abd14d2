/** `--extern`: wasm and JavaScript modules beside a program, in this process and in those of `compare`. */

import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { heapwright, Workshop } from "./cli.ts";

const workshop = new Workshop();
const program = workshop.write(
  "program.mote",
  `extern "adder" fn add(a: Int, b: Int) -> Int allocates nothing
extern "texts" fn count(text: Text) -> Int allocates within
extern "texts" fn runs() -> Int allocates nothing
fn main(args: [Text]) { print("{add(40, 2)} {count(args[0])} {runs()}") }
`,
);
const adder = workshop.write(
  "adder.wasm",
  assemble('(func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))'),
);
const texts = workshop.write(
  "texts.mjs",
  `export default ({ memory, allocate, free }) => {
  let runs = 0;
  return {
    count(at, bytes) {
      runs++;
      const copy = allocate(bytes);
      new Uint8Array(memory.buffer).copyWithin(copy, at, at + bytes);
      const count = new Uint8Array(memory.buffer, copy, bytes).filter((byte) => byte === 97).length;
      free(copy);
      return count;
    },
    runs: () => runs,
  };
};
`,
);
const plain = workshop.write(
  "plain.mjs",
  "export const count = (_at, bytes) => bytes;\nexport const runs = () => -1;\n",
);
const failing = workshop.write(
  "failing.mjs",
  'export const count = () => { throw new Error("no count") };\nexport const runs = count;\n',
);

function assemble(functions: string): Uint8Array {
  const module = binaryen.parseText(`(module ${functions})`);
  const wasm = module.emitBinary();
  module.dispose();
  return wasm;
}

const EXTERNS = ["--extern", `adder=${adder}`, "--extern", `texts=${texts}`];

describe("--extern", () => {
  test.each(["gc", "regions", "sparse", "leak", "host"])("gives a program its modules under %s", (manager) => {
    const result = heapwright(["run", program, "--fast", "--manager", manager, ...EXTERNS, "--", "banana"]);
    expect(result).toEqual({ exitCode: 0, stdout: "42 3 1\n", stderr: "" });
  });

  test("takes the exports of a JavaScript module as its functions", () => {
    const args = [
      "run",
      program,
      "--fast",
      "-m",
      "leak",
      "--extern",
      `adder=${adder}`,
      "--extern",
      `texts=${plain}`,
      "--",
      "banana",
    ];
    expect(heapwright(args)).toEqual({ exitCode: 0, stdout: "42 6 -1\n", stderr: "" });
  });

  test("works in every process of a comparison, which starts anew with each run", () => {
    const args = ["compare", program, "-m", "leak,host", ...EXTERNS, "--runs", "1", "--json", "--", "banana"];
    const { exitCode, stdout, stderr } = heapwright(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const report = JSON.parse(stdout) as { outputsEqual: boolean; managers: object };
    expect(report.outputsEqual).toBe(true);
    expect(Object.keys(report.managers)).toEqual(["leak", "host"]);
  });

  test.each(["run", "compare"])("is asked for where it is missing: %s", (command) => {
    const manager = command === "run" ? ["--manager", "leak"] : [];
    expect(heapwright([command, program, ...manager, "--extern", `adder=${adder}`])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "error: the program needs the extern module texts, for its function count: give it with --extern texts=FILE\n",
    });
  });

  test.each([
    [["adder"], "Expected NAME=FILE."],
    [["adder=a.wat"], "Expected a .wasm, .js or .mjs file."],
    [[`adder=${adder}`, "--extern", `adder=${adder}`], "The module adder is given twice."],
    [[`adder=${workshop.path("none.wasm")}`], "cannot load the extern module "],
    [[`adder=${program.replace(".mote", ".js")}`], "cannot load the extern module "],
  ])("has to make sense: %s", (values, message) => {
    const { exitCode, stderr } = heapwright(["run", program, "--fast", "-m", "leak", "--extern", ...values]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test("tells which function failed", () => {
    const externs = ["--extern", `adder=${adder}`, "--extern", `texts=${failing}`];
    for (const command of [
      ["run", "--fast", "-m", "leak"],
      ["compare", "-m", "leak"],
    ]) {
      const { exitCode, stderr } = heapwright([command[0]!, program, ...command.slice(1), ...externs, "--", "x"]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("the extern function count of texts failed: no count\n");
    }
  });
});
