/** The parts of the bench: what each measures, and what its section of RESULTS.md says of it. */

import { describeCompile, runCompile } from "./compile/compile.ts";
import { describeInterior, runInterior } from "./gc/interior.ts";
import { describeMature, runMature } from "./gc/mature.ts";
import { describePauses, runPauses } from "./gc/pauses.ts";
import { describeScale, runScale } from "./gc/scale.ts";
import { describeStarts, runStarts } from "./gc/starts.ts";
import { describeSurvival, runSurvival } from "./gc/survival.ts";
import { describeMicro, runMicro } from "./micro/bump.ts";
import { describePeers, runPeers } from "./peers/comparison.ts";
import { describeRegions, runRegions } from "./region/regions.ts";
import { describeSize, runSize } from "./size/size.ts";
import { describeSparse, runSparse } from "./sparse/sparse.ts";
import { describeWhole, runWhole } from "./whole/whole.ts";

/** The results of a run by part, as `--json` writes them. */
export type Results = Readonly<Record<string, unknown>>;

export interface Part {
  readonly title: string;
  /** What the table shows, for RESULTS.md. It cites no number, since the next run may contradict it. */
  readonly shows: string;
  /** Whether it shows the collector `gc`. */
  readonly isOfGc: boolean;
  /** @returns what goes into the JSON file */
  measure(runs: number, onProgress: (text: string) => void): Promise<unknown>;
  /** @returns the lines to show of what `measure` returned */
  describe(results: unknown): string[];
}

interface Measured<T> {
  readonly title: string;
  readonly shows: string;
  readonly isOfGc: boolean;
  measure(runs: number, onProgress: (text: string) => void): Promise<T>;
  describe(results: T): string[];
}

/** Forgets the type of a part's results: they come back from a file as well. */
function part<T>({ describe, ...rest }: Measured<T>): Part {
  return { ...rest, describe: (results) => describe(results as T) };
}

/** By the name on the command line, in the order in which they run. */
export const PARTS = {
  programs: part({
    title: "whole programs under every manager",
    shows:
      "Each manager runs the same program on the same input, and all outputs are equal. A ratio below one is a manager " +
      "that takes less than the engine's own collector (`host`). Peak memory is what a fresh process takes beyond an " +
      "idle one.",
    isOfGc: true,
    measure: runWhole,
    describe: describeWhole,
  }),
  micro: part({
    title: "one allocation",
    shows:
      "The code that the compiler emits for `gc` is compared with loops written by hand. One of these only bumps; the " +
      "other also sets the bit that says where an object starts.",
    isOfGc: true,
    measure: (_runs, onProgress) => runMicro(onProgress),
    describe: describeMicro,
  }),
  peers: part({
    title: "the same programs in other languages",
    shows:
      "Mote under `host` and `gc` runs beside WasmGC written by hand, JavaScript, and AssemblyScript with its own " +
      "collectors. Ratios are to `host`.",
    isOfGc: true,
    measure: runPeers,
    describe: describePeers,
  }),
  starts: part({
    title: "interior pointers and a bump-allocated nursery",
    shows:
      "Solution A asks the start finder for the object behind every pointer, Solution B behind slices only. The last " +
      "column counts the questions of one run.",
    isOfGc: true,
    measure: runStarts,
    describe: describeStarts,
  }),
  interior: part({
    title: "what interior pointers add to a minor collection",
    shows:
      "The same list is collected three times: without sliceable objects, with objects that could be sliced, and with " +
      "half of all pointers interior. Ratios are to the first.",
    isOfGc: true,
    measure: runInterior,
    describe: describeInterior,
  }),
  mature: part({
    title: "a mature space on lines or in size classes",
    shows:
      "Lines keep objects together that were promoted together. Size classes find the start of an object by a " +
      "division. A ratio below one is a program that is faster in size classes.",
    isOfGc: true,
    measure: runMature,
    describe: describeMature,
  }),
  survival: part({
    title: "a minor collection over what survives",
    shows:
      "The time of a minor collection depends on the bytes that it promotes, not on those that it leaves behind. " +
      "Each row is a nursery of a fixed size.",
    isOfGc: true,
    measure: (_runs, onProgress) => runSurvival(onProgress),
    describe: describeSurvival,
  }),
  pauses: part({
    title: "how long a program stands still",
    shows:
      "Each row has all pauses of one run. With `--pause 1ms` the mature space is marked and swept in steps; without " +
      "it, a major collection is one pause.",
    isOfGc: true,
    measure: (_runs, onProgress) => runPauses(onProgress),
    describe: describePauses,
  }),
  scale: part({
    title: "from 10 MB to the end of the address space",
    shows: "Each row builds a heap of trees and replaces a quarter of them. The last line asks for more than there is.",
    isOfGc: true,
    measure: (_runs, onProgress) => runScale(onProgress),
    describe: describeScale,
  }),
  regions: part({
    title: "objects that end with a call or an iteration",
    shows:
      "Four tables for the manager `regions`: trees beside a region written by hand, calls over their depth, values " +
      "over their length, and lists that grow beside arrays with all their room.",
    isOfGc: false,
    measure: runRegions,
    describe: describeRegions,
  }),
  sparse: part({
    title: "arrays that grow, and arrays that are freed in any order",
    shows:
      "The same loops push to arrays on sparse stacks, in memory of `malloc`, in regions and in the collected heap. " +
      "Ratios are to `malloc`. The rows of objects that are replaced are what a stack is not made for.",
    isOfGc: false,
    measure: runSparse,
    describe: describeSparse,
  }),
  size: part({
    title: "whose bytes a module consists of",
    shows:
      "The columns behind the module's size divide it by who wrote the code: `core` is what the runtime adds, " +
      "`manager` is glue that the compiler generates.",
    isOfGc: false,
    measure: runSize,
    describe: describeSize,
  }),
  compile: part({
    title: "what compiling costs",
    shows:
      "Each column contains the one before: checking, building the IR, and a whole build under `gc`. The times for " +
      "each line tell whether a stage is linear.",
    isOfGc: false,
    measure: runCompile,
    describe: describeCompile,
  }),
} satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];
