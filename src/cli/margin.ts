/** A source text with placements in a margin on its left. */

import { type LinePlacement, ownFunctions, placementsByLine } from "../lang/ir/placement/lines.ts";
import type { ProgramPlacement } from "../lang/ir/placement/placement.ts";
import { describeFunction, describePlaced } from "../lang/ir/placement/words.ts";
import type { SourceFile } from "../lang/source.ts";

/**
 * The lines of the source, numbered. What a line allocates stands on its left, on rows of its own where that is several
 * things; what there is to say of a function stands above it.
 */
export function formatAnnotated(source: SourceFile, placement: ProgramPlacement): string[] {
  const notes = new Map([...placementsByLine(placement)].map(([line, found]) => [line, marginNotes(found)]));
  const summaries = new Map<number, string[]>();
  for (const each of ownFunctions(placement)) {
    const sentences = describeFunction(each).map((sentence) => `${each.fn.name} ${sentence}`);
    summaries.set(each.fn.line, [...(summaries.get(each.fn.line) ?? []), ...sentences]);
  }
  const lines = source.text.replace(/\r?\n$/, "").split(/\r?\n/);
  const width = Math.max(0, ...[...notes.values()].flat().map((note) => note.length));
  const digits = String(lines.length).length;
  const row = (note: string, number: string, text: string): string =>
    `${note.padEnd(width)}  ${number.padStart(digits)} | ${text}`.trimEnd();

  return lines.flatMap((text, index) => {
    const [first = "", ...more] = notes.get(index + 1) ?? [];
    const indent = /^\s*/.exec(text)![0];
    return [
      ...(summaries.get(index + 1) ?? []).map((sentence) => row("", "", `${indent}# ${sentence}`)),
      row(first, String(index + 1), text),
      ...more.map((note) => row(note, "", "")),
    ];
  });
}

/** One note for each place, with everything that goes there. */
function marginNotes(found: readonly LinePlacement[]): string[] {
  const byPlace = new Map<string, string[]>();
  for (const { what, place } of found) byPlace.set(place, [...(byPlace.get(place) ?? []), what]);
  return [...byPlace].map(([place, whats]) => `${whats.join(", ")}: ${place}`);
}

/** The functions that the program does not define: what there is to say of each, and what it allocates. */
export function formatInternal(placement: ProgramPlacement): string[] {
  return [...placement.values()].flatMap((each) => {
    if (!each.fn.internal) return [];
    return [
      `${each.fn.name}:`,
      ...describeFunction(each).map((sentence) => `  # ${sentence}`),
      ...each.sites.map((placed) => `  ${placed.site.what}: ${describePlaced(each.fn, placed)}`),
    ];
  });
}
