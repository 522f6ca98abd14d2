/** Help, and every way to use the command wrongly: exit code 2, a message that says what was expected, no output. */

import { describe, expect, test } from "vitest";
import { heapwright, Workshop } from "./cli.ts";

const workshop = new Workshop();
const good = workshop.write("good.mote", 'fn main() { print("good") }\n');

describe("help", () => {
  test.each([
    [["--help"]],
    [["help"]],
    [["compare", "--help"]],
    [["run", "-h"]],
    [["build", "--help"]],
    [["check", "--help"]],
    [["explain", "--help"]],
  ])("%j shows examples", (args) => {
    const { exitCode, stdout, stderr } = heapwright(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: heapwright /);
    expect(stdout).toMatch(/Examples?:\n {2}\$ heapwright /);
  });

  test("names the managers", () => {
    expect(heapwright(["run", "--help"]).stdout.replace(/\s+/g, " ")).toContain("gc, regions, sparse, leak, host");
  });

  test("--version", () => {
    const { exitCode, stdout } = heapwright(["--version"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

const WRONG: readonly { readonly args: readonly string[]; readonly message: RegExp }[] = [
  { args: [], message: /^Usage: heapwright/ },
  { args: ["comapre", good], message: /unknown command 'comapre'\s+\(Did you mean compare\?\)/ },
  { args: ["check"], message: /missing required argument 'programs'/ },
  { args: ["check", good, "nowhere.mote"], message: /^error: cannot read the program nowhere\.mote/ },
  { args: ["check", "nowhere.mote"], message: /cannot read the program nowhere\.mote: there is no such file/ },
  { args: ["explain"], message: /missing required argument 'program'/ },
  { args: ["explain", "nowhere.mote"], message: /cannot read the program nowhere\.mote: there is no such file/ },
  { args: ["explain", good, "--jsno"], message: /unknown option '--jsno'/ },
  { args: ["check", workshop.folder], message: /cannot read the program .*: it is a folder/ },
  { args: ["run", good], message: /required option '-m, --manager <name>' not specified/ },
  {
    args: ["run", good, "-m", "rc"],
    message: /Unknown memory manager "rc"; the known ones are gc, regions, sparse, leak, host\./,
  },
  { args: ["run", good, "-m", "gc", "--quick"], message: /unknown option '--quick'/ },
  {
    args: ["run", good, "-m", "gc", "-i", "nowhere.json"],
    message: /cannot read the input nowhere\.json: there is no such/,
  },
  {
    args: ["run", good, "-m", "gc", "--nursery", "64q"],
    message: /'64q' is invalid\. Expected a size below 4g, such as/,
  },
  { args: ["run", good, "-m", "gc", "--nursery", "0"], message: /Expected a size/ },
  { args: ["run", good, "-m", "gc", "--heap-limit", "4g"], message: /Expected a size below 4g/ },
  {
    args: ["run", good, "-m", "leak", "--nursery", "64k"],
    message: /^error: --nursery is an option of gc, not of leak\n$/,
  },
  {
    args: ["build", good, "-m", "host", "-o", "host.wasm", "--heap-limit", "8m"],
    message:
      /^error: --heap-limit is an option of gc, regions, sparse, leak, not of host: its heap is the engine's; limit/,
  },
  {
    args: ["compare", good, "-m", "leak,host", "--nursery", "64k"],
    message: /^error: --nursery is an option of gc, not of leak, host\n$/,
  },
  { args: ["run", good, "-m", "gc", "--zeal", "1"], message: /zeal needs the core's debug build/ },
  { args: ["run", good, "-m", "gc", "--debug", "--zeal", "x"], message: /Expected a whole number from 1 to/ },
  { args: ["build", good, "-m", "gc"], message: /required option '-o, --output <file>' not specified/ },
  { args: ["compare", "nowhere.mote"], message: /cannot read the program nowhere\.mote/ },
  { args: ["compare", good, "-m", "gc,,leak"], message: /Unknown memory manager ""; the known ones are/ },
  { args: ["compare", good, "--runs", "0"], message: /Expected a whole number from 1 to 1000\./ },
  { args: ["compare", good, "--runs", "2.5"], message: /Expected a whole number/ },
  { args: ["compare", good, "--input", "nowhere.json"], message: /cannot read the input nowhere\.json/ },
];

describe("wrong use", () => {
  test.each(WRONG)("$args", ({ args, message }) => {
    const { exitCode, stdout, stderr } = heapwright(args);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  test("a program that is not text", () => {
    const path = workshop.write("binary.mote", new Uint8Array([0xff, 0xfe, 0x00]));
    const { exitCode, stderr } = heapwright(["check", path]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("is not UTF-8 text");
  });
});
