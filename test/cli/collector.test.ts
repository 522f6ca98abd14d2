/** `run` with what shows and steers the collector of `gc`. */

import { describe, expect, test } from "vitest";
import { startBuilds } from "../support/starts.ts";
import { heapwright } from "./cli.ts";

const TREES = "bench/programs/binarytrees.mote";
const run = (...args: string[]) => heapwright(["run", TREES, "--fast", "-m", "gc", ...args]);
const LINE =
  /^gc \d+ @\d+\.\d{3}s: nursery [\d.]+ \w+ -> [\d.]+ \w+( \([\d.]+%\))?, old [\d.]+ \w+( -> [\d.]+ \w+, next at [\d.]+ \w+)?(, (marking|sweeping))?, [\d.]+ ms$/;

describe("--trace-gc", () => {
  test("prints a line for each collection, and a summary, beside the program's output", () => {
    const { exitCode, stdout, stderr } = run("--trace-gc", "--nursery", "64k", "--", "10");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: run("--", "10").stdout });
    const lines = stderr.trimEnd().split("\n");
    const summary = lines.pop();
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(LINE);
    expect(lines.map((line) => Number(line.split(" ")[1]))).toEqual(lines.map((_, index) => index + 1));
    expect(summary).toMatch(
      new RegExp(
        `^gc: ${lines.length} minor and 0 major collections, [\\d.]+ ms in all, [\\d.]+ ms at most; .* promoted$`,
      ),
    );
  });

  test("shows the steps of a major collection", () => {
    const { stderr } = heapwright([
      ...["run", "bench/gc/survival.mote", "--fast", "-m", "gc", "--trace-gc", "--pause", "0.1ms", "--nursery", "256k"],
      ...["--", "50", "3000000", "400000"],
    ]);
    expect(stderr).toContain(", marking, ");
    expect(stderr).toMatch(/ -> [\d.]+ \w+, next at /);
    expect(stderr).toMatch(/ and [1-9]\d* major collections/);
  });

  test("says so where nothing was collected", () => {
    expect(run("--trace-gc", "--", "4").stderr).toBe("gc: no collection\n");
  });
});

describe("--shapes", () => {
  test("tells what was allocated", () => {
    const { exitCode, stderr } = run("--shapes", "--", "8");
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^shape +objects +allocated +share\n-[- ]+\nTree\.Node +\d+,\d+ +[\d.]+ KiB +\d+\.\d %\n/);
  });

  test("says so where there was no memory for a heap", () => {
    const { exitCode, stderr } = run("--shapes", "--heap-limit", "128k", "--", "8");
    expect(exitCode).toBe(1);
    expect(stderr).toBe("error: out of memory\nThe heap could not be opened: nothing was allocated.\n");
  });
});

describe("start finders, reps and pauses", () => {
  const { stdout } = run("--", "8");

  test.each(startBuilds(0))(
    "$starts with reps $reps and $mature change no output",
    ({ starts, reps, mature, pauseMs }) => {
      const pause = pauseMs === undefined ? [] : ["--pause", `${pauseMs}ms`];
      const chosen = ["--starts", starts!, "--reps", reps!, "--mature", mature!, ...pause];
      expect(run(...chosen, "--nursery", "16k", "--", "8")).toEqual({ exitCode: 0, stdout, stderr: "" });
    },
  );

  test("nor do limits of what is freed on sparse stacks", () => {
    for (const limits of ["never", "0%,1"]) {
      const args = ["-m", "sparse", "--freed-entries", limits, "--freed-bytes", limits];
      expect(heapwright(["run", TREES, "--fast", ...args, "--", "8"])).toEqual({ exitCode: 0, stdout, stderr: "" });
    }
  });

  test.each([
    [["--freed-entries", "25"], "Expected a percentage and a number, such as 25%,1024, or never."],
    [["--freed-entries", "101%,3"], "Expected a whole number from 0 to 100."],
    [["--freed-bytes", "25%,much"], "Expected a size below 4g, such as 65536, 64k or 64m."],
    [["--starts", "bitset"], "Allowed choices are eager, deferred, compressed, search, crossing, walk."],
    [["--reps", "c"], "Allowed choices are b, a."],
    [["--mature", "cells"], "Allowed choices are lines, classes."],
    [["--pause", "0"], "Expected a time from 0.1ms to 1000ms, such as 1ms or 0.5ms."],
    [["--pause", "1s"], "Expected a time from 0.1ms to 1000ms, such as 1ms or 0.5ms."],
    [["--nursery-first", "big"], "Expected a size below 4g, such as 65536, 64k or 64m."],
  ])("%s is a mistake", (args, message) => {
    const result = run(...args);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(message);
  });

  test.each(["--trace-gc", "--shapes"])("%s needs gc", (option) => {
    const { exitCode, stderr } = heapwright(["run", TREES, "--fast", "-m", "leak", option]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${option} `);
    expect(stderr).toContain("leak has none");
  });
});
