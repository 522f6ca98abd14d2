/** The messages of the checker about matches and patterns. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("a missing case", () => {
    expect(
      errorsOf(`union Color { Red, Black }
union Tree { Leaf, Node(color: Color, left: Tree, right: Tree) }
fn f(tree: Tree) -> Int {
  match tree {
    Leaf => 0
    Node(Red, _, _) => 1
    Node(Black, Node(Black, _, _), _) => 2
  }
}
fn main() {}`),
    ).toMatchInlineSnapshot(`
  "test.mote:4:3: error: this match does not cover \`Node(Black, Node(Red, _, _), _)\`, \`Node(Black, Leaf, _)\`
   4 |   match tree {
     |   ^^^^^
     = hint: add the missing cases, or a last arm \`_ => ...\`"
`);
  });
  it("missing numbers, texts and truth values", () => {
    expect(
      errorsOf(`fn main() {
  match 1 { 1 => {} }
  match "a" { "a" => {} }
  match true { true => {} }
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:3: error: this match does not cover \`_\`
   2 |   match 1 { 1 => {} }
     |   ^^^^^
     = hint: add the missing cases, or a last arm \`_ => ...\`
  test.mote:3:3: error: this match does not cover \`_\`
   3 |   match "a" { "a" => {} }
     |   ^^^^^
     = hint: add the missing cases, or a last arm \`_ => ...\`
  test.mote:4:3: error: this match does not cover \`false\`
   4 |   match true { true => {} }
     |   ^^^^^
     = hint: add the missing cases, or a last arm \`_ => ...\`"
`);
  });
  it("an arm that is never reached", () => {
    expect(
      errorsOf(`union Color { Red, Green, Blue }
fn f(color: Color) -> Int {
  match color {
    Red | Green => 1
    Green => 2
    _ => 3
    Blue => 4
  }
}
fn main() { match 1 { 1 => {}, _ => {}, 2 => {} } }`),
    ).toMatchInlineSnapshot(`
  "test.mote:5:5: error: this arm is never reached
   5 |     Green => 2
     |     ^^^^^
     = hint: the arms before it match all its values
  test.mote:7:5: error: this arm is never reached
   7 |     Blue => 4
     |     ^^^^
     = hint: the arms before it match all its values
  test.mote:10:41: error: this arm is never reached
   10 | fn main() { match 1 { 1 => {}, _ => {}, 2 => {} } }
      |                                         ^
      = hint: the arms before it match all its values"
`);
  });
  it("patterns that do not fit", () => {
    expect(
      errorsOf(`union A { One(x: Int), Two }
union B { Three }
fn f(a: A) -> Int {
  match a {
    One => 1
    One(x, y) => 1
    Two() => 2
    Three => 3
    Tow => 4
    1 => 5
    One("x") => 6
    _ => 7
  }
}
fn main() {
  match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
  match Two { One(x) | Two => {} }
  match One(1) { One(x) => {}, Two => {} }
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:5: error: the pattern does not fit the case \`One\`
       5 |     One => 1
         |     ^^^
         = hint: write \`One(x)\`
      test.mote:6:5: error: the pattern does not fit the case \`One\`
       6 |     One(x, y) => 1
         |     ^^^^^^^^^
         = hint: write \`One(x)\`
      test.mote:7:5: error: the pattern does not fit the case \`Two\`
       7 |     Two() => 2
         |     ^^^^^
         = hint: write \`Two\`
      test.mote:8:5: error: the union \`A\` has no case \`Three\`
       8 |     Three => 3
         |     ^^^^^
         = hint: \`Three\` is a case of \`B\`
      test.mote:9:5: error: the union \`A\` has no case \`Tow\`
       9 |     Tow => 4
         |     ^^^
         = hint: its cases are \`One\`, \`Two\`
      test.mote:10:5: error: this pattern is an \`Int\`, but it matches an \`A\`
       10 |     1 => 5
          |     ^
      test.mote:11:9: error: this pattern is a \`Text\`, but it matches an \`Int\`
       11 |     One("x") => 6
          |         ^^^
      test.mote:16:13: error: this matches an \`Int\`, which has no cases
       16 |   match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
          |             ^^^
      test.mote:16:24: error: a \`Float\` cannot be matched exactly
       16 |   match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
          |                        ^^^
          = hint: use \`if\` with \`<\` and \`>\`
      test.mote:16:35: error: 4294967296 is out of range for an \`Int\`
       16 |   match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
          |                                   ^^^^^^^^^^
      test.mote:16:53: error: this pattern is a \`Long\`, but it matches an \`Int\`
       16 |   match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
          |                                                     ^^
      test.mote:16:63: error: a text in a pattern cannot contain \`{...}\`
       16 |   match 1 { Two => {}, 1.5 => {}, 4294967296 => {}, 1L => {}, "{1}" => {}, _ => {} }
          |                                                               ^^^^^
          = hint: write \`\\{\` for a brace
      test.mote:17:19: error: alternatives with \`|\` cannot contain names
       17 |   match Two { One(x) | Two => {} }
          |                   ^
          = hint: write \`_\`, or one arm for each"
    `);
  });
  it("a name bound twice", () => {
    expect(
      errorsOf(`union A { Two(x: Int, y: Int) }
fn main() { match Two(1, 2) { Two(x, x) => print("{x}") } }`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:38: error: the name \`x\` is bound twice in this pattern
   2 | fn main() { match Two(1, 2) { Two(x, x) => print("{x}") } }
     |                                      ^"
`);
  });
});
