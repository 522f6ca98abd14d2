/** The messages of the checker about values: missing ones, unused ones, those of other types. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("a wrong type", () => {
    expect(errorsOf(`fn main() { let x: Int = "one" }`)).toMatchInlineSnapshot(`
      "test.mote:1:26: error: expected an \`Int\`, but this is a \`Text\`
       1 | fn main() { let x: Int = "one" }
         |                          ^^^^^
         = hint: convert it with \`.toInt()\`"
    `);
  });
  it("assignments that cannot be", () => {
    expect(
      errorsOf(`struct Point { x: Int }
fn main() {
  total = 1
  let text = "abc"
  text[0] = 'x'
  let p = Point { x: 1 }
  p.x = 2
  let a = [1, 2]
  a[0..1] = [3]
  a[0] = "x"
  f() = 1
  a += 1
}
fn f() -> Int { 1 }`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:3: error: there is no variable \`total\` to assign to
       3 |   total = 1
         |   ^^^^^
         = hint: declare it with \`let total = ...\`
      test.mote:5:3: error: the bytes of a text cannot be assigned to
       5 |   text[0] = 'x'
         |   ^^^^^^^
         = hint: build a new one in a \`List[Byte]\`, or with \`"...{x}..."\`
      test.mote:7:3: error: fields cannot be assigned to: structs are immutable
       7 |   p.x = 2
         |   ^^^
         = hint: make a new struct, or a class of what changes
      test.mote:9:3: error: a slice cannot be assigned to
       9 |   a[0..1] = [3]
         |   ^^^^^^^
         = hint: assign to its elements one by one
      test.mote:10:10: error: expected an \`Int\`, but this is a \`Text\`
       10 |   a[0] = "x"
          |          ^^^
          = hint: convert it with \`.toInt()\`
      test.mote:11:3: error: this cannot be assigned to
       11 |   f() = 1
          |   ^^^
          = hint: assign to a variable, to an element \`a[i]\`, or to a field of an object
      test.mote:12:8: error: expected a \`[Int]\`, but this is an \`Int\`
       12 |   a += 1
          |        ^"
    `);
  });
  it("values that are missing", () => {
    expect(
      errorsOf(`fn f(n: Int) -> Int {
  if n > 0 { 1 }
}
fn g() -> Int { let x = 1 }
fn h() -> Text { return }
fn i() { return 1 }
fn j() -> Int {}
fn main() {
  let x = print("a")
  let y = if true { 1 }
  let z = f(print("a"))
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:3: error: an \`if\` without \`else\` has no value: expected \`Int\`
       2 |   if n > 0 { 1 }
         |   ^^^^^^^^^^^^^^
         = hint: add \`else { ... }\`
      test.mote:4:17: error: expected an \`Int\`, but this block ends without a value
       4 | fn g() -> Int { let x = 1 }
         |                 ^^^^^^^^^
         = hint: the last line of a block is its value
      test.mote:5:18: error: \`h\` must return a \`Text\`
       5 | fn h() -> Text { return }
         |                  ^^^^^^
      test.mote:6:17: error: \`i\` returns nothing, but a value is given
       6 | fn i() { return 1 }
         |                 ^
         = hint: declare its result: \`-> Int\`
      test.mote:7:15: error: expected an \`Int\`, but this block ends without a value
       7 | fn j() -> Int {}
         |               ^^
         = hint: the last line of a block is its value
      test.mote:9:11: error: this has no value
       9 |   let x = print("a")
         |           ^^^^^^^^^^
      test.mote:10:11: error: an \`if\` without \`else\` has no value
       10 |   let y = if true { 1 }
          |           ^^^^^^^^^^^^^
          = hint: add \`else { ... }\`
      test.mote:11:13: error: expected an \`Int\`, but this has no value
       11 |   let z = f(print("a"))
          |             ^^^^^^^^^^"
    `);
  });
  it("branches that differ", () => {
    expect(
      errorsOf(`fn main() {
  let a = if true { 1 } else { "x" }
  let b = match 1 { 1 => "a", _ => 2 }
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:32: error: expected an \`Int\`, but this is a \`Text\`
   2 |   let a = if true { 1 } else { "x" }
     |                                ^^^
     = hint: convert it with \`.toInt()\`
  test.mote:3:36: error: expected a \`Text\`, but this is an \`Int\`
   3 |   let b = match 1 { 1 => "a", _ => 2 }
     |                                    ^
     = hint: convert it with \`.toText()\`"
`);
  });
  it("values that are not used", () => {
    expect(
      errorsOf(`fn main() {
  1 + 2
  let x = 1
  x == 2
  "text"
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:3: error: the value of this expression is not used
   2 |   1 + 2
     |   ^^^^^
  test.mote:4:3: error: the value of this expression is not used
   4 |   x == 2
     |   ^^^^^^
     = hint: to assign, write \`=\`
  test.mote:5:3: error: the value of this expression is not used
   5 |   "text"
     |   ^^^^^^"
`);
  });
  it("texts of things that have none", () => {
    expect(
      errorsOf(`union T { A }
fn main() {
  print("{A} {[1]} {"a".bytes()}")
  print(1)
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:11: error: a \`T\` cannot be written into a text
       3 |   print("{A} {[1]} {"a".bytes()}")
         |           ^
         = hint: use \`match\`
      test.mote:3:15: error: a \`[Int]\` cannot be written into a text
       3 |   print("{A} {[1]} {"a".bytes()}")
         |               ^^^
      test.mote:3:21: error: a \`const [Byte]\` cannot be written into a text
       3 |   print("{A} {[1]} {"a".bytes()}")
         |                     ^^^^^^^^^^^
         = hint: convert it with \`.toText()\`
      test.mote:4:9: error: expected a \`Text\`, but this is an \`Int\`
       4 |   print(1)
         |         ^
         = hint: convert it with \`.toText()\`"
    `);
  });
  it("loops", () => {
    expect(
      errorsOf(`fn main() {
  break
  for x in 5 {}
  for b in "abc" {}
  for i in 0..2.5 {}
  for i in 0..2L { let n: Int = i }
  if true { continue }
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:3: error: \`break\` outside of a loop
   2 |   break
     |   ^^^^^
  test.mote:3:12: error: \`for\` goes over arrays and lists, but this is an \`Int\`
   3 |   for x in 5 {}
     |            ^
     = hint: to count, write \`0..n\`
  test.mote:4:12: error: a text is not a sequence of elements
   4 |   for b in "abc" {}
     |            ^^^^^
     = hint: go over its bytes: \`.bytes()\`
  test.mote:5:15: error: a range goes over Int or Long, but this is a \`Float\`
   5 |   for i in 0..2.5 {}
     |               ^^^
     = hint: convert it with \`.toInt()\`
  test.mote:6:33: error: expected an \`Int\`, but this is a \`Long\`
   6 |   for i in 0..2L { let n: Int = i }
     |                                 ^
     = hint: convert it with \`.toInt()\`
  test.mote:7:13: error: \`continue\` outside of a loop
   7 |   if true { continue }
     |             ^^^^^^^^"
`);
  });
});
