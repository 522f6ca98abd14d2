/** `--get` and `--put` of `run` and `compare`, as processes. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { heapwright, heapwrightPiped, Workshop } from "./cli.ts";

const workshop = new Workshop();
const filter = workshop.write(
  "filter.mote",
  `extern port numbers: Int
extern port odd: Text
extern port even: Int
fn main() {
  write("begin ")
  let sum = 0
  while let n = numbers.get() {
    sum += n
    if n % 2 == 0 { even.put(n) } else { odd.put("odd {n}"); write("{n}: ") }
  }
  print("sum {sum}")
}
`,
);
const numbers = workshop.write("numbers.txt", "1\n2\n3\n-4");
const ALL = ["--get", `numbers=${numbers}`, "--put", "odd=-"] as const;

describe("run", () => {
  test("reads lines from files, and writes them to files and among the output", () => {
    const even = workshop.path("even.txt");
    expect(heapwright(["run", filter, "--fast", "-m", "gc", ...ALL, "--put", `even=${even}`])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: "begin odd 1\n1: odd 3\n3: sum 2\n",
    });
    expect(readFileSync(even, "utf8")).toBe("2\n-4\n");
  });

  test("writes what has been put by a program that fails", () => {
    const program = workshop.write("fails.mote", 'extern port p: Long\nfn main() { p.put(5L); fail("enough") }\n');
    const file = workshop.path("failed.txt");
    expect(heapwright(["run", program, "--fast", "-m", "leak", "--put", `p=${file}`])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "enough\n",
    });
    expect(readFileSync(file, "utf8")).toBe("5\n");
  });

  test("keeps both directions of a port apart", () => {
    const program = workshop.write(
      "echo.mote",
      "extern port p: Text\nfn main() { while let t = p.get() { p.put(t) } }\n",
    );
    const from = workshop.write("from", new Uint8Array([0xff, 10, 10, 0x61]));
    const to = workshop.path("to");
    expect(
      heapwright(["run", program, "--fast", "-m", "host", "--get", `p=${from}`, "--put", `p=${to}`]).exitCode,
    ).toBe(0);
    expect([...readFileSync(to)]).toEqual([0xff, 10, 10, 0x61, 10]);
  });

  test("refuses to put a text of several lines", () => {
    const program = workshop.write("lines.mote", 'extern port p: Text\nfn main() { p.put("a\\nb") }\n');
    const file = workshop.path("lines.txt");
    const { exitCode, stderr } = heapwright(["run", program, "--fast", "-m", "leak", "--put", `p=${file}`]);
    expect(stderr).toBe("error: a text with a line end was put into the port p, and --put writes each on one line\n");
    expect(exitCode).toBe(1);
    expect(existsSync(file)).toBe(false);
  });
});

describe("wrong use", () => {
  const bad = workshop.write("bad.txt", "1\n2\nthree\n");
  test.each([
    [ALL, /^error: the program puts into the port even: say --put even=FILE, or - for standard output$/m],
    [["--put", "odd=-", "--put", "even=-"], /^error: the program gets from the port numbers: say --get numbers=FILE$/m],
    [[...ALL, "--put", "even=-", "--get", "jobs=x"], /^error: --get jobs: the program gets from numbers only$/m],
    [[...ALL, "--put", "even=-", "--put", "numbers=x"], /^error: --put numbers: the program puts into (odd|even), /m],
    [
      ["--get", "numbers=nowhere.txt", "--put", "odd=-", "--put", "even=-"],
      /cannot read the values of the port numbers in nowhere\.txt: there is no such file/,
    ],
    [
      ["--get", `numbers=${bad}`, "--put", "odd=-", "--put", "even=-"],
      /bad\.txt:3: "three" is not an Int, which the port numbers carries$/m,
    ],
    [["--get", "numbers"], /Expected the name of a port and a file, such as jobs=jobs\.txt\./],
    [["--get", "numbers=a", "--get", "numbers=b"], /The port numbers has a file already\./],
    [
      ["--get", `numbers=${numbers}`, "--put", "odd=x", "--put", "even=x"],
      /^error: the ports (odd and even|even and odd) cannot both be put into x$/m,
    ],
  ])("%j", (args, message) => {
    const { exitCode, stdout, stderr } = heapwright(["run", filter, "--fast", "-m", "leak", ...args]);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

describe("compare", () => {
  test("refuses values that are none before anything runs", () => {
    const bad = workshop.write("none.txt", "x\n");
    const args = ["--get", `numbers=${bad}`, "--put", "odd=-", "--put", "even=-"];
    const { exitCode, stdout, stderr } = heapwright(["compare", filter, "-m", "leak", ...args]);
    expect(stderr).toMatch(/^error: .*none\.txt:1: "x" is not an Int/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });

  test("gives each run the same values, and compares and writes what is put", () => {
    const even = workshop.path("compared.txt");
    const { exitCode, stdout, stderr } = heapwright([
      "compare",
      filter,
      "-m",
      "leak,host",
      "-n",
      "2",
      ...ALL,
      "--put",
      `even=${even}`,
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^begin odd 1\n1: odd 3\n3: sum 2\n\n.*: same output under leak, host$/m);
    expect(readFileSync(even, "utf8")).toBe("2\n-4\n");
  });

  test("reads values from a pipe, once for all", () => {
    const program = workshop.write(
      "sum.mote",
      'extern port p: Int\nfn main() { let s = 0; while let n = p.get() { s += n }; print("{s}") }\n',
    );
    const { stdout } = heapwrightPiped(
      ["compare", program, "-n", "1", "-m", "leak,host", "--input", numbers, "--get", "p=/dev/stdin"],
      "4\n5\n",
    );
    expect(stdout).toMatch(/^9\n/);
  });

  test("writes nothing when the program fails", () => {
    const file = workshop.write("untouched.txt", "as it was\n");
    const program = workshop.write("fails.mote", 'extern port p: Text\nfn main() { p.put("x"); fail("no") }\n');
    const { exitCode, stderr } = heapwright(["compare", program, "-n", "1", "-m", "leak", "--put", `p=${file}`]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("no\n");
    expect(readFileSync(file, "utf8")).toBe("as it was\n");
  });
});
