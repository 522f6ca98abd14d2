/** The pages that the bench writes, and its command line. Nothing here is measured. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../bench/command.ts";
import { replaceSummary, resultsPage, summaryOf } from "../../bench/pages/results-page.ts";
import { summary } from "../../bench/pages/summary.ts";
import { PART_NAMES, PARTS, type Results } from "../../bench/parts.ts";
import type { WholeResult } from "../../bench/whole/whole.ts";
import { Workshop } from "../cli/cli.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const results = JSON.parse(read("bench/results.json")) as Results;
const workshop = new Workshop();

async function bench(...args: string[]) {
  let stdout = "";
  let stderr = "";
  const status = await runCommand(args, {
    out(text) {
      stdout += text;
    },
    err(text) {
      stderr += text;
    },
  });
  return { status, stdout, stderr };
}

describe("the pages of the bench", () => {
  it("show the results that were kept of the last run, and nothing else", () => {
    expect(Object.keys(results).sort()).toEqual(["engine", "machine", "runs", ...PART_NAMES].sort());
    expect(read("bench/RESULTS.md")).toBe(resultsPage(results));
    expect(summaryOf(read("README.md"))).toEqual(summary(results));
  });

  it("have a table in README.md with a row for each program, and all managers in time and memory", () => {
    const lines = summaryOf(read("README.md"));
    const [title, , ...rows] = lines.slice(1, lines.indexOf("```", 1)).map((line) => line.trim().split(/ {2,}/));
    const [measured] = results.programs as readonly WholeResult[];
    const others = Object.keys(measured!.report.managers).filter((name) => name !== "host");
    expect(title).toEqual(["program", "host ms", ...others, "host MiB", ...others]);
    const programs = rows.slice(0, -1);
    expect(programs.length).toBeGreaterThan(15);
    for (const [program, ...cells] of programs) {
      expect(cells.map(Number), program).toHaveLength(title!.length - 1);
      for (const cell of cells) expect(Number(cell), program).toBeGreaterThan(0);
    }
    expect(rows.at(-1)).toEqual(["geometric mean", ...others.flatMap(() => [expect.any(String), expect.any(String)])]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
  });

  it.each(PART_NAMES)("say of %s what it shows, without a number that another run may contradict", (name) => {
    expect(PARTS[name].shows.replaceAll(/`[^`]*`/g, "")).toMatch(/^[^\d]+\.$/);
  });

  it("put the table between the two marks, and leave the rest as it is", () => {
    const page = read("README.md");
    const replaced = replaceSummary(page, ["one", "two"]);
    expect(summaryOf(replaced)).toEqual(["one", "two"]);
    expect(replaceSummary(replaced, summaryOf(page))).toBe(page);
  });

  it.each(["", "<!-- bench: end -->", `${read("README.md")}${read("README.md")}`])(
    "are not written without the marks, or with more of them",
    (page) => {
      expect(() => replaceSummary(page, ["one"])).toThrow("each once");
    },
  );
});

describe("the bench's command line", () => {
  it.each([
    [["bogus"], "Allowed choices are programs, micro"],
    [["--bogus"], "unknown option '--bogus'"],
    [["--write", "size"], "--write takes all parts from one run"],
    [["--from", "none.json"], "cannot read results from none.json"],
    [["--from", "bench/results.json", "--json", "again.json"], "--json writes what --from has read"],
  ])("refuses %j", async (args, message) => {
    const { status, stdout, stderr } = await bench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("refuses kept results without the parts that are asked for", async () => {
    const { size, compile, ...rest } = results;
    const { status, stderr } = await bench("--from", workshop.write("some.json", JSON.stringify(rest)), "--write");
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining("has no results of size, compile"),
    });
  });

  it("writes a page of the parts that are asked for", async () => {
    const page = workshop.write("page.md", "");
    const { status, stdout } = await bench("size", "micro", "--from", join(ROOT, "bench/results.json"), "--page", page);
    expect(status).toBe(0);
    const { size, micro } = results;
    const written = readFileSync(page, "utf8");
    const about = Object.entries(results).filter(([name]) => !(PART_NAMES as readonly string[]).includes(name));
    expect(written).toBe(resultsPage({ ...Object.fromEntries(about), size, micro }));
    expect([...written.matchAll(/^## (\w+)/gm)].map((match) => match[1])).toEqual(["micro", "size"]);
    for (const line of PARTS.size.describe(size)) expect(stdout).toContain(line);
  });
});
