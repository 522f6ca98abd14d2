/** binarytrees against regions written by hand: how far the compiled ones are from what one would write oneself. */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { formatMs, formatTable } from "../../src/compare/formatting.ts";
import { rounded, type Spread, spreadOf } from "../../src/compare/samples.ts";
import { inviteInlining } from "../../src/lang/codegen/inlining.ts";
import { compileProgram } from "../compile-program.ts";
import type { PeerCode } from "../peers/peer.ts";
import { takeTurns } from "../peers/turns.ts";

const DEPTHS = [14, 16, 18] as const;
const MANAGERS = ["regions", "gc", "host"] as const;
/** What is exported by binarytrees.wat, by the contestant whose run it is. */
export const WRITTEN = { "by hand": "run", "by hand, static top": "runStatic" } as const;
const CONTESTANTS = ["by hand", "by hand, static top", ...MANAGERS] as const;
type TreeContestant = (typeof CONTESTANTS)[number];

export interface TreesResult {
  readonly depth: number;
  readonly ms: Readonly<Record<TreeContestant, Spread>>;
}

export async function runTrees(runs: number, onProgress: (text: string) => void): Promise<TreesResult[]> {
  const codes = new Map<TreeContestant, PeerCode>();
  for (const [name, start] of Object.entries(WRITTEN)) {
    codes.set(name as keyof typeof WRITTEN, { kind: "module", program: "binarytrees", wasm: assembleTrees(start) });
  }
  for (const manager of MANAGERS) {
    const { wasm } = await compileProgram("programs/binarytrees.mote", { manager });
    codes.set(manager, { kind: "mote", wasm });
  }
  const results: TreesResult[] = [];
  for (const depth of DEPTHS) {
    const times = await takeTurns(`binarytrees ${depth}`, codes, [String(depth)], runs, onProgress);
    const spreads = [...times].map(([name, samples]) => [name, spreadOf(samples)] as const);
    results.push({ depth, ms: Object.fromEntries(spreads) as Record<TreeContestant, Spread> });
  }
  return results;
}

/**
 * The module written by hand, optimised as our own are, so that the engine inlines as much of it. @param start the
 * function that becomes `run`
 */
export function assembleTrees(start: string): Uint8Array {
  const module = binaryen.parseText(readFileSync(new URL("binarytrees.wat", import.meta.url), "utf8"));
  try {
    module.setFeatures(binaryen.Features.Multivalue | binaryen.Features.MutableGlobals);
    const { value } = binaryen.getExportInfo(module.getExport(start));
    for (const name of Object.values(WRITTEN)) module.removeExport(name);
    module.addFunctionExport(value, "run");
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    module.optimize();
    inviteInlining(module);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

export function describeTrees(results: readonly TreesResult[]): string[] {
  const over = (ms: TreesResult["ms"], one: TreeContestant, other: TreeContestant): string =>
    `${rounded(ms[one].median / ms[other].median).toFixed(2)}x`;
  const rows = formatTable(
    [
      { title: "depth", align: "right" },
      ...CONTESTANTS.map((name) => ({ title: name, align: "right" }) as const),
      { title: "regions/by hand", align: "right" },
      { title: "regions/gc", align: "right" },
      { title: "regions/host", align: "right" },
      { title: "by hand/host", align: "right" },
    ],
    results.map(({ depth, ms }) => [
      String(depth),
      ...CONTESTANTS.map((name) => formatMs(ms[name].median)),
      over(ms, "regions", "by hand"),
      over(ms, "regions", "gc"),
      over(ms, "regions", "host"),
      over(ms, "by hand", "host"),
    ]),
  );
  return ["Milliseconds of binarytrees, and their ratios.", "", ...rows];
}
