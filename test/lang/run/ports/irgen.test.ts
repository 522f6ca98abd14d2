/** What ports to the host become in the IR. */

import { expect, it } from "vitest";
import { buildProgram, SourceFile } from "../../../../src/lang/frontend.ts";
import { printFunction } from "../../../../src/lang/ir/print.ts";

it("a text crosses as its length and its bytes, other values alone", () => {
  const text = `extern port texts: Text
extern port numbers: Int
fn main() {
  texts.put("a")
  if let text = texts.get() { texts.put(text) }
  numbers.put(numbers.get().or(1))
}
`;
  expect(printFunction(buildProgram(new SourceFile("ports.mote", text)).main)).toMatchInlineSnapshot(`
    "fn main() -> ()
      text: [Byte] = "a"
      length: int = length text
      send text
      fits: bool = put texts, length
      has: bool, length.2: int = get texts
      if has
        array: array [Byte] = array [Byte] of length.2
        receive array
        text.2: [Byte] = slice array[0..length.2]
        some: Text? = new Text?.Some(text.2)
        got := some
      else
        none: Text? = case None
        got := none
      match got
        Some some.2:
          text.3: [Byte] = some.2.value
          length.3: int = length text.3
          send text.3
          fits.2: bool = put texts, length.3
        None:
      has.2: bool, value: int = get numbers
      if has.2
        some.3: Int? = new Int?.Some(value)
        got.2 := some.3
      else
        none.2: Int? = case None
        got.2 := none.2
      match got.2
        None:
          value.2 := 1
        Some some.4:
          value.3: int = some.4.value
          value.2 := value.3
      fits.3: bool = put numbers, value.2
      return"
  `);
});
