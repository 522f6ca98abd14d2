/** The prelude as a whole: commands load its tree from dist/, and check only the bodies that a program reaches. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Prelude } from "../../src/lang/check/prelude.ts";
import { loadPrelude } from "../../src/lang/check-program.ts";
import { SourceFile } from "../../src/lang/source.ts";
import { parse } from "../../src/lang/syntax/parse.ts";

const text = readFileSync(new URL("../../src/lang/prelude.mote", import.meta.url), "utf8");

function preludeOf(text: string): Prelude {
  const source = new SourceFile("prelude.mote", text);
  return new Prelude(source, parse(source, true));
}

describe("the prelude", () => {
  it("is its own tree in JSON", () => {
    const { declarations } = parse(new SourceFile("prelude.mote", text), true);
    const written = readFileSync(new URL("../../dist/lang/prelude.json", import.meta.url), "utf8");
    expect(JSON.parse(written)).toEqual({ declarations });
  });

  it("has no mistake in any body", () => {
    const prelude = preludeOf(text);
    expect(prelude.functions.size).toBeGreaterThan(50);
    for (const symbol of prelude.functions.values()) {
      prelude.checkBody(symbol);
      expect(symbol.body).toMatchObject({ kind: "block" });
    }
  });

  it("has its positions from the source", () => {
    const symbol = loadPrelude().functions.get("__trim")!;
    expect(symbol.source.lineText(symbol.source.line(symbol.span.start))).toBe("fn __trim(text: Text) -> Text {");
  });
});

describe("a mistake in the prelude", () => {
  it("is found in a body when that is checked, with its place", () => {
    const prelude = preludeOf("fn __one() -> Int { 1 }\nfn __two() -> Int { true }\n");
    prelude.checkBody(prelude.functions.get("__one")!);
    const two = prelude.functions.get("__two")!;
    expect(() => prelude.checkBody(two)).toThrow("prelude.mote:2:21: error: expected an `Int`, but this is a `Bool`");
  });

  it("is found in a declaration at once", () => {
    expect(() => preludeOf("fn __one(text: Texts) { }\n")).toThrow("there is no type `Texts`");
  });
});
