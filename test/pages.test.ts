/**
 * The pages for readers, against what they describe: examples run, links lead somewhere, options exist, lines are
 * short. lang/readme.test.ts looks after the language page.
 *
 * An example of TypeScript says in comments what each of its calls of console.log prints.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { managerNames, runModule } from "../src/lang/index.ts";
import { allOptions } from "../src/lang/managers/registry.ts";
import { heapwright, Workshop } from "./cli/cli.ts";
import { compile } from "./support/fast.ts";
import { sampleProgram } from "./support/programs.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

const workshop = new Workshop();

/** All pages, as paths from the root. */
const PAGES = ["", ".github", "assembly", "bench", "src"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder !== "", encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file).replaceAll("\\", "/")),
);

/** All texts in test files, titles among them. A table of tests fills in its values for `%s`. */
const TITLES = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .flatMap((file) => [...read(join("test", file)).matchAll(/"([^"\n]{12,})"/g)].map((match) => match[1]!));

/** Whether a test has a title. @param title may lack its beginning, for which three dots stand */
function isTitle(title: string): boolean {
  if (title.startsWith("... ")) return TITLES.some((known) => known.endsWith(title.slice(4)));
  const [filled] = title.split(/ with /);
  return TITLES.includes(title) || TITLES.includes(`${filled} with %s`);
}

/** The fenced blocks of a page of one kind. */
function fencesOf(page: string, kind: string): string[] {
  const fences = [...read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return fences.filter(([, found]) => found === kind).map(([, , text]) => text!);
}

/** A page without what Markdown shows as it is. */
function proseOf(page: string): string[] {
  const lines = read(page)
    .replace(/^```.*?^```$/gms, "")
    .split("\n");
  return lines.filter((line) => !/^( {4}|\|)/.test(line));
}

describe("the pages", () => {
  it.each(PAGES)("have no line of prose above 120 characters in %s", (page) => {
    expect(proseOf(page).filter((line) => line.length > 120)).toEqual([]);
  });

  it.each(PAGES)("name only files that exist in %s", (page) => {
    const named = [...read(page).matchAll(/`([\w./-]+\.(?:ts|mote|md|json|wat|peggy))`/g)].map((match) => match[1]!);
    const bases = ["", dirname(page), "assembly", "src"];
    expect(named.filter((name) => !bases.some((base) => existsSync(join(ROOT, base, name))))).toEqual([]);
  });

  it.each(PAGES)("cite only titles of tests that exist in %s", (page) => {
    const cited = [
      ...read(page)
        .replace(/\s+/g, " ")
        .matchAll(/(?:Broken by|`test\/[\w./-]+`,) "([^"]+)"(?: and "([^"]+)")?/g),
    ];
    const titles = cited.flatMap(([, ...found]) => found.filter((title) => title !== undefined));
    expect(titles.filter((title) => !isTitle(title))).toEqual([]);
  });

  it.each(PAGES)("have links that lead to files in %s", (page) => {
    const links = [
      ...proseOf(page)
        .join("\n")
        .matchAll(/\]\(([^)]+)\)/g),
    ].map((match) => match[1]!);
    const files = links.filter((link) => !/^(https?:|#)/.test(link));
    expect(files.filter((file) => !existsSync(join(ROOT, dirname(page), file)))).toEqual([]);
  });

  it.each(["README.md", "src/heap/README.md"].flatMap((page) => fencesOf(page, "ts").map((text) => ({ page, text }))))(
    "show in $page what an example prints",
    ({ text }) => {
      const source = text.replace(/from "heapwright(\/lang)?"/, (_, folder = "") => {
        return `from ${JSON.stringify(pathToFileURL(join(ROOT, "src", folder, "index.ts")))}`;
      });
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module-typescript"], {
        input: source,
        encoding: "utf8",
      });
      const expected = [...text.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map((match) => `${match[1]}\n`);
      expect(expected.length).toBeGreaterThan(0);
      expect({ stdout, stderr }).toEqual({ stdout: expected.join(""), stderr: "" });
    },
  );
});

describe("the main page", () => {
  it("is short, and has the two commands", () => {
    expect(read("README.md").split("\n").length).toBeLessThanOrEqual(160);
    for (const command of ["npm ci && npm start", "npm ci && npm test"]) expect(read("README.md")).toContain(command);
  });

  it("names every memory manager", () => {
    for (const name of managerNames()) expect(read("README.md")).toMatch(new RegExp(`^- \`${name}\` `, "m"));
  });

  it("has a program in Mote that prints what its comment says under every manager", async () => {
    const [text] = fencesOf("README.md", "mote");
    const { source, expected } = sampleProgram("readme.mote", text!);
    for (const manager of managerNames()) {
      const { stdout } = runModule((await compile(source, { manager })).wasm, { args: [] });
      expect(Buffer.from(stdout).toString(), manager).toBe(expected.output);
    }
  });

  it("has a module that allocates with the core, once they are linked as it says", () => {
    const features = /FEATURES="([^"]*)"/.exec(read("README.md"))![1]!.split(" ");
    const tool = (name: string, ...args: string[]): void => {
      const file = join(ROOT, "node_modules/binaryen/bin", name);
      const { stderr, status } = spawnSync(process.execPath, [file, ...args, ...features], { encoding: "utf8" });
      expect({ stderr, status }, name).toEqual({ stderr: "", status: 0 });
    };
    const text = workshop.write("program.wat", fencesOf("README.md", "wat")[0]!);
    const file = (name: string): string => join(dirname(text), name);
    tool("wasm-as", text, "-o", file("program.wasm"));
    const core = join(ROOT, "dist/core/release.wasm");
    tool("wasm-merge", file("program.wasm"), "env", core, "heap", "-o", file("linked.wasm"));

    let collections = 0;
    const host = { now: () => 0, collected: () => collections++ };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file("linked.wasm"))), { host });
    const { gcInit, shapeNew, number } = exports as Record<string, (...args: number[]) => number>;
    const memory = exports.memory as WebAssembly.Memory;
    expect(gcInit!(1024, 65_536, 0, 0, 0, 0, 0)).toBe(0);
    const shape = shapeNew!(0, 0, 0, 8, 0, 0);
    for (let value = 1; value <= 1_000_000; value++) {
      const words = new Uint32Array(memory.buffer, number!(shape, value), 2);
      if (words[0] !== shape || words[1] !== value) throw new Error(`the object of ${value} is ${words}`);
    }
    expect(collections).toBeGreaterThan(0);
  });
});

/** The rows of a table on a page, each as its cells. */
function tableBelow(page: string, heading: string): string[][] {
  const section = read(page).split(`## ${heading}\n`)[1]!.split("\n## ")[0]!;
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

describe("the page of the commands", () => {
  it("has the options of the managers as their tables have them", () => {
    const named = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
    const expected = allOptions().flatMap(({ flag, rows }) =>
      rows.flatMap(({ option, managers }, index) => {
        if (option.isForDebugging) return [];
        const others = managerNames().filter((name) => !managers.includes(name));
        const who = others.length === 1 ? `all but ${named(others)}` : named(managers);
        return [[index === 0 ? `\`--${flag}\`` : "", who, option.meaning, option.byDefault]];
      }),
    );
    expect(tableBelow("src/cli/README.md", "Settings of the managers")).toEqual(expected);
  });

  it("has the options that the commands have", () => {
    const help = ["compare", "run", "build", "check", "explain"].map((name) => heapwright([name, "--help"]).stdout);
    const options = [...help.join("").matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]!);
    const named = [...read("src/cli/README.md").matchAll(/--[a-z][\w-]*/g)].map(([option]) => option);
    expect([...new Set(named)].sort()).toEqual([...new Set(options)].sort());
  });
});
