/**
 * The house rules that a tool can check: dependencies point one way, names are distinct, and what comments name exists.
 * The main file of a folder may have the folder's name: it stands inside. pages.test.ts checks the pages for readers.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Folders of the core from the bottom up, one of them inside another's; a file may import from its own folder and from those of earlier rows. */
const CORE_ORDER = [
  ["config.ts"],
  ["contract.ts"],
  ["memory"],
  ["object"],
  ["roots"],
  ["mature", "leak", "malloc"],
  ["sparse"],
  ["region"],
  ["nursery"],
  ["debug"],
  ["gc", "region/collect"],
  ["index.ts"],
];
const SOURCE_ORDER = [["core"], ["heap", "lang"], ["compare"], ["cli", "index.ts"]];
const LANG_ORDER = [
  ["port-abi.ts", "source.ts", "options.ts"],
  ["option-table.ts"],
  ["run"],
  ["syntax"],
  ["check"],
  ["check-program.ts"],
  ["ir"],
  ["interpret"],
  ["irgen"],
  ["lifetimes"],
  ["codegen"],
  ["managers"],
  ["check-options.ts"],
  ["frontend.ts", "backend.ts"],
  ["compile.ts"],
  ["index.ts"],
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") && !path.endsWith(".d.ts") ? [path] : [];
  });
}

/** What a file imports or re-exports: types, and what it loads only when it is needed, included. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const written = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+"(\.[^"]+)";/gms);
  const whenNeeded = text.matchAll(/\bimport\("(\.[^"]+)"\)/g);
  return [...written, ...whenNeeded].map((match) => {
    const target = resolve(dirname(file), match[1]!);
    return target.endsWith(".ts") ? target : `${target}.ts`;
  });
}

function rank(base: string, order: string[][], file: string): number {
  const path = relative(base, file).split("/");
  const inner = order.findIndex((row) => row.includes(path.slice(0, 2).join("/")));
  return inner >= 0 ? inner : order.findIndex((row) => row.includes(path[0]!));
}

function wrongWay(folder: string, order: string[][]): string[] {
  const base = join(root, folder);
  return filesBelow(base).flatMap((file) =>
    importsOf(file).flatMap((target) => {
      if (relative(base, target).startsWith("..")) return [];
      const [from, to] = [rank(base, order, file), rank(base, order, target)];
      const siblings = relative(base, file).split("/")[0] !== relative(base, target).split("/")[0];
      const wrong = from < 0 || to < 0 || from < to || (from === to && siblings);
      return wrong ? [`${relative(root, file)} imports ${relative(root, target)}`] : [];
    }),
  );
}

function circles(folder: string): string[] {
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === "done" || !existsSync(file)) return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file].map((name) => relative(root, name)).join(" -> "));
      return;
    }
    state.set(file, "open");
    for (const target of importsOf(file)) visit(target, [...path, file]);
    state.set(file, "done");
  };
  for (const file of filesBelow(join(root, folder))) visit(file, []);
  return found;
}

/** Every folder below `folder`, itself included, with the names of what is in it; folders end with a slash. */
function foldersBelow(folder: string): Map<string, string[]> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => foldersBelow(join(folder, name)));
  return new Map([[folder, names], ...inner.flatMap((each) => [...each])]);
}

/** A file and a folder that both have this name, or files for one thing and for several. */
function confusing(names: readonly string[]): string[] {
  const stems = names.filter((name) => !name.endsWith("/")).map((name) => name.slice(0, name.lastIndexOf(".")));
  const asFolder = stems.filter((stem) => names.includes(`${stem}/`)).map((stem) => `${stem} and ${stem}/`);
  const words = [...new Set(names.map((name) => name.replace(/[./].*$/, "")))];
  const plurals = words.flatMap((word) => {
    const forms = [`${word}s`, `${word}es`, word.replace(/y$/, "ies")].filter((form) => form !== word);
    return forms.filter((form) => words.includes(form)).map((form) => `${word} and ${form}`);
  });
  return [...asFolder, ...plurals];
}

/** Files that comments of a file name and that are not there, seen from its folder or one above, or from a room. */
function misnamed(file: string): string[] {
  const folders = [join(root, "src/lang"), join(root, "src"), join(root, "assembly"), join(root, "bench/programs")];
  for (let folder = dirname(file); folder.startsWith(root.slice(0, -1)); folder = dirname(folder)) folders.push(folder);
  const comments = readFileSync(file, "utf8").match(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs) ?? [];
  return comments
    .flatMap((comment) => comment.match(/(?<![\w./-])[\w./-]+\.(?:ts|mote|md|peggy|wat|mjs)\b/g) ?? [])
    .filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
    .map((name) => `${relative(root, file)} names ${name}`);
}

/** What is left of a file without comments and re-exports. */
function beyondExports(file: string): string {
  return readFileSync(join(root, file), "utf8")
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/^export (?:type )?\{[^}]*\} from "[^"]*";$/gm, "")
    .trim();
}

describe("the house", () => {
  it("lets dependencies of the core point one way", () => {
    expect(wrongWay("assembly", CORE_ORDER)).toEqual([]);
  });

  it("lets dependencies of the sources point one way", () => {
    expect(wrongWay("src", SOURCE_ORDER)).toEqual([]);
    expect(wrongWay("src/lang", LANG_ORDER)).toEqual([]);
  });

  it("lets the sources see of the core's only the contract, as a module of its own", () => {
    const core = join(root, "assembly/");
    const found = filesBelow(join(root, "src")).filter((file) => importsOf(file).some((to) => to.startsWith(core)));
    expect(found.map((file) => relative(root, file))).toEqual([]);
  });

  it.each(["assembly", "src", "bench", "test"])("has no circle of imports in %s", (folder) => {
    expect(circles(folder)).toEqual([]);
  });

  it.each(["assembly", "src", "bench", "test"])("gives no two things one name in %s", (folder) => {
    const found = [...foldersBelow(join(root, folder))].flatMap(([path, names]) =>
      confusing(names).map((pair) => `${relative(root, path)}: ${pair}`),
    );
    expect(found).toEqual([]);
  });

  it.each(["assembly", "src", "bench", "test"])("names only files that exist in comments of %s", (folder) => {
    expect(filesBelow(join(root, folder)).flatMap(misnamed)).toEqual([]);
  });

  it.each(["src/index.ts", "src/lang/index.ts"])("does nothing but re-export in %s", (file) => {
    expect(beyondExports(file)).toBe("");
  });
});
