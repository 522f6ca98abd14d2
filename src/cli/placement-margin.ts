/** A source text with placements in a margin on its left, and what a run has counted there. */

import { formatCount } from "../compare/formatting.ts";
import { type LinePlacement, type Maker, ownFunctions, placementsByLine } from "../lang/lifetimes/placement/lines.ts";
import type { FunctionPlacement, ProgramPlacement } from "../lang/lifetimes/placement/placed.ts";
import { describeFunction, describePlaced } from "../lang/lifetimes/placement/words.ts";
import type { SourceFile } from "../lang/source.ts";
import type { RunProfile } from "./profile.ts";

/** What stands on the left of a line: what is allocated, and what a run has counted of it. */
interface Note {
  readonly text: string;
  readonly count: string;
}

const NOTHING: Note = { text: "", count: "" };

/**
 * The lines of the source, numbered. What a line allocates stands on its left, on rows of its own where that is several
 * things; what there is to say of a function stands above it.
 * @param profile of a run; null without one
 */
export function formatAnnotated(
  source: SourceFile,
  placement: ProgramPlacement,
  profile: RunProfile | null = null,
): string[] {
  const notes = new Map([...placementsByLine(placement)].map(([line, found]) => [line, marginNotes(found, profile)]));
  const summaries = new Map<number, string[]>();
  for (const each of ownFunctions(placement)) {
    const sentences = sentencesOf(each, profile).map((sentence) => `${each.fn.name} ${sentence}`);
    summaries.set(each.fn.line, [...(summaries.get(each.fn.line) ?? []), ...sentences]);
  }
  const lines = source.text.replace(/\r?\n$/, "").split(/\r?\n/);
  const all = [...notes.values()].flat();
  const width = Math.max(0, ...all.map(({ text }) => text.length));
  const countWidth = Math.max(0, ...all.map(({ count }) => count.length));
  const digits = String(lines.length).length;
  const row = ({ text, count }: Note, number: string, line: string): string => {
    const counted = profile === null ? "" : `  ${count.padStart(countWidth)}`;
    return `${text.padEnd(width)}${counted}  ${number.padStart(digits)} | ${line}`.trimEnd();
  };

  return lines.flatMap((text, index) => {
    const [first = NOTHING, ...more] = notes.get(index + 1) ?? [];
    const indent = /^\s*/.exec(text)![0];
    return [
      ...(summaries.get(index + 1) ?? []).map((sentence) => row(NOTHING, "", `${indent}# ${sentence}`)),
      row(first, String(index + 1), text),
      ...more.map((note) => row(note, "", "")),
    ];
  });
}

/**
 * One note for each place, with everything that goes there; with a profile, also one for each thing that was counted.
 */
function marginNotes(found: readonly LinePlacement[], profile: RunProfile | null): Note[] {
  const counted = profile === null ? [] : found.filter(({ makers }) => makers.length > 0);
  const byPlace = new Map<string, string[]>();
  for (const each of found) {
    if (!counted.includes(each)) byPlace.set(each.place, [...(byPlace.get(each.place) ?? []), each.what]);
  }
  return [
    ...counted.map(({ what, place, makers }) => ({ text: `${what}: ${place}`, count: formatCounts(makers, profile!) })),
    ...[...byPlace].map(([place, whats]) => ({ text: `${whats.join(", ")}: ${place}`, count: "" })),
  ];
}

/** Such as `131,071 x 16 B`; of arrays, whose lengths may differ, `12, 1,480 B in all`. */
function formatCounts(makers: readonly Maker[], profile: RunProfile): string {
  const { objects, bytes } = profile.madeBy(makers);
  if (objects === 0) return "never";
  if (objects === 1 || makers.every((maker) => profile.isOneSize(maker)))
    return `${formatCount(objects)} x ${formatCount(bytes / objects)} B`;
  return `${formatCount(objects)}, ${formatCount(bytes)} B in all`;
}

/** What callers have to know of a function, and what its calls did in a run. */
function sentencesOf(placement: FunctionPlacement, profile: RunProfile | null): string[] {
  const said = describeFunction(placement);
  if (profile === null) return said;
  const { own, iterations, caller, heap, globals, adopted, dropped, collections, copied, segments } =
    profile.ofFunction(placement.fn);
  const size = (bytes: number): string => `${formatCount(bytes)} B`;
  const parts = (all: readonly (readonly [bytes: number, text: (size: string) => string])[]): string =>
    all.flatMap(([bytes, text]) => (bytes === 0 ? [] : [text(size(bytes))])).join(", ");
  const allocated = parts([
    [own, (bytes) => `${bytes} in its own region`],
    [iterations, (bytes) => `${bytes} in iterations of its loops`],
    [caller, (bytes) => `${bytes} for its caller`],
    [heap, (bytes) => `${bytes} in the collected heap`],
    [globals, (bytes) => `${bytes} for globals, until they are assigned again`],
  ]);
  const returned = parts([
    [adopted, (bytes) => `left its caller ${bytes}`],
    [dropped, (bytes) => `dropped ${bytes} of what it had for its caller`],
  ]);
  const times = collections === 1 ? "once" : `${formatCount(collections)} times`;
  return [
    ...said,
    ...(allocated === "" ? [] : [`allocated ${allocated}`]),
    ...(returned === "" ? [] : [returned]),
    ...(collections === 0 ? [] : [`collected ${times} and copied ${size(copied)}`]),
    ...(segments === 0 ? [] : [`had ${size(segments)} of segments in its own regions at most`]),
  ];
}

/**
 * The functions that the program does not define: what there is to say of each, and what it allocates.
 * @param profile of a run; null without one
 */
export function formatInternal(placement: ProgramPlacement, profile: RunProfile | null = null): string[] {
  return [...placement.values()].flatMap((each) => {
    if (!each.fn.internal) return [];
    return [
      `${each.fn.name}:`,
      ...sentencesOf(each, profile).map((sentence) => `  # ${sentence}`),
      ...each.sites.map((placed) => {
        const counts = profile === null ? "" : `  ${formatCounts([placed.site], profile)}`;
        return `  ${placed.site.what}: ${describePlaced(each.fn, placed)}${counts}`;
      }),
    ];
  });
}

/** What a run has counted of the whole program. */
export function formatTotals(placement: ProgramPlacement, profile: RunProfile): string[] {
  const { total, regions, frameBytes } = profile;
  const library = profile.madeBy(
    [...placement.values()].flatMap(({ fn, sites }) => (fn.internal ? sites.map(({ site }) => site) : [])),
  );
  const { collections, copiedBytes, freedBytes, droppedBytes, peakBytes } = regions;
  return [
    `${formatCount(total.objects)} objects, ${formatCount(total.bytes)} B; of them by the library ` +
      `${formatCount(library.objects)}, ${formatCount(library.bytes)} B`,
    `segments ${formatCount(peakBytes)} B at most, frames ${formatCount(frameBytes)} B at most`,
    `${formatCount(collections)} collections copied ${formatCount(copiedBytes)} B and ended ${formatCount(freedBytes)} B; ` +
      `returns dropped ${formatCount(droppedBytes)} B`,
  ];
}
