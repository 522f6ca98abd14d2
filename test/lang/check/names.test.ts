/** The messages of the checker about names. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("unknown names, with what was meant", () => {
    expect(
      errorsOf(`union Tree { Leaf, Node(left: Tree) }
fn total(count: Int) -> Int { cuont + 1 }
fn main() {
  let number = totl(1)
  print("{nubmer} {missing}")
  let tree = Nod(Leaf)
  let other: Tre = Leaf
  number()
  print("{total}")
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:31: error: there is no variable \`cuont\`
       2 | fn total(count: Int) -> Int { cuont + 1 }
         |                               ^^^^^
         = hint: did you mean \`count\`?
      test.mote:4:16: error: there is no function \`totl\`
       4 |   let number = totl(1)
         |                ^^^^
         = hint: did you mean \`total\`?
      test.mote:5:11: error: there is no variable \`nubmer\`
       5 |   print("{nubmer} {missing}")
         |           ^^^^^^
         = hint: did you mean \`number\`?
      test.mote:5:20: error: there is no variable \`missing\`
       5 |   print("{nubmer} {missing}")
         |                    ^^^^^^^
      test.mote:6:14: error: there is no case \`Nod\`
       6 |   let tree = Nod(Leaf)
         |              ^^^
         = hint: did you mean \`Node\`?
      test.mote:7:14: error: there is no type \`Tre\`
       7 |   let other: Tre = Leaf
         |              ^^^
         = hint: did you mean \`Tree\`?
      test.mote:9:11: error: a \`fn(Int) -> Int\` cannot be written into a text
       9 |   print("{total}")
         |           ^^^^^
         = hint: call it: \`(...)\`"
    `);
  });
  it("names that other languages have", () => {
    expect(
      errorsOf(`fn f(a: String, b: Integer) -> Double { 1.0 }
fn main() {
  let list = [1, 2]
  println("{list.len()} {"abc".size}")
  return 1
}`).match(/(error|hint):.*/g),
    ).toMatchInlineSnapshot(`
      [
        "error: there is no type \`String\`",
        "hint: did you mean \`Text\`?",
        "error: there is no type \`Integer\`",
        "hint: did you mean \`Int\`?",
        "error: there is no type \`Double\`",
        "hint: did you mean \`Float\`?",
        "error: there is no function \`println\`",
        "hint: did you mean \`print\`?",
        "error: a \`[Int]\` has no method \`len\`",
        "hint: it is not a method: write \`.length\`",
        "error: a \`Text\` has no field \`size\`",
        "hint: did you mean \`length\`?",
        "error: \`main\` returns nothing, but a value is given",
      ]
    `);
  });
});
