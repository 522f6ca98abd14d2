/** The messages of the checker about operators, conditions and numbers. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("operands that differ", () => {
    expect(
      errorsOf(`fn main() { let n = 1
  let x = 2L
  print("{n + x} {x * 1.5} {n == x}")
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:13: error: the two sides of \`+\` differ: an \`Int\` and a \`Long\`
       3 |   print("{n + x} {x * 1.5} {n == x}")
         |             ^
         = hint: convert the left side with \`.toLong()\`
      test.mote:3:21: error: the two sides of \`*\` differ: a \`Long\` and a \`Float\`
       3 |   print("{n + x} {x * 1.5} {n == x}")
         |                     ^
         = hint: convert the left side with \`.toFloat()\`
      test.mote:3:31: error: the two sides of \`==\` differ: an \`Int\` and a \`Long\`
       3 |   print("{n + x} {x * 1.5} {n == x}")
         |                               ^^
         = hint: convert the left side with \`.toLong()\`"
    `);
  });
  it("a condition that is no truth value", () => {
    expect(
      errorsOf(`fn main() {
  let n = 1
  if n { print("a") }
  while "x" {}
  let b = !n
  print("{n && true}")
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:3:6: error: expected a \`Bool\`, but this is an \`Int\`
   3 |   if n { print("a") }
     |      ^
  test.mote:4:9: error: expected a \`Bool\`, but this is a \`Text\`
   4 |   while "x" {}
     |         ^^^
  test.mote:5:12: error: expected a \`Bool\`, but this is an \`Int\`
   5 |   let b = !n
     |            ^
  test.mote:6:11: error: expected a \`Bool\`, but this is an \`Int\`
   6 |   print("{n && true}")
     |           ^"
`);
  });
  it("comparisons that do not exist", () => {
    expect(
      errorsOf(`struct P { x: Int }
union T { A, B(x: Int) }
fn main() {
  print("{P { x: 1 } == P { x: 1 }} {A == A} {[1] == [1]} {true < false}")
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:4:22: error: \`==\` is not defined for a \`P\`
   4 |   print("{P { x: 1 } == P { x: 1 }} {A == A} {[1] == [1]} {true < false}")
     |                      ^^
     = hint: compare their fields
  test.mote:4:40: error: \`==\` is not defined for a \`T\`
   4 |   print("{P { x: 1 } == P { x: 1 }} {A == A} {[1] == [1]} {true < false}")
     |                                        ^^
     = hint: use \`match\`
  test.mote:4:51: error: \`==\` is not defined for a \`[Int]\`
   4 |   print("{P { x: 1 } == P { x: 1 }} {A == A} {[1] == [1]} {true < false}")
     |                                                   ^^
     = hint: compare their elements
  test.mote:4:65: error: \`<\` is not defined for a \`Bool\`
   4 |   print("{P { x: 1 } == P { x: 1 }} {A == A} {[1] == [1]} {true < false}")
     |                                                                 ^"
`);
  });
  it("operators that do not exist", () => {
    expect(
      errorsOf(`fn main() {
  let b = 'a' + 'b'
  let f = 1.5 % 1.0
  let t = "a" - "b"
  let l = true & false
  let n = -true
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:15: error: \`+\` is not defined for a \`Byte\`
   2 |   let b = 'a' + 'b'
     |               ^
     = hint: compute with Int: convert with \`.toInt()\`
  test.mote:3:15: error: \`%\` is not defined for a \`Float\`
   3 |   let f = 1.5 % 1.0
     |               ^
  test.mote:4:15: error: \`-\` is not defined for a \`Text\`
   4 |   let t = "a" - "b"
     |               ^
  test.mote:5:16: error: \`&\` is not defined for a \`Bool\`
   5 |   let l = true & false
     |                ^
     = hint: for truth values, write \`&&\`
  test.mote:6:11: error: \`-\` is not defined for a \`Bool\`
   6 |   let n = -true
     |           ^^^^^"
`);
  });
  it("numbers out of range", () => {
    expect(
      errorsOf(`fn main() {
  let a = 2147483648
  let b: Byte = 256
  let c = 9223372036854775808L
  let d: Byte = -1
  let e = 0x1ffffffff
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:11: error: 2147483648 is out of range for an \`Int\`
   2 |   let a = 2147483648
     |           ^^^^^^^^^^
     = hint: as a Long: \`2147483648L\`
  test.mote:3:17: error: 256 is out of range for a \`Byte\`
   3 |   let b: Byte = 256
     |                 ^^^
  test.mote:4:11: error: 9223372036854775808 is out of range for a \`Long\`
   4 |   let c = 9223372036854775808L
     |           ^^^^^^^^^^^^^^^^^^^^
  test.mote:5:18: error: -1 is out of range for a \`Byte\`
   5 |   let d: Byte = -1
     |                  ^
  test.mote:6:11: error: 8589934591 is out of range for an \`Int\`
   6 |   let e = 0x1ffffffff
     |           ^^^^^^^^^^^
     = hint: as a Long: \`8589934591L\`"
`);
  });
});
