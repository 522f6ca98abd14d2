/** Where values go that cross a port: what is put nowhere, what is got wherever the program puts it. */

import { expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../../src/lang/frontend.ts";
import { placementsByLine } from "../../../../src/lang/lifetimes/placement/lines.ts";
import { placeProgram } from "../../../../src/lang/lifetimes/placement/placement.ts";

it("places what is got where it is got, and lets what is put go nowhere", () => {
  const text = `extern port p: Text
global last = ""
fn putTwice(n: Int) { p.put("{n} and "); p.put("more: " + "{n}!") }
fn next() -> Text? { p.get() }
fn first() -> Byte { if let text = p.get() { text[0] } else { ' ' } }
fn remember() { last = p.get().or("") }
fn main() { putTwice(1); next(); first(); remember(); print(last) }
`;
  const placement = placeProgram(buildProgram(new SourceFile("ports.mote", text)));
  const lines = [...placementsByLine(placement)].map(
    ([line, places]) => `${line}: ${places.map(({ what, place }) => `${what}: ${place}`).join("; ")}`,
  );
  expect(lines.sort()).toMatchInlineSnapshot(`
    [
      "3: List[Byte] storage: local; List[Byte]: local",
      "4: Text: in result; Some: result",
      "5: Text: local; Some: local",
      "6: Text: global, until last is assigned; Some: local",
      "7: next(): local; remember(): global",
    ]
  `);
});
