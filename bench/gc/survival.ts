/** The time of a minor collection over the share that survives and the size of the nursery. */

import { formatBytes, formatTable } from "../../src/compare/formatting.ts";
import { percentilesOf } from "../../src/compare/samples.ts";
import { compileTraced, runTraced } from "./traced.ts";

const MIB = 1 << 20;
const PERCENTS = [0, 1, 5, 10, 20, 30, 40, 50] as const;
const NURSERIES = [MIB / 4, MIB, 4 * MIB, 16 * MIB, 64 * MIB] as const;
const OBJECT_BYTES = 16;
/** Fillings of the nursery in a run; the first half is warm-up. */
const FILLINGS = 16;

export interface SurvivalResult {
  readonly nurseryBytes: number;
  readonly percent: number;
  /** Median time of a minor collection of a full nursery, in milliseconds. */
  readonly ms: number;
  /** The same for each byte promoted, in nanoseconds; null when nothing is. */
  readonly nsPerByte: number | null;
}

export async function runSurvival(onProgress: (text: string) => void): Promise<SurvivalResult[]> {
  const results: SurvivalResult[] = [];
  for (const nurseryBytes of NURSERIES) {
    const module = await compileTraced("gc/survival.mote", { nurseryBytes, nurseryFirstBytes: nurseryBytes });
    for (const percent of PERCENTS) {
      onProgress(`survival: nursery ${formatBytes(nurseryBytes)}, ${percent} %`);
      const objects = Math.max(FILLINGS * (nurseryBytes / OBJECT_BYTES), 1_000_000);
      // The list is dropped at no particular point of a filling.
      const length = Math.round((3.3 * nurseryBytes) / OBJECT_BYTES);
      const args = [percent, objects, length].map(String);
      runTraced(module, args);
      const { collections } = runTraced(module, args);
      const full = collections.slice(collections.length >> 1).filter(({ isMinor }) => isMinor);
      const ms = percentilesOf(full.map((each) => each.ms)).p50;
      const promoted = percentilesOf(full.map((each) => each.counts.lastPromotedBytes)).p50;
      results.push({ nurseryBytes, percent, ms, nsPerByte: promoted < 1024 ? null : (ms * 1e6) / promoted });
    }
  }
  return results;
}

export function describeSurvival(results: readonly SurvivalResult[]): string[] {
  const rows = NURSERIES.map((bytes) => [
    formatBytes(bytes),
    ...results
      .filter(({ nurseryBytes }) => nurseryBytes === bytes)
      .map(({ ms, nsPerByte }) => `${ms.toFixed(3)}${nsPerByte === null ? "" : ` (${nsPerByte.toFixed(2)})`}`),
  ]);
  const columns = PERCENTS.map((percent) => ({ title: `${percent} %`, align: "right" }) as const);
  return [
    ...formatTable([{ title: "nursery", align: "left" }, ...columns], rows),
    "",
    "Milliseconds of a minor collection, and in brackets nanoseconds for each byte promoted. Objects of 16 bytes.",
  ];
}
