/** The messages of the checker about structs and their fields. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("fields", () => {
    expect(
      errorsOf(`struct City { name: Text, size: Int, spots: [Int; 2] }
union Tree { Leaf, Node(left: Tree) }
fn main() {
  let a = City { name: "x" }
  let b = City { name: "x", size: 1, spots: [1, 2], mayor: 1 }
  let c = City { name: "x", name: "y", size: "1", spots: [1] }
  print("{b.nam} {1.size} {"x".trim}")
  let tree = Node(Leaf)
  print("{tree.left}")
  let d = Town { name: "x" }
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:4:11: error: \`City\` needs the fields \`size\`, \`spots\`
       4 |   let a = City { name: "x" }
         |           ^^^^
      test.mote:5:53: error: \`City\` has no field \`mayor\`
       5 |   let b = City { name: "x", size: 1, spots: [1, 2], mayor: 1 }
         |                                                     ^^^^^
      test.mote:6:29: error: the field \`name\` is given twice
       6 |   let c = City { name: "x", name: "y", size: "1", spots: [1] }
         |                             ^^^^
      test.mote:6:46: error: expected an \`Int\`, but this is a \`Text\`
       6 |   let c = City { name: "x", name: "y", size: "1", spots: [1] }
         |                                              ^^^
         = hint: convert it with \`.toInt()\`
      test.mote:6:58: error: expected 2 elements for \`[Int; 2]\`, but there are 1
       6 |   let c = City { name: "x", name: "y", size: "1", spots: [1] }
         |                                                          ^^^
      test.mote:7:13: error: \`City\` has no field \`nam\`
       7 |   print("{b.nam} {1.size} {"x".trim}")
         |             ^^^
         = hint: did you mean \`name\`?
      test.mote:7:21: error: an \`Int\` has no field \`size\`
       7 |   print("{b.nam} {1.size} {"x".trim}")
         |                     ^^^^
      test.mote:7:32: error: a \`Text\` has no field \`trim\`
       7 |   print("{b.nam} {1.size} {"x".trim}")
         |                                ^^^^
         = hint: it is a method: write \`.trim()\`
      test.mote:9:16: error: a \`Tree\` has no field \`left\`
       9 |   print("{tree.left}")
         |                ^^^^
         = hint: fields of a union's cases are read by \`match\`
      test.mote:10:11: error: there is no struct or class \`Town\`
       10 |   let d = Town { name: "x" }
          |           ^^^^"
    `);
  });
  it("structs of infinite size", () => {
    expect(
      errorsOf(`struct A { b: B }
struct B { x: Int, a: A }
struct C { c: [C; 2] }
struct D { d: [D] }
fn main() {}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:20: error: the struct \`A\` contains itself, and would have infinite size
   2 | struct B { x: Int, a: A }
     |                    ^^^^
     = hint: use a union or a list in between
  test.mote:3:12: error: the struct \`C\` contains itself, and would have infinite size
   3 | struct C { c: [C; 2] }
     |            ^^^^^^^^^
     = hint: use a union or a list in between"
`);
  });
});
