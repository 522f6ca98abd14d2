/** What people read: tables, sizes, differences. */

import { describe, expect, test } from "vitest";
import type { Report } from "../../src/compare/contest.ts";
import { findDifference } from "../../src/compare/difference.ts";
import { formatBytes, formatCount, formatMs, formatTable } from "../../src/compare/formatting.ts";
import { describeDifference, describeReport } from "../../src/compare/report.ts";
import { percentilesOf, spreadOf } from "../../src/compare/samples.ts";

describe("numbers", () => {
  test("sizes", () => {
    expect([0, 1, 1023, 1024, 1536, 5 * 2 ** 20, 3 * 2 ** 30].map(formatBytes)).toEqual([
      "0 bytes",
      "1 byte",
      "1023 bytes",
      "1.0 KiB",
      "1.5 KiB",
      "5.0 MiB",
      "3.0 GiB",
    ]);
  });

  test("times and counts", () => {
    expect([0.1234, 5, 12.34, 123.4].map(formatMs)).toEqual(["0.12", "5.00", "12.3", "123"]);
    expect(formatCount(1234567)).toBe("1,234,567");
  });

  test("medians and percentiles", () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(percentilesOf([])).toEqual({ p50: 0, p95: 0, max: 0 });
    expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, max: 7 });
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentilesOf(hundred)).toEqual({ p50: 50, p95: 95, max: 100 });
  });

  test("tables", () => {
    const columns = [
      { title: "name", align: "left" },
      { title: "n", align: "right" },
    ] as const;
    expect(formatTable(columns, [["a", "100"]])).toEqual(["name    n", "----  ---", "a     100"]);
  });
});

test("a skipped manager is shown with its reason", () => {
  const report: Report = {
    program: "a.mote",
    input: null,
    engine: "engine",
    runs: 1,
    outputsEqual: true,
    managers: {
      gc: {
        ms: { median: 1, min: 1, max: 1 },
        ratio: null,
        objects: 0,
        bytes: 0,
        peakBytes: 0,
        memoryBytes: 65_536,
        minor: 2,
        major: 0,
        pauseMs: { p50: 0.5, p95: 0.75, max: 1 },
        moduleBytes: 100,
      },
      host: { skipped: "host needs WasmGC" },
    },
  };
  const lines = describeReport(report);
  expect(lines[0]).toBe("a.mote: same output under gc");
  expect(lines[1]).toBe("engine; 1 timed run");
  expect(lines.at(-2)).toMatch(/^gc .* 64\.0 KiB +2 +0 +0\.50 \/ 0\.75 \/ 1\.00 ms +100 bytes$/);
  expect(lines.at(-1)).toBe("host  skipped: host needs WasmGC");
});

test("a difference is told with its place and both lines", () => {
  const outcome = (text: string, put = "") => ({
    exitCode: 0,
    stdout: Buffer.from(text),
    stderr: new Uint8Array(),
    files: [{ file: "out.txt", content: Buffer.from(put) }],
  });
  const difference = findDifference(
    { name: "gc", outcome: outcome("a\nb\n") },
    { name: "host", outcome: outcome("a\nc\n") },
  );
  expect(describeDifference(difference!)).toEqual([
    "error: gc and host differ in their output, first at byte 2, in line 2",
    '  gc: "b"',
    '  host: "c"',
  ]);
  const files = findDifference(
    { name: "gc", outcome: outcome("", "1\n2\n") },
    { name: "leak", outcome: outcome("", "1\n") },
  );
  expect(describeDifference(files!)).toEqual([
    "error: gc and leak differ in their file out.txt, first at byte 2, in line 2",
    '  gc: "2"',
    '  leak: ""',
  ]);
  const codes = findDifference(
    { name: "gc", outcome: outcome("") },
    { name: "gc", outcome: { ...outcome(""), exitCode: 1 } },
  );
  expect(describeDifference(codes!)[0]).toBe("error: two runs under gc differ in their exit code");
});
