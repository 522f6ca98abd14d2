/**
 * The comparison on modules written by hand: what it lets pass, what it refuses, what it reports. That times are right
 * is not tested, only that they are there.
 */

import { expect, test } from "vitest";
import { type ComparisonSettings, compareBuilds, ProgramFailedError } from "../../src/compare/comparison.ts";
import { FailureError } from "../../src/compare/errors.ts";
import { SourceFile } from "../../src/lang/index.ts";
import { builds } from "../cli/command-module.ts";
import { compile } from "../support/fast.ts";

const SETTINGS: ComparisonSettings = {
  args: [],
  inputFile: null,
  ports: { gets: [], puts: [] },
  runs: 2,
  budgetMs: 60_000,
};

test("equal outputs give figures for each manager, in the order given", async () => {
  const progress: string[] = [];
  const result = await compareBuilds([builds("leak", { prints: "same\n" }), builds("host", { prints: "same\n" })], {
    ...SETTINGS,
    onProgress: (text) => progress.push(text),
  });
  expect(result.difference).toBe(null);
  expect(result.runs).toBe(2);
  expect(Buffer.from(result.outcome.stdout).toString()).toBe("same\n");
  expect([...result.figures.keys()]).toEqual(["leak", "host"]);
  const leak = result.figures.get("leak")!;
  expect(leak).toMatchObject({ objects: 3, bytes: 48, memoryBytes: 65_536, minor: 0, major: 0 });
  expect(leak.pauseMs).toEqual({ p50: 0, p95: 0, max: 0 });
  expect(leak.ms.min).toBeLessThanOrEqual(leak.ms.median);
  expect(leak.ms.median).toBeLessThanOrEqual(leak.ms.max);
  expect(leak.ratio).toBeCloseTo(leak.ms.median / result.figures.get("host")!.ms.median, 2);
  expect(result.figures.get("host")!.ratio).toBe(1);
  // Managers take turns.
  expect(progress.slice(-4)).toEqual([
    "round 1 of 2: leak",
    "round 1 of 2: host",
    "round 2 of 2: leak",
    "round 2 of 2: host",
  ]);
});

test("without host there is no ratio", async () => {
  const result = await compareBuilds([builds("leak", { prints: "" })], { ...SETTINGS, runs: 1 });
  expect(result.figures.get("leak")!.ratio).toBe(null);
});

test("one round is made however small the budget", async () => {
  const result = await compareBuilds([builds("leak", { prints: "" })], { ...SETTINGS, runs: 50, budgetMs: 0 });
  expect(result.runs).toBe(1);
});

test("different outputs give the first difference and no figures", async () => {
  const result = await compareBuilds(
    [builds("gc", { prints: "one\ntwo\nthree\n" }), builds("leak", { prints: "one\ntwx\nthree\n" })],
    SETTINGS,
  );
  expect(result.difference).toEqual({
    managers: ["gc", "leak"],
    stream: "output",
    byte: 6,
    line: 2,
    found: ["two", "twx"],
  });
  expect(result.figures.size).toBe(0);
  expect(result.runs).toBe(0);
});

test("an output that only ends earlier is different", async () => {
  const result = await compareBuilds(
    [builds("gc", { prints: "one\ntwo" }), builds("leak", { prints: "one\n" })],
    SETTINGS,
  );
  expect(result.difference).toMatchObject({ byte: 4, line: 2, found: ["two", ""] });
});

test("what goes to standard error is compared as well", async () => {
  const result = await compareBuilds(
    [builds("gc", { prints: "x" }), builds("leak", { prints: "x", complains: "hm\n" })],
    SETTINGS,
  );
  expect(result.difference).toMatchObject({ stream: "errors", byte: 0, found: ["", "hm"] });
});

test("what is put into ports is compared as well", async () => {
  const port = { use: "put", type: "int", name: "p" } as const;
  const puts = async (name: string, manager: string, value: number) => {
    const source = new SourceFile("put.mote", `extern port p: Int\nfn main() { p.put(1); p.put(${value}) }\n`);
    const timed = (await compile(source, { manager })).wasm;
    const measured = (await compile(source, { manager, measure: true })).wasm;
    return { name, timed, measured, watchesEngine: false };
  };
  const builds = [await puts("one", "leak", 2), await puts("other", "leak", 3)];
  for (const [file, stream] of [
    ["-", "output"],
    ["out.txt", "file out.txt"],
  ] as const) {
    const result = await compareBuilds(builds, { ...SETTINGS, ports: { gets: [], puts: [{ port, file }] } });
    expect(result.difference).toMatchObject({ managers: ["one", "other"], stream, byte: 2, found: ["2", "3"] });
  }
});

test("a counting build that prints something else is a difference of the manager to itself", async () => {
  const result = await compareBuilds([builds("gc", { prints: "x" }, { prints: "y" })], SETTINGS);
  expect(result.difference).toMatchObject({ managers: ["gc", "gc"], stream: "output" });
});

test("a program that fails ends the comparison with its errors", async () => {
  const failing = compareBuilds(
    [builds("gc", { prints: "x" }), builds("leak", { prints: "x", complains: "no\n", exitCode: 3 })],
    SETTINGS,
  );
  const error = await failing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProgramFailedError);
  expect((error as ProgramFailedError).message).toBe("the program failed under leak with exit code 3");
  expect(Buffer.from((error as ProgramFailedError).outcome.stderr).toString()).toBe("no\n");
});

test("a trap names the manager", async () => {
  const trapping = compareBuilds([builds("gc", { prints: "", body: "(unreachable)" })], SETTINGS);
  await expect(trapping).rejects.toThrow(FailureError);
  await expect(trapping).rejects.toThrow("the program broke down under gc: unreachable");
});

test("nothing to compare is refused", async () => {
  await expect(compareBuilds([], SETTINGS)).rejects.toThrow("there is no manager to compare");
});
