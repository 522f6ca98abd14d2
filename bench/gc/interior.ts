/**
 * What interior pointers add to a minor collection: one list without them, one whose objects allow them, one that has
 * them.
 */

import { formatTable } from "../../src/compare/formatting.ts";
import { percentilesOf, spreadOf } from "../../src/compare/samples.ts";
import { START_FINDERS, type StartFinder } from "../../src/lang/index.ts";
import { compileTraced, runTraced } from "./traced.ts";

const KINDS = ["plain", "sliceable", "sliced"] as const;
type Kind = (typeof KINDS)[number];

const NURSERY_BYTES = 1 << 20;
const OBJECTS = "4000000";
/** Long enough for the engine to optimise the collector: see starts.ts. */
const WARM_OBJECTS = "20000000";

export interface InteriorResult {
  readonly starts: StartFinder;
  readonly kind: Kind;
  /** Median time of a minor collection, in microseconds. */
  readonly microseconds: number;
}

export async function runInterior(runs: number, onProgress: (text: string) => void): Promise<InteriorResult[]> {
  const variants = [];
  for (const starts of START_FINDERS) {
    onProgress(`interior: compiling ${starts}`);
    const options = { starts, nurseryBytes: NURSERY_BYTES, nurseryFirstBytes: NURSERY_BYTES };
    const module = await compileTraced("gc/interior.mote", options);
    for (const kind of KINDS) {
      runTraced(module, [kind, WARM_OBJECTS]);
      variants.push({ starts, kind, module, medians: [] as number[] });
    }
  }
  for (let round = 1; round <= runs; round++) {
    onProgress(`interior: round ${round}`);
    for (const { kind, module, medians } of variants) {
      const { collections } = runTraced(module, [kind, OBJECTS]);
      medians.push(percentilesOf(collections.filter(({ isMinor }) => isMinor).map(({ ms }) => ms)).p50);
    }
  }
  return variants.map(({ starts, kind, medians }) => ({
    starts,
    kind,
    microseconds: spreadOf(medians).median * 1000,
  }));
}

export function describeInterior(results: readonly InteriorResult[]): string[] {
  const rows = START_FINDERS.map((starts) => {
    const own = results.filter((result) => result.starts === starts);
    const plain = own[0]!.microseconds;
    const shares = own.map(({ microseconds }) => `${microseconds.toFixed(0)} (${(microseconds / plain).toFixed(2)}x)`);
    return [starts, ...shares];
  });
  const columns = KINDS.map((title) => ({ title, align: "right" }) as const);
  return [
    ...formatTable([{ title: "finder", align: "left" }, ...columns], rows),
    "",
    "Microseconds of a minor collection, a fifth of 1 MiB surviving in objects of 24 bytes with two pointers each. Solution B.",
  ];
}
