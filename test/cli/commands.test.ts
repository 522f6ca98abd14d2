/** `check`, `run` and `build` on good and bad programs. */

import { existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { WASI } from "node:wasi";
import { describe, expect, test } from "vitest";
import { managerNames } from "../../src/lang/index.ts";
import { heapwright, Workshop } from "./cli.ts";

const workshop = new Workshop();
const echo = workshop.write(
  "echo.mote",
  `fn main(args: [Text], input: Bytes) {
  for arg in args { print("argument {arg}") }
  write(input.toText())
}
`,
);
const failing = workshop.write(
  "failing.mote",
  'fn main() { print("so far") fail("and no further") }\n'.replace(") fail", ")\n  fail"),
);
const mistaken = workshop.write("mistaken.mote", 'fn main() {\n  let n: Int = "one"\n}\n');

describe("check", () => {
  test("a good program", () => {
    expect(heapwright(["check", echo])).toEqual({ exitCode: 0, stdout: `${echo}: no mistakes found\n`, stderr: "" });
  });

  test("several good programs", () => {
    const { exitCode, stdout, stderr } = heapwright(["check", echo, failing, echo]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "3 programs: no mistakes found\n",
      stderr: "",
    });
  });

  test("a program with a mistake", () => {
    const { exitCode, stdout, stderr } = heapwright(["check", mistaken]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      `${mistaken}:2:16: error: expected an \`Int\`, but this is a \`Text\``,
      ' 2 |   let n: Int = "one"',
      "   |                ^^^^^",
      "   = hint: convert it with `.toInt()`",
      "error: 1 mistake",
      "",
    ]);
  });

  test("several programs with mistakes", () => {
    const two = workshop.write("two.mote", "fn f( {}\n\nfn main() { f(x) }\n");
    const { exitCode, stdout, stderr } = heapwright(["check", mistaken, echo, two]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => line.includes("error:"))).toEqual([
      expect.stringContaining(`${mistaken}:2:16: error: `),
      expect.stringContaining(`${two}:1:7: error: `),
      `${two}:3:15: error: there is no variable \`x\``,
      "error: 3 mistakes in 2 of 3 programs",
    ]);
  });
});

describe("run", () => {
  test.each(managerNames())("passes arguments, input and output through under %s", (manager) => {
    const result = heapwright(["run", echo, "--fast", "--manager", manager, "--", "one", "--two"], "the input\n");
    expect(result).toEqual({ exitCode: 0, stdout: "argument one\nargument --two\nthe input\n", stderr: "" });
  });

  test("reads the file given by --input, not standard input", () => {
    const input = workshop.write("input.txt", "from the file");
    expect(heapwright(["run", echo, "--fast", "-m", "leak", "--input", input], "from standard input").stdout).toBe(
      "from the file",
    );
  });

  test("ends with the program's exit code", () => {
    const { exitCode, stdout, stderr } = heapwright(["run", failing, "--fast", "-m", "leak"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "so far\n" });
    expect(stderr).toContain("and no further");
  });

  test("collects at every allocation in the debug build", () => {
    const args = [
      "run",
      "bench/programs/rbtree.mote",
      "--fast",
      "-m",
      "gc",
      "--debug",
      "--zeal",
      "1",
      "--nursery",
      "16k",
    ];
    const { exitCode, stdout } = heapwright([...args, "--", "random", "30"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^30 random keys: size 30, /);
  });

  test("a heap limit that is too small is a clear failure", () => {
    const args = ["run", "bench/programs/rbtree.mote", "--fast", "-m", "gc", "--heap-limit", "2m", "--nursery", "64k"];
    const { exitCode, stderr } = heapwright([...args, "--", "random", "100000"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: out of memory/);
  });

  test("reports the mistakes of a program and runs nothing", () => {
    const { exitCode, stdout, stderr } = heapwright(["run", mistaken, "-m", "leak"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`${mistaken}:2:`);
  });
});

describe("build", () => {
  test.each(managerNames())("writes a WASI command under %s", async (manager) => {
    // Optimised under one.
    const options = manager === "leak" ? [] : ["--fast"];
    const output = workshop.path(`${manager}.wasm`);
    const result = heapwright(["build", echo, "-m", manager, ...options, "-o", output]);
    expect({ ...result, stdout: "" }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(result.stdout).toMatch(new RegExp(`^.*${manager}\\.wasm: .*KiB, manager ${manager}\\n$`));

    const stdin = openSync(workshop.write(`${manager}.in`, "input"), "r");
    const stdout = openSync(workshop.path(`${manager}.out`), "w");
    const wasi = new WASI({ version: "preview1", args: ["echo", "hello"], stdin, stdout, returnOnExit: true });
    const { instance } = await WebAssembly.instantiate(
      readFileSync(output),
      wasi.getImportObject() as WebAssembly.Imports,
    );
    expect(wasi.start(instance)).toBe(0);
    expect(readFileSync(workshop.path(`${manager}.out`), "utf8")).toBe("argument hello\ninput");
  });

  test("leaves nothing behind when the program has mistakes", () => {
    const output = workshop.path("mistaken.wasm");
    expect(heapwright(["build", mistaken, "-m", "gc", "-o", output]).exitCode).toBe(1);
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(workshop.folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("says why it cannot write, and keeps what was there", () => {
    const missing = heapwright(["build", echo, "--fast", "-m", "leak", "-o", workshop.path("no/such/folder.wasm")]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(/^error: cannot write .*folder\.wasm: there is no such file or folder/);

    const taken = heapwright(["build", echo, "--fast", "-m", "leak", "-o", workshop.folder]);
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toContain("cannot write");
    expect(readdirSync(workshop.folder).filter((name) => name.startsWith("."))).toEqual([]);
  });
});
