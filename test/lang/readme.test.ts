/**
 * The language page against the compiler: its examples run, its tables and grammar name what there is.
 *
 * An example is a fence `mote` with a whole program. What it prints stands in its comments, as in test/lang/programs;
 * or else a fence `errors` follows, with what the checker says. A fence `explain` has what `heapwright explain --run`
 * says of the example before it. A fence `js` is an extern module, named in its first line.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { methodNames } from "../../src/lang/check/methods.ts";
import {
  arrayOf,
  BOOL,
  BYTE,
  BYTES,
  FLOAT,
  INT,
  LONG,
  listOf,
  optionalOf,
  pointerOf,
  portOf,
  TEXT,
} from "../../src/lang/check/types.ts";
import { checkProgram } from "../../src/lang/frontend.ts";
import { type ExternModule, MoteError, managerNames, runModule } from "../../src/lang/index.ts";
import { heapwright, Workshop } from "../cli/cli.ts";
import { compile } from "../support/fast.ts";
import { sampleProgram } from "../support/programs.ts";

const workshop = new Workshop();

const page = readFileSync(new URL("../../src/lang/README.md", import.meta.url), "utf8");
const grammar = readFileSync(new URL("../../src/lang/syntax/mote.peggy", import.meta.url), "utf8");

/** All fences, in the order of the page. */
const fences = Array.from(page.matchAll(/^```(\w*)\n(.*?)^```$/gms), ([, kind, text]) => ({
  kind: kind!,
  text: text!,
}));
const examples = fences.flatMap(({ kind, text }, index) => {
  if (kind !== "mote") return [];
  const line = page.slice(0, page.indexOf(text)).split("\n").length;
  const next = fences[index + 1];
  const following = (wanted: string): string | null => (next?.kind === wanted ? next.text : null);
  const program = sampleProgram("example.mote", text);
  return [{ line, program, errors: following("errors"), explained: following("explain") }];
});

const externs: Record<string, ExternModule> = {};
for (const { kind, text } of fences) {
  if (kind !== "js") continue;
  const name = /^\/\/ (\w+)\.mjs\n/.exec(text)![1]!;
  externs[name] = (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;
}

describe("the language page", () => {
  it("has examples, each with what comes out", () => {
    expect(examples.length).toBeGreaterThan(5);
    for (const { line, program, errors } of examples) {
      expect(program.expected.output !== "", `line ${line}`).toBe(errors === null);
    }
    expect(new Set(fences.map(({ kind }) => kind))).toEqual(new Set(["mote", "errors", "explain", "ebnf", "js"]));
  });

  it.each(examples.filter(({ errors }) => errors === null))(
    "shows what the program on line $line prints",
    async ({ program: { source, args, input, expected, openPorts } }) => {
      for (const manager of managerNames()) {
        const { wasm, ports } = await compile(source, { manager });
        const put: string[] = [];
        const result = runModule(wasm, { args, input, externs, ports: openPorts(ports, put) });
        const output = Buffer.from(result.stdout).toString();
        const error = Buffer.from(result.stderr).toString();
        expect({ output, error, exit: result.exitCode, put }, manager).toEqual(expected);
      }
    },
  );

  it.each(examples.filter(({ explained }) => explained !== null))(
    "shows what a run of the program on line $line tells of it",
    ({ program, explained }) => {
      const path = workshop.write("example.mote", program.source.text);
      // How long frames are is the manager's business.
      const withoutFrames = (shown: string): string => shown.replace(/frames [\d,]+ B/, "frames");
      expect(withoutFrames(heapwright(["explain", path, "--run"]).stdout)).toBe(withoutFrames(explained!));
    },
  );

  it.each(examples.filter(({ errors }) => errors !== null))(
    "shows what the checker says of the program on line $line",
    ({ program, errors }) => {
      let said = "";
      try {
        checkProgram(program.source);
      } catch (error) {
        if (!(error instanceof MoteError)) throw error;
        said = `${error.format()}\n`;
      }
      expect(said).toBe(errors);
    },
  );

  it.each([
    ["Int", methodNames(INT)],
    ["Long", methodNames(LONG)],
    ["Byte", methodNames(BYTE)],
    ["Float", methodNames(FLOAT)],
    ["Bool", methodNames(BOOL)],
    ["Text", methodNames(TEXT)],
    ["[T]", methodNames(arrayOf(TEXT))],
    ["[Byte]", methodNames(BYTES)],
    ["List[T]", methodNames(listOf(INT))],
    ["List[Byte]", methodNames(listOf(BYTE)).filter((name) => !methodNames(listOf(INT)).includes(name))],
    ["Port[T]", methodNames(portOf(INT))],
    ["Pointer[T]", methodNames(pointerOf(INT))],
    ["T?", methodNames(optionalOf(TEXT))],
  ])("lists the methods of %s", (type, methods) => {
    const rows = page.slice(page.indexOf("## Methods")).split("\n");
    const row = rows.find((line) => line.startsWith(`| \`${type}\` `)) ?? "";
    const listed = Array.from(row.matchAll(/`(\w+)\(/g), (match) => match[1]!);
    expect(listed.sort()).toEqual([...methods].sort());
  });

  it("has a grammar with the words of the real one", () => {
    const shown = fences.find(({ kind }) => kind === "ebnf")!.text;
    const words = new Set(Array.from(shown.matchAll(/"([a-z]{2,})"/g), (match) => match[1]!));
    const set = /KEYWORDS = new Set\(\[(.*?)\]\)/s.exec(grammar)![1]!;
    const keywords = new Set(Array.from(set.matchAll(/"(\w+)"/g), (match) => match[1]!));
    expect(words).toEqual(keywords);
  });
});
