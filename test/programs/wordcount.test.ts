/** wordcount.mote against a regular expression: on a real text, on edges, on random texts. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { licenses } from "../../bench/licenses.ts";
import { often } from "../support/often.ts";
import { BUILDS, RELEASES, run } from "./build.ts";

/** One character for each byte, so that the expression sees what the program sees. */
function wordcount(input: Uint8Array, shown = 20): string {
  const text = Buffer.from(input).toString("latin1");
  const counts = new Map<string, number>();
  let total = 0;
  for (const [word] of text.matchAll(/[A-Za-z\x80-\xff]+/g)) {
    const small = word.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
    counts.set(small, (counts.get(small) ?? 0) + 1);
    total++;
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, shown);
  const lines = [`${total} words, ${counts.size} different ones`, ...most.map(([word, count]) => `${count} ${word}`)];
  return Buffer.from(`${lines.join("\n")}\n`, "latin1").toString();
}

const EDGES: readonly string[] = [
  "",
  " \n\t..",
  "one",
  " The the THE tHe, them; a a b",
  "Grüße, GRÜßE und grüße\u00a0\u{1F600}",
  "c b a C B A",
  "[at@sign`back{brace}]",
];

describe.each(RELEASES)("under $manager", (options) => {
  test("the licences", async () => {
    const input = licenses();
    expect(await run("wordcount", options, { input })).toEqual({ exitCode: 0, stdout: wordcount(input), stderr: "" });
  });

  test("random texts", async () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "B", "b", "Z", "é", " ", ",", "0"), maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(12), async (text, shown) => {
        const input = Buffer.from(text);
        const { stdout } = await run("wordcount", options, { input, args: [`${shown}`] });
        expect(stdout).toBe(wordcount(input, shown));
      }),
      { numRuns: often(30) },
    );
  });
});

describe.each(BUILDS)("under $manager (zeal: $zeal)", (options) => {
  test.each(EDGES)("counts %j", async (text) => {
    const input = Buffer.from(text);
    expect(await run("wordcount", options, { input })).toEqual({ exitCode: 0, stdout: wordcount(input), stderr: "" });
  });

  test("a table that is enlarged", async () => {
    const words = Array.from({ length: 1500 }, (_, i) =>
      i.toString(26).replaceAll(/\d/g, (digit) => "qrstuvwxyz"[+digit]!),
    );
    const input = Buffer.from(words.join(" "));
    expect((await run("wordcount", options, { input })).stdout).toBe(wordcount(input));
  });
});
