/** Mote under `host` and `gc` beside the same programs in other languages: a process each, in turns. */

import { type Column, formatMs, formatTable } from "../../src/compare/formatting.ts";
import { rounded, type Spread, spreadOf } from "../../src/compare/samples.ts";
import { managerNamed, requireEngine } from "../../src/lang/index.ts";
import { buildPeer, CONTESTANTS, type Contestant } from "./contestants.ts";
import type { ProgramName } from "./convention.ts";
import type { PeerCode } from "./peer.ts";
import { takeTurns } from "./turns.ts";

interface Workload {
  readonly name: string;
  readonly program: ProgramName;
  readonly args: readonly string[];
}

const WORKLOADS: readonly Workload[] = [
  { name: "binarytrees 16", program: "binarytrees", args: ["16"] },
  { name: "queue", program: "queue", args: [] },
  { name: "lists", program: "lists", args: [] },
  { name: "rbtree ascending", program: "rbtree", args: ["ascending"] },
  { name: "rbtree random", program: "rbtree", args: ["random"] },
];

export interface PeerFigures {
  readonly ms: Spread;
  /** Median over that of `host`. */
  readonly ratio: number;
}

export interface PeerComparison {
  readonly name: string;
  /** Without those for which the program was not written. */
  readonly figures: Readonly<Partial<Record<Contestant, PeerFigures>>>;
}

/** @param runs timed rounds */
export async function runPeers(runs: number, onProgress: (text: string) => void): Promise<PeerComparison[]> {
  requireEngine(managerNamed("host"));
  const results: PeerComparison[] = [];
  for (const workload of WORKLOADS) {
    const times = await takeTurns(workload.name, await codesOf(workload), workload.args, runs, onProgress);
    const hostMs = spreadOf(times.get("host")!).median;
    const figures: Partial<Record<Contestant, PeerFigures>> = {};
    for (const [contestant, samples] of times) {
      const ms = spreadOf(samples);
      figures[contestant] = { ms, ratio: rounded(ms.median / hostMs) };
    }
    results.push({ name: workload.name, figures });
  }
  return results;
}

/** What takes part in a workload; without those for which the program was not written. */
async function codesOf({ program }: Workload): Promise<Map<Contestant, PeerCode>> {
  const codes = new Map<Contestant, PeerCode>();
  for (const contestant of CONTESTANTS) {
    const code = await buildPeer(contestant, program);
    if (code !== null) codes.set(contestant, code);
  }
  return codes;
}

const TITLES: Readonly<Record<Contestant, string>> = {
  host: "host",
  gc: "gc",
  wasmgc: "by hand",
  javascript: "JS",
  "assemblyscript incremental": "AS incr.",
  "assemblyscript minimal": "AS min.",
};

export function describePeers(results: readonly PeerComparison[]): string[] {
  const right = (title: string): Column => ({ title, align: "right" });
  const columns = CONTESTANTS.flatMap((contestant) => {
    const ms = right(`${TITLES[contestant]} ms`);
    return contestant === "host" ? [ms] : [ms, right("ratio")];
  });
  const rows = results.map(({ name, figures }) => [
    name,
    ...CONTESTANTS.flatMap((contestant) => {
      const found = figures[contestant];
      const ms = found === undefined ? "" : formatMs(found.ms.median);
      const ratio = found === undefined ? "" : `${found.ratio.toFixed(2)}x`;
      return contestant === "host" ? [ms] : [ms, ratio];
    }),
  ]);
  return formatTable([{ title: "program", align: "left" }, ...columns], rows);
}
