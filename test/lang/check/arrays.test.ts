/** The messages of the checker about arrays and lists. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("slicing a list", () => {
    expect(
      errorsOf(`fn main() {
  let list: List[Int] = [1, 2]
  let part = list[0..1]
  let array: [Int] = list
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:3:14: error: a list cannot be sliced, and this is a \`List[Int]\`
   3 |   let part = list[0..1]
     |              ^^^^^^^^^^
     = hint: only what no longer grows can be sliced: make it an array with \`.finish()\` first
  test.mote:4:22: error: expected a \`[Int]\`, but this is a \`List[Int]\`
   4 |   let array: [Int] = list
     |                      ^^^^
     = hint: a list becomes an array by \`.finish()\`"
`);
  });
  it("unpacked arrays", () => {
    expect(
      errorsOf(`struct Pair { a: Int, b: Int }
struct A { a: [Int; 0], b: [Int; 65], c: [Pair; 2], d: [Text; 2] }
fn f(a: [Int; 2]) {}
fn main() {}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:12: error: an array unpacked in its owner has 1 to 64 elements
   2 | struct A { a: [Int; 0], b: [Int; 65], c: [Pair; 2], d: [Text; 2] }
     |            ^^^^^^^^^^^
     = hint: for other lengths, use \`[Int]\`
  test.mote:2:25: error: an array unpacked in its owner has 1 to 64 elements
   2 | struct A { a: [Int; 0], b: [Int; 65], c: [Pair; 2], d: [Text; 2] }
     |                         ^^^^^^^^^^^^
     = hint: for other lengths, use \`[Int]\`
  test.mote:2:39: error: elements of an unpacked array are single values, but \`Pair\` is several
   2 | struct A { a: [Int; 0], b: [Int; 65], c: [Pair; 2], d: [Text; 2] }
     |                                       ^^^^^^^^^^^^
     = hint: use \`[Pair]\`
  test.mote:3:9: error: an array of fixed length can only be the type of a field
   3 | fn f(a: [Int; 2]) {}
     |         ^^^^^^^^
     = hint: use \`[T]\`, whose values are slices of any length"
`);
  });
  it("an empty array of unknown type", () => {
    expect(
      errorsOf(`fn main() {
  let a = []
  a.push(1)
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:2:11: error: the type of the elements of this \`[]\` is not known
   2 |   let a = []
     |           ^^
     = hint: say it: \`let x: List[Int] = []\`"
`);
  });
  it("copies of arrays of pointers, with what to do instead", () => {
    expect(
      errorsOf(`struct Pair { kids: [Text; 2] }
struct Place { name: Text, x: Int }
fn main() {
  let texts = ["a", "b"]
  let more = texts[0..1].copy()
  let places = [Place { name: "a", x: 1 }].copy()
  let pair = Pair { kids: texts }
  let fine = [1.5, 2.5].copy()
  let shared = texts.copyShared()
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:14: error: elements of a \`[Text]\` hold pointers, and copying them makes a new owner of each
       5 |   let more = texts[0..1].copy()
         |              ^^^^^^^^^^^^^^^^^^
         = hint: share the slice instead of copying it, or write \`.copyShared()\`
      test.mote:6:16: error: elements of a \`[Place]\` hold pointers, and copying them makes a new owner of each
       6 |   let places = [Place { name: "a", x: 1 }].copy()
         |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         = hint: share the slice instead of copying it, or write \`.copyShared()\`
      test.mote:7:27: error: elements of a \`[Text]\` hold pointers, and copying them makes a new owner of each
       7 |   let pair = Pair { kids: texts }
         |                           ^^^^^
         = hint: write the elements one by one: \`[a[0], a[1], ...]\`"
    `);
  });
});
