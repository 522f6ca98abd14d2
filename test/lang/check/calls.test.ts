/** The messages of the checker about calls. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
  it("a wrong argument", () => {
    expect(
      errorsOf(`fn double(n: Int) -> Int { n * 2 }
fn main() {
	print("{double(1.5)} {double(2L)}")
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:3:17: error: expected an \`Int\`, but this is a \`Float\`
   3 | 	print("{double(1.5)} {double(2L)}")
     | 	               ^^^
     = hint: convert it with \`.toInt()\`
  test.mote:3:31: error: expected an \`Int\`, but this is a \`Long\`
   3 | 	print("{double(1.5)} {double(2L)}")
     | 	                             ^^
     = hint: convert it with \`.toInt()\`"
`);
  });
  it("an unknown method", () => {
    expect(
      errorsOf(`struct City { name: Text }
fn size(city: City) -> Int { 1 }
fn main() {
  let text = "a"
  print(text.startWith("a") + text.length())
  let city = City { name: text }
  print("{city.size()} {city.name()} {1.trim()}")
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:5:14: error: a \`Text\` has no method \`startWith\`
   5 |   print(text.startWith("a") + text.length())
     |              ^^^^^^^^^
     = hint: did you mean \`startsWith\`?
  test.mote:5:36: error: a \`Text\` has no method \`length\`
   5 |   print(text.startWith("a") + text.length())
     |                                    ^^^^^^
     = hint: it is not a method: write \`.length\`
  test.mote:7:16: error: a \`City\` has no method \`size\`
   7 |   print("{city.size()} {city.name()} {1.trim()}")
     |                ^^^^
     = hint: there is a function: write \`size(...)\`
  test.mote:7:30: error: a \`City\` has no method \`name\`
   7 |   print("{city.size()} {city.name()} {1.trim()}")
     |                              ^^^^
     = hint: it is a field: write \`.name\`
  test.mote:7:41: error: an \`Int\` has no method \`trim\`
   7 |   print("{city.size()} {city.name()} {1.trim()}")
     |                                         ^^^^
     = hint: Int has \`toLong\`, \`toFloat\`, \`toByte\`, \`toText\`, \`abs\`"
`);
  });
  it("a wrong number of arguments", () => {
    expect(
      errorsOf(`union Tree { Leaf, Node(left: Tree, right: Tree) }
fn add(a: Int, b: Int) -> Int { a + b }
fn main() {
  print("{add(1)} {add(1, 2, 3)} {"a".trim(1)}")
  print()
  let tree = Node(Leaf)
  let leaf = Leaf()
  let node = Node
  let a = array(1)
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:4:11: error: \`add\` takes 2 arguments, but 1 is given
       4 |   print("{add(1)} {add(1, 2, 3)} {"a".trim(1)}")
         |           ^^^^^^
      test.mote:4:20: error: \`add\` takes 2 arguments, but 3 are given
       4 |   print("{add(1)} {add(1, 2, 3)} {"a".trim(1)}")
         |                    ^^^^^^^^^^^^
      test.mote:4:35: error: \`trim\` takes no arguments, but 1 is given
       4 |   print("{add(1)} {add(1, 2, 3)} {"a".trim(1)}")
         |                                   ^^^^^^^^^^^
      test.mote:5:3: error: \`print\` takes 1 argument, but 0 are given
       5 |   print()
         |   ^^^^^^^
      test.mote:6:14: error: \`Node\` takes 2 arguments, but 1 is given
       6 |   let tree = Node(Leaf)
         |              ^^^^^^^^^^
         = hint: write \`Node(left, right)\`
      test.mote:7:14: error: the case \`Leaf\` has no fields
       7 |   let leaf = Leaf()
         |              ^^^^^^
         = hint: write \`Leaf\`
      test.mote:8:14: error: \`Node\` takes 2 arguments, but 0 are given
       8 |   let node = Node
         |              ^^^^
         = hint: write \`Node(left, right)\`
      test.mote:9:11: error: \`array\` takes 2 arguments, but 1 is given
       9 |   let a = array(1)
         |           ^^^^^^^^
         = hint: write \`array(length, value)\`"
    `);
  });
  it("functions are not values", () => {
    expect(
      errorsOf(`fn f() -> Int { 1 }
fn main() {
  let g = f
  let x = 1
  x(2)
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:3: error: \`x\` is an \`Int\`, not a function
       5 |   x(2)
         |   ^"
    `);
  });
});
