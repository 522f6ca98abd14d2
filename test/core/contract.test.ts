/** The contract (assembly/contract.ts) holds what two compilers read alike, and no other file says it again. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as contract from "#contract";
import { instantiateCore } from "../../src/core/instance.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const CONTRACT = "assembly/contract.ts";
const lines = readFileSync(join(root, CONTRACT), "utf8")
  .replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, "")
  .split("\n");

/** The TypeScript and AssemblyScript below a folder of the repository. */
function filesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

/** What a file declares at any depth as a variable, with names of the contract. */
function declaredAgain(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const names = [...text.matchAll(/\b(?:const|let|var)\s+([A-Z]\w*)\s*[:=]/g)].map((match) => match[1]!);
  return names.filter((name) => name in contract).map((name) => `${file} declares ${name}`);
}

describe("the contract", () => {
  it("holds only constants of whole numbers, in what both compilers understand", () => {
    const other = lines.filter((line) => line !== "" && !/^export const [A-Z]\w* = [\w\s()+|<>-]+;$/.test(line));
    expect(other).toEqual([]);
    expect(Object.entries(contract).filter(([, value]) => !Number.isInteger(value) || value < 0)).toEqual([]);
  });

  it("is the only place that declares its constants", () => {
    const files = ["assembly", "src", "bench", "test"].flatMap(filesIn).filter((file) => file !== CONTRACT);
    expect(files.flatMap(declaredAgain)).toEqual([]);
  });

  it("has the limits that the core's sparse stacks begin with", async () => {
    const core = await instantiateCore("release", new WebAssembly.Memory({ initial: 1 }));
    const limits = core as unknown as Readonly<Record<string, WebAssembly.Global>>;
    expect({
      sparseSetPercent: limits.sparseSetPercent?.value,
      sparseSetEntries: limits.sparseSetEntries?.value,
      sparseWastePercent: limits.sparseWastePercent?.value,
      sparseWasteBytes: limits.sparseWasteBytes?.value,
    }).toEqual({
      sparseSetPercent: contract.SPARSE_SET_PERCENT,
      sparseSetEntries: contract.SPARSE_SET_ENTRIES,
      sparseWastePercent: contract.SPARSE_WASTE_PERCENT,
      sparseWasteBytes: contract.SPARSE_WASTE_BYTES,
    });
  });
});
