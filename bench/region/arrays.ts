/**
 * Lists that grow against arrays with all their room from the start, under every manager; and fulladd, which has
 * neither.
 */

import { type Column, formatMs, formatTable } from "../../src/compare/formatting.ts";
import { type Spread, spreadOf } from "../../src/compare/samples.ts";
import { managerNames } from "../../src/lang/index.ts";
import { compileProgram } from "../compile-program.ts";
import type { PeerCode } from "../peers/peer.ts";
import { takeTurns } from "../peers/turns.ts";

interface Workload {
  readonly name: string;
  readonly file: string;
  /** The same on arrays; null for a program without lists. */
  readonly preallocated: string | null;
}

const WORKLOADS: readonly Workload[] = [
  { name: "sieve", file: "programs/sieve.mote", preallocated: "region/sieve.mote" },
  { name: "fft", file: "programs/fft.mote", preallocated: "region/fft.mote" },
  { name: "fulladd", file: "programs/fulladd.mote", preallocated: null },
];

export interface ArraysResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, { readonly ms: Spread; readonly preallocatedMs: Spread | null }>>;
}

export async function runArrays(runs: number, onProgress: (text: string) => void): Promise<ArraysResult[]> {
  const results: ArraysResult[] = [];
  for (const { name, file, preallocated } of WORKLOADS) {
    const codes = new Map<string, PeerCode>();
    for (const manager of managerNames()) {
      for (const each of preallocated === null ? [file] : [file, preallocated]) {
        const { wasm } = await compileProgram(each, { manager });
        codes.set(labelOf(manager, each), { kind: "mote", wasm });
      }
    }
    const times = await takeTurns(name, codes, [], runs, onProgress);
    const figures = managerNames().map((manager) => {
      const ms = spreadOf(times.get(labelOf(manager, file))!);
      const preallocatedMs = preallocated === null ? null : spreadOf(times.get(labelOf(manager, preallocated))!);
      return [manager, { ms, preallocatedMs }] as const;
    });
    results.push({ name, figures: Object.fromEntries(figures) });
  }
  return results;
}

function labelOf(manager: string, file: string): string {
  return `${manager}, ${file}`;
}

export function describeArrays(results: readonly ArraysResult[]): string[] {
  const right = (title: string): Column => ({ title, align: "right" });
  return [
    "Lists that grow, over arrays that have all their room from the start; and over gc.",
    "",
    ...formatTable(
      [
        { title: "program", align: "left" },
        { title: "manager", align: "left" },
        ...["lists ms", "arrays ms", "ratio", "/gc"].map(right),
      ],
      results.flatMap(({ name, figures }) =>
        Object.entries(figures).map(([manager, { ms, preallocatedMs }], index) => {
          const arrays =
            preallocatedMs === null ? ["", ""] : [formatMs(preallocatedMs.median), over(ms, preallocatedMs)];
          return [index === 0 ? name : "", manager, formatMs(ms.median), ...arrays, over(ms, figures.gc!.ms)];
        }),
      ),
    ),
  ];
}

function over(one: Spread, other: Spread): string {
  return `${(one.median / other.median).toFixed(2)}x`;
}
