/** The messages of the checker about globals. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("globals", () => {
  it("report what is wrong with their values and with assignments", () => {
    expect(
      errorsOf(`global a = b + 1
global b = 2
global c: Int = later()
global d: Int = 4
global e = later
global f: Text = 3
global a = 1
global g = main()
fn later() -> Int { d }
fn main() {
  d = "x"
  d += 1
  nope = 3
  let d = 5
  print("{d}")
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:12: error: \`b\` has no value yet
       1 | global a = b + 1
         |            ^
         = hint: globals get their values when the program starts, in the order of their declarations
      test.mote:6:18: error: expected a \`Text\`, but this is an \`Int\`
       6 | global f: Text = 3
         |                  ^
         = hint: convert it with \`.toText()\`
      test.mote:7:8: error: the global \`a\` is already defined on line 1
       7 | global a = 1
         |        ^
      test.mote:8:12: error: this has no value
       8 | global g = main()
         |            ^^^^^^
      test.mote:11:7: error: expected an \`Int\`, but this is a \`Text\`
       11 |   d = "x"
          |       ^^^
          = hint: convert it with \`.toInt()\`
      test.mote:13:3: error: there is no variable \`nope\` to assign to
       13 |   nope = 3
          |   ^^^^
          = hint: declare it with \`let nope = ...\`"
    `);
  });
  it("report one that may be read before it has a value, however long the way", () => {
    expect(
      errorsOf(`global c: Int = later()
global d: Int = 4
global k = fn() { d }
global m: Int = k()
global n: Int = n2()
fn n2() -> Int { n }
fn later() -> Int { d }
fn main() { print("{c}") }`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:8: error: the value of \`c\` may need \`d\`, which has none yet
       1 | global c: Int = later()
         |        ^
         = hint: globals get their values when the program starts, in the order of their declarations
      test.mote:5:8: error: the value of \`n\` may need \`n\`, which has none yet
       5 | global n: Int = n2()
         |        ^
         = hint: globals get their values when the program starts, in the order of their declarations"
    `);
  });
  it("report one whose function captures what is assigned to, with and without a type", () => {
    expect(
      errorsOf(`global typed: fn() -> Int = { let n = 1
  n = 2
  fn() -> Int { n } }
global plain = { let n = 1
  n = 2
  fn() -> Int { n } }
fn main() { print("{typed()} {plain()}") }`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:17: error: \`n\` is assigned to, so a function cannot capture it
       3 |   fn() -> Int { n } }
         |                 ^
         = hint: copy it first, \`let copy = n\`, or keep what changes in an object
      test.mote:6:17: error: \`n\` is assigned to, so a function cannot capture it
       6 |   fn() -> Int { n } }
         |                 ^
         = hint: copy it first, \`let copy = n\`, or keep what changes in an object"
    `);
  });
});
