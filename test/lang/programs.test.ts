/**
 * Every program in test/lang/programs under every manager, and under `gc` with a tiny nursery and a collection at every
 * allocation. A program says in its first comments what it needs and prints:
 *
 *     // args: one two            arguments, separated by blanks
 *     // input: text              standard input; \n is a line end
 *     // exit: 1                  exit code, when it is not 0
 *     // error: text              a line on standard error
 *     // output: text             a line on standard output; an empty one is written `// output:`
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, managerNames, runModule, SourceFile } from "../../src/lang/index.ts";
import type { BuildOptions } from "../../src/lang/options.ts";

const FOLDER = new URL("./programs/", import.meta.url);
const BUILDS: readonly BuildOptions[] = [
  ...managerNames().map((manager) => ({ manager })),
  { manager: "gc", debug: true, nurseryBytes: 4096 },
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
];

function directives(text: string, name: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith(`// ${name}:`));
  return lines.map((line) => line.slice(`// ${name}:`.length).replace(/^ /, ""));
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

describe("programs", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".mote"));

  it("exist", () => expect(files).not.toEqual([]));

  it.each(files)("%s", async (file) => {
    const text = readFileSync(new URL(file, FOLDER), "utf8");
    const source = new SourceFile(file, text);
    const args = directives(text, "args").flatMap((line) => line.split(" ").filter((arg) => arg !== ""));
    const input = Buffer.from(directives(text, "input").join("").replaceAll("\\n", "\n"));
    for (const options of BUILDS) {
      const built = await compile(source, options);
      const result = runModule(built.wasm, { args, input });
      expect(
        {
          output: Buffer.from(result.stdout).toString(),
          error: Buffer.from(result.stderr).toString(),
          exit: result.exitCode,
        },
        JSON.stringify(options),
      ).toEqual({
        output: linesOf(directives(text, "output")),
        error: linesOf(directives(text, "error")),
        exit: Number(directives(text, "exit")[0] ?? 0),
      });
    }
  });
});
