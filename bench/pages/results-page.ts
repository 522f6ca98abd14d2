/** The page of results, and the place for the summary in README.md. */

import { PART_NAMES, PARTS, type Results } from "../parts.ts";

const BEGIN = "<!-- bench: begin, written by npm run bench -- --write -->";
const END = "<!-- bench: end -->";

/** @param results of the parts that have run, with `engine` and `machine`. @returns Markdown */
export function resultsPage(results: Results): string {
  const sections = PART_NAMES.filter((name) => name in results).flatMap((name) => {
    const { title, shows, describe } = PARTS[name];
    const command = `    npm run bench -- ${name}`;
    return [`## ${name}: ${title}`, "", ...wrapped(shows), "", command, "", ...fenced(describe(results[name])), ""];
  });
  const head = [
    "# Results",
    "",
    "`npm run bench -- --write` writes this page from one run. Do not edit it.",
    "[README.md](README.md) says what each number shows and does not show; [NOTES.md](NOTES.md) says what helped.",
    "",
    describeMachine(results),
    "",
  ];
  return [...head, ...sections].join("\n");
}

/** The engine, the machine and how often it ran, as one sentence. */
export function describeMachine({ engine, machine, runs }: Results): string {
  const times = runs === 1 ? "one run of each" : `medians of ${runs} runs`;
  return `Measured with ${engine} on ${machine}; ${times}.`;
}

/**
 * Replaces what stands between the two marks of a page.
 * @throws when the page does not have them once, in this order
 */
export function replaceSummary(page: string, summary: readonly string[]): string {
  const [before, rest, more] = page.split(BEGIN);
  const [, after, again] = rest?.split(END) ?? [];
  if (after === undefined || more !== undefined || again !== undefined) {
    throw new Error(`the page does not have "${BEGIN}" and then "${END}", each once`);
  }
  return [before, BEGIN, "\n", summary.join("\n"), "\n", END, after].join("");
}

/** What stands between the two marks of a page, without empty lines around it. */
export function summaryOf(page: string): string[] {
  const [, rest = ""] = page.split(BEGIN);
  return rest.split(END)[0]!.trim().split("\n");
}

/** Lines in a block that Markdown shows as they are. */
export function fenced(lines: readonly string[]): string[] {
  return ["```text", ...lines, "```"];
}

/** Breaks a sentence into lines of at most 120 characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > 120) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
