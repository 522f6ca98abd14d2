/**
 * The placements of the programs in test/lang/lifetimes/placement, against what is written beside each line that
 * allocates:
 *
 *     let x = Node(make(), Leaf)      // -> make(): in result; Node: result
 *     // # may return `tree`          above a function: what its callers have to know of its parameters
 *
 * Both ways: every placement is written down, and whatever is written down is there.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../src/lang/frontend.ts";
import { ownFunctions, placementsByLine } from "../../../src/lang/lifetimes/placement/lines.ts";
import type { ProgramPlacement } from "../../../src/lang/lifetimes/placement/placed.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";
import { describeFunction } from "../../../src/lang/lifetimes/placement/words.ts";

const FOLDER = new URL("placement/", import.meta.url);

const programs = readdirSync(FOLDER).map((name) => {
  const source = new SourceFile(name, readFileSync(new URL(name, FOLDER), "utf8"));
  return [name, source] as const;
});

/** `line: what: place` for each, sorted within a line. */
function found(placement: ProgramPlacement): string[] {
  const lines = [...placementsByLine(placement)].sort(([first], [second]) => first - second);
  return lines.flatMap(([line, placements]) =>
    placements.map(({ what, place }) => `${line}: ${what}: ${place}`).sort(),
  );
}

function written(source: SourceFile): string[] {
  return source.text.split("\n").flatMap((text, index) => {
    const comment = /\/\/ -> (.*)$/.exec(text)?.[1];
    const entries = comment?.split(";") ?? [];
    return entries.map((entry) => `${index + 1}: ${entry.trim()}`).sort();
  });
}

function foundSummaries(placement: ProgramPlacement): string[] {
  return ownFunctions(placement).flatMap((each) => {
    const sentences = describeFunction(each).filter((sentence) => !sentence.startsWith("allocates"));
    // Of a method without its class, as it is written.
    return sentences.map((sentence) => `${each.fn.name.split(".").at(-1)} ${sentence}`);
  });
}

function writtenSummaries(source: SourceFile): string[] {
  const sentences: string[] = [];
  const summaries: string[] = [];
  for (const line of source.text.split("\n")) {
    const sentence = /^\s*\/\/ # (.*)$/.exec(line)?.[1];
    if (sentence !== undefined) sentences.push(sentence);
    const name = /^\s*fn (\w+)/.exec(line)?.[1];
    if (name !== undefined) summaries.push(...sentences.splice(0).map((sentence) => `${name} ${sentence}`));
  }
  return [...summaries, ...sentences];
}

describe("annotated programs", () => {
  it.each(programs)("%s", (_name, source) => {
    const placement = placeProgram(buildProgram(source));
    expect(found(placement)).toEqual(written(source));
    expect(foundSummaries(placement)).toEqual(writtenSummaries(source));
  });
});
