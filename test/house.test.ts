/**
 * The house rules that a tool can check: dependencies point one way.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Folders of the core from the bottom up; a file may import from its own folder and from those of earlier rows. */
const CORE_ORDER = [
  ["config.ts"],
  ["memory"],
  ["object"],
  ["roots"],
  ["mature", "leak", "malloc"],
  ["sparse"],
  ["region"],
  ["nursery"],
  ["debug"],
  ["gc"],
  ["index.ts"],
];
const SOURCE_ORDER = [["core"], ["heap", "lang"], ["compare"], ["cli", "index.ts"]];
const LANG_ORDER = [
  ["port-abi.ts", "source.ts", "options.ts"],
  ["run"],
  ["syntax"],
  ["check"],
  ["ir"],
  ["interpret"],
  ["irgen"],
  ["lifetimes"],
  ["codegen"],
  ["managers"],
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

/** What a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+"(\.[^"]+)";/gms)].map((match) => {
    const target = resolve(dirname(file), match[1]!);
    return target.endsWith(".ts") ? target : `${target}.ts`;
  });
}

function rank(base: string, order: string[][], file: string): number {
  const first = relative(base, file).split("/")[0]!;
  return order.findIndex((row) => row.includes(first));
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

describe("the house", () => {
  it("lets dependencies of the core point one way", () => {
    expect(wrongWay("assembly", CORE_ORDER)).toEqual([]);
  });

  it("lets dependencies of the sources point one way", () => {
    expect(wrongWay("src", SOURCE_ORDER)).toEqual([]);
    expect(wrongWay("src/lang", LANG_ORDER)).toEqual([]);
  });

  it.each(["assembly", "src", "bench", "test"])("has no circle of imports in %s", (folder) => {
    expect(circles(folder)).toEqual([]);
  });
});
