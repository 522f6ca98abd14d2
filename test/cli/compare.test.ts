/** `compare` as a process: its table, its JSON, its failures. */

import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { heapwright, heapwrightPiped, Workshop } from "./cli.ts";

const workshop = new Workshop();
const TREES = "bench/programs/binarytrees.mote";
const echo = workshop.write("echo.mote", "fn main(args: [Text], input: Bytes) { write(input.toText()) }\n");

interface Figures {
  readonly ms: { readonly median: number; readonly min: number; readonly max: number };
  readonly ratio: number | null;
  readonly objects: number;
  readonly bytes: number;
  readonly minor: number;
  readonly peakBytes: number;
  readonly memoryBytes: number;
}

// Most tests compare few managers: an optimised build of each takes longer than all else.

describe("--json", () => {
  test("prints exactly one object with every figure", () => {
    const { exitCode, stdout, stderr } = heapwright([
      "compare",
      TREES,
      "--runs",
      "2",
      "--json",
      "--nursery",
      "64k",
      "--",
      "9",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const report = JSON.parse(stdout) as { managers: Record<string, Figures> };
    const number = expect.any(Number) as number;
    const figures = {
      ms: { median: number, min: number, max: number },
      ratio: number,
      objects: number,
      bytes: number,
      peakBytes: number,
      memoryBytes: number,
      minor: number,
      major: number,
      pauseMs: { p50: number, p95: number, max: number },
      moduleBytes: number,
    };
    expect(report).toEqual({
      program: TREES,
      input: null,
      engine: expect.stringMatching(/^Node\.js \d+.*, V8 \d+/) as string,
      runs: 2,
      outputsEqual: true,
      managers: { gc: figures, regions: figures, sparse: figures, leak: figures, host: figures },
    });
    const { gc, regions, sparse, leak, host } = report.managers as Record<
      "gc" | "regions" | "sparse" | "leak" | "host",
      Figures
    >;
    expect(host.ratio).toBe(1);
    // The program decides how many objects there are, not the manager; strings of the output aside.
    expect(gc.objects).toBe(leak.objects);
    expect(regions.objects).toBe(leak.objects);
    expect(sparse.objects).toBe(leak.objects);
    expect(gc.objects).toBeGreaterThan(2 ** 15);
    expect(gc.bytes).toBeGreaterThan(gc.objects * 8);
    expect(gc.minor).toBeGreaterThan(0);
    expect(leak.minor).toBe(0);
    expect(leak.memoryBytes).toBeGreaterThanOrEqual(leak.bytes);
  });

  test("skips a manager that cannot obey a setting, with the reason", () => {
    const { exitCode, stdout } = heapwright([
      ...["compare", TREES, "-m", "leak,host", "-n", "1", "--json", "--heap-limit", "16m", "--", "6"],
    ]);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as { managers: Record<string, unknown> };
    expect(Object.keys(report.managers)).toEqual(["leak", "host"]);
    expect(report.managers.host).toEqual({
      skipped: expect.stringMatching(/^host has no option heapLimitBytes .*limit it with node/),
    });
    expect(report.managers.leak).toMatchObject({ ratio: null });
  });

  test("leaves out managers that were not asked for, and their ratio", () => {
    const { stdout } = heapwright(["compare", TREES, "-m", "leak", "-n", "1", "--json", "--", "6"]);
    const report = JSON.parse(stdout) as { managers: Record<string, Figures> };
    expect(Object.keys(report.managers)).toEqual(["leak"]);
    expect(report.managers.leak!.ratio).toBe(null);
  });
});

describe("the table", () => {
  test("comes behind the output, as plain lines in a pipe", () => {
    const { exitCode, stdout, stderr } = heapwright(["compare", TREES, "-m", "leak,host", "-n", "1", "--", "6"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^stretch tree of depth 7\t check: 255\n/);
    expect(stdout).toContain("same output under leak, host");
    expect(stdout).toMatch(/\nmanager +ms +min-max +\/host +objects +allocated +peak +linear +minor +major +pause/);
    expect(stdout).toMatch(/\nleak +[\d.]+ .*\nhost +[\d.]+ .* 1\.00x /);
    expect(stdout.includes("\u001b")).toBe(false);
  });

  test("shows the beginning of a long output", () => {
    const input = workshop.write("long.txt", Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(""));
    const { stdout } = heapwright(["compare", echo, "-m", "leak", "-n", "1", "--input", input]);
    expect(stdout).toContain("line 29\n... and 70 more lines\n");
    expect(stdout).not.toContain("line 30\n");
    expect(stdout).toContain(`echo.mote < ${input}: `);
  });

  test("standard input reaches every manager", () => {
    const { exitCode, stdout } = heapwright(["compare", echo, "-m", "leak,host", "-n", "1"], "piped\n");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^piped\n\n.*echo\.mote < standard input: same output under leak, host\n/);
  });

  test("a pipe that is named as the input reaches every manager", () => {
    const { exitCode, stdout } = heapwrightPiped(
      ["compare", echo, "-m", "leak,host", "-n", "1", "--input", "/dev/stdin"],
      "named\n",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^named\n\n.*echo\.mote < \/dev\/stdin: same output under leak, host\n/);
  });
});

describe("outputs that differ", () => {
  // No program prints different things under two managers, unless one is broken. What stands for a broken one is loaded
  // into every process: the one that runs a manager's modules adds a line of its own to what they printed.
  const broken = workshop.write(
    "broken.mjs",
    `const { send } = process;
     if (send !== undefined) {
       process.send = (answer) => {
         const { outcome } = answer;
         if (outcome !== undefined) outcome.stdout = Buffer.from(outcome.stdout + "process " + process.pid);
         return send.call(process, answer);
       };
     }`,
  );
  const compare = (...options: string[]) => {
    const path = workshop.write("same.mote", 'fn main() { print("same") }\n');
    const args = ["compare", path, "-n", "1", "-m", "leak,host", ...options];
    return heapwright(args, "", `--import=${pathToFileURL(broken)}`);
  };

  test("are told, without a table", () => {
    const { exitCode, stdout, stderr } = compare();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^error: leak and host differ in their output, first at byte \d+, in line 2\n {2}leak: "process \d+"\n {2}host: "process \d+"\n$/,
    );
  });

  test("leave the JSON object without figures", () => {
    const { exitCode, stdout, stderr } = compare("--json");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: leak and host differ in their output/);
    const line = expect.stringMatching(/^process \d+$/) as string;
    expect(JSON.parse(stdout)).toEqual({
      program: workshop.path("same.mote"),
      input: null,
      engine: expect.any(String) as string,
      runs: 0,
      outputsEqual: false,
      difference: {
        managers: ["leak", "host"],
        stream: "output",
        byte: expect.any(Number) as number,
        line: 2,
        found: [line, line],
      },
      managers: {},
    });
  });
});

describe("failures", () => {
  test("a program that fails is not timed", () => {
    const path = workshop.write("failing.mote", 'fn main() { fail("no luck") }\n');
    const { exitCode, stdout, stderr } = heapwright(["compare", path, "-m", "leak,host", "-n", "1"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/no luck\n[\s\S]*error: the program failed under leak with exit code 1\n$/);
  });

  test("input that is not JSON is reported with its place", () => {
    const args = ["compare", "bench/programs/json.mote", "-m", "leak", "-n", "1", "--json"];
    const { exitCode, stdout, stderr } = heapwright(args, '[{"name": oops}]');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("the input is not JSON: expected a value at byte 10");
  });

  test("a program with mistakes is not compiled", () => {
    const path = workshop.write("mistaken.mote", "fn main() { nothing() }\n");
    const { exitCode, stdout, stderr } = heapwright(["compare", path]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`${path}:1:13: error:`);
  });

  test("a heap limit that is too small for one manager names it", () => {
    const args = ["compare", TREES, "-m", "leak,gc", "-n", "1", "--heap-limit", "3m", "--nursery", "64k", "--", "12"];
    const { exitCode, stdout, stderr } = heapwright(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/error: out of memory[\s\S]*the program failed under leak with exit code 1/);
  });
});
