/** The messages of the checker about memory that a program manages itself. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("unsafe", () => {
  it("is asked for by what manages memory, and by nothing else", () => {
    expect(
      errorsOf(`global p: Pointer[Int] = allocate(3)
fn id(q: Pointer[Int]) -> Pointer[Int] { q }
fn main() {
  let same = id(p) == p
  print("{same} {p.load(0)}")
  p.at(1).store(0, 1)
  let inner = unsafe { fn() -> Int { p.load(0) } }
  let address = p.address()
  p.free()
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:26: error: \`allocate\` may be called only in an \`unsafe\` block
       1 | global p: Pointer[Int] = allocate(3)
         |                          ^^^^^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:5:20: error: \`.load\` of a pointer may be called only in an \`unsafe\` block
       5 |   print("{same} {p.load(0)}")
         |                    ^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:6:5: error: \`.at\` of a pointer may be called only in an \`unsafe\` block
       6 |   p.at(1).store(0, 1)
         |     ^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:6:11: error: \`.store\` of a pointer may be called only in an \`unsafe\` block
       6 |   p.at(1).store(0, 1)
         |           ^^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:8:19: error: \`.address\` of a pointer may be called only in an \`unsafe\` block
       8 |   let address = p.address()
         |                   ^^^^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:9:5: error: \`.free\` of a pointer may be called only in an \`unsafe\` block
       9 |   p.free()
         |     ^^^^
         = hint: write \`unsafe { ... }\` around it"
    `);
  });

  it("pointers lead to numbers and pointers, of a type that follows from the place", () => {
    expect(
      errorsOf(`class Node { next: Pointer[Node], texts: Pointer[Text]? }
fn main() {
  unsafe {
    let p = allocate(3)
    let q: Pointer = pointer(0)
    let r: Pointer[Int] = allocate(1.5)
    let s: Pointer[Byte] = r
    print("{r} {r < r}")
    r.store(0, "x")
    r.push(3)
    let t: Int = pointer(3)
  }
}
fn allocate(n: Int) -> Int { n }`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:28: error: a pointer cannot lead to a \`Node\`, which a memory manager may move and has to find
       1 | class Node { next: Pointer[Node], texts: Pointer[Text]? }
         |                            ^^^^
         = hint: it can to an Int, Long, Float, Byte, Bool, or another pointer
      test.mote:1:50: error: a pointer cannot lead to a \`Text\`, which a memory manager may move and has to find
       1 | class Node { next: Pointer[Node], texts: Pointer[Text]? }
         |                                                  ^^^^
         = hint: it can to an Int, Long, Float, Byte, Bool, or another pointer
      test.mote:4:13: error: what this pointer leads to does not follow from here
       4 |     let p = allocate(3)
         |             ^^^^^^^^^^^
         = hint: declare it: \`let p: Pointer[Int] = allocate(16)\`, for example
      test.mote:5:12: error: a pointer needs the type of its elements
       5 |     let q: Pointer = pointer(0)
         |            ^^^^^^^
         = hint: write \`Pointer[Int]\`, for example
      test.mote:6:36: error: expected an \`Int\`, but this is a \`Float\`
       6 |     let r: Pointer[Int] = allocate(1.5)
         |                                    ^^^
         = hint: convert it with \`.toInt()\`
      test.mote:7:28: error: expected a \`Pointer[Byte]\`, but this is a \`Pointer[Int]\`
       7 |     let s: Pointer[Byte] = r
         |                            ^
      test.mote:8:13: error: a \`Pointer[Int]\` cannot be written into a text
       8 |     print("{r} {r < r}")
         |             ^
      test.mote:8:19: error: \`<\` is not defined for a \`Pointer[Int]\`
       8 |     print("{r} {r < r}")
         |                   ^
      test.mote:9:16: error: expected an \`Int\`, but this is a \`Text\`
       9 |     r.store(0, "x")
         |                ^^^
         = hint: convert it with \`.toInt()\`
      test.mote:10:7: error: a \`Pointer[Int]\` has no method \`push\`
       10 |     r.push(3)
          |       ^^^^
          = hint: Pointer[Int] has \`load\`, \`store\`, \`at\`, \`resize\`, \`free\`, \`address\`
      test.mote:11:18: error: what this pointer leads to does not follow from here
       11 |     let t: Int = pointer(3)
          |                  ^^^^^^^^^^
          = hint: declare it: \`let p: Pointer[Int] = pointer(address)\`, for example
      test.mote:14:4: error: the function \`allocate\` is built in
       14 | fn allocate(n: Int) -> Int { n }
          |    ^^^^^^^^"
    `);
  });
});
