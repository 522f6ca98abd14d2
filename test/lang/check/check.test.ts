/** The messages of the checker, as the user sees them. */

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
  it("definitions that come twice", () => {
    expect(
      errorsOf(`struct A { x: Int, x: Int }
union A { B, C }
union D { C }
fn f(a: Int, a: Int) {}
fn f() {}
fn print() {}
struct Int { x: Bool }
fn main() {}`),
    ).toMatchInlineSnapshot(`
  "test.mote:1:20: error: the field \`x\` is already defined on line 1
   1 | struct A { x: Int, x: Int }
     |                    ^
  test.mote:2:7: error: the type \`A\` is already defined on line 1
   2 | union A { B, C }
     |       ^
  test.mote:3:11: error: the case \`C\` is already defined in union \`A\` on line 2
   3 | union D { C }
     |           ^
     = hint: names of cases are shared by all unions
  test.mote:4:14: error: the parameter \`a\` is already defined on line 4
   4 | fn f(a: Int, a: Int) {}
     |              ^
  test.mote:5:4: error: the function \`f\` is already defined on line 4
   5 | fn f() {}
     |    ^
  test.mote:6:4: error: the function \`print\` is built in
   6 | fn print() {}
     |    ^^^^^
  test.mote:7:8: error: the type \`Int\` is built in
   7 | struct Int { x: Bool }
     |        ^^^"
`);
  });
  it("a missing main", () => {
    expect(errorsOf(`fn f() {}`)).toMatchInlineSnapshot(`
      "test.mote:1:1: error: the program has no \`main\`
       1 | fn f() {}
         | ^
         = hint: add \`fn main() { ... }\`"
    `);
  });
  it("a main that nobody can call", () => {
    expect(errorsOf(`fn main(n: Int) -> Int { n }`)).toMatchInlineSnapshot(`
      "test.mote:1:4: error: \`main\` has no result
       1 | fn main(n: Int) -> Int { n }
         |    ^^^^
      test.mote:1:9: error: \`main\` takes \`args: [Text]\`, \`input: Bytes\`, both in this order, or nothing
       1 | fn main(n: Int) -> Int { n }
         |         ^"
    `);
  });
  it("mains with the wrong order", () => {
    expect(errorsOf(`fn main(input: Bytes, args: [Text]) {}`)).toMatchInlineSnapshot(`
      "test.mote:1:23: error: \`main\` takes \`args: [Text]\`, \`input: Bytes\`, both in this order, or nothing
       1 | fn main(input: Bytes, args: [Text]) {}
         |                       ^^^^"
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
  it("types", () => {
    expect(
      errorsOf(`fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
union Tree { Node(x: Int) }
fn main() {}`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:9: error: there is no type \`Foo\`
       1 | fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
         |         ^^^
      test.mote:1:17: error: \`Int\` takes no type argument
       1 | fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
         |                 ^^^^^^^^^
         = hint: only \`List[T]\`, \`Port[T]\` and \`Pointer[T]\` do
      test.mote:1:31: error: a list needs the type of its elements
       1 | fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
         |                               ^^^^
         = hint: write \`List[Int]\`, for example
      test.mote:1:45: error: there is no type \`Bar\`
       1 | fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
         |                                             ^^^
      test.mote:1:54: error: there is no type \`Node\`
       1 | fn f(a: Foo, b: Int[Text], c: List, d: List[Bar]) -> Node {}
         |                                                      ^^^^
         = hint: \`Node\` is a case of the union \`Tree\`"
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
  it("all independent errors, without their consequences", () => {
    expect(
      errorsOf(`fn f(a: Unknown) -> Int { a.b.c + a[1] }
fn main() {
  let x = missing + 1
  let y = x * 2
  for z in y { print("{z.foo}") }
  match x { A(b) => print(b), _ => {} }
  let t: Int = "a"
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:1:9: error: there is no type \`Unknown\`
   1 | fn f(a: Unknown) -> Int { a.b.c + a[1] }
     |         ^^^^^^^
  test.mote:3:11: error: there is no variable \`missing\`
   3 |   let x = missing + 1
     |           ^^^^^^^
  test.mote:6:13: error: there is no case \`A\`
   6 |   match x { A(b) => print(b), _ => {} }
     |             ^
  test.mote:7:16: error: expected an \`Int\`, but this is a \`Text\`
   7 |   let t: Int = "a"
     |                ^^^
     = hint: convert it with \`.toInt()\`"
`);
  });
  it("errors of syntax and of types in one run, and nothing that follows from them", () => {
    expect(
      errorsOf(`struct City { name: Text, lat Float }
union Color { Red, green, Blue }
fn half(n: Int) -> Int { n / }
func twice(n: Int) -> Int { n * 2 }

fn show(city: City, color: Color) -> Text {
  let known = match color { Red => 1, Green => 2, Blue => 3 }
  let other = Green
  "{city.nmae} {known} {half("no").foo} {twice(1, 2)}"
}

fn main() {
  print(show(City { name: "x" }, Red))
  print(unknown(1))
  let n: Int = "one"
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:31: error: expected \`:\`, but found \`Float\`
       1 | struct City { name: Text, lat Float }
         |                               ^^^^^
         = hint: a parameter and a field have a type: \`name: Type\`
      test.mote:2:20: error: expected a capitalised name or \`}\`, but found \`green\`
       2 | union Color { Red, green, Blue }
         |                    ^^^^^
         = hint: names of types and cases begin with a capital letter
      test.mote:3:30: error: expected an expression, but found \`}\`
       3 | fn half(n: Int) -> Int { n / }
         |                              ^
      test.mote:4:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`func\`
       4 | func twice(n: Int) -> Int { n * 2 }
         | ^^^^
         = hint: a function begins with \`fn\`
      test.mote:14:9: error: there is no function \`unknown\`
       14 |   print(unknown(1))
          |         ^^^^^^^
      test.mote:15:16: error: expected an \`Int\`, but this is a \`Text\`
       15 |   let n: Int = "one"
          |                ^^^^^
          = hint: convert it with \`.toInt()\`"
    `);
  });
  it("no missing `main` when it has a syntax error", () => {
    expect(errorsOf("fn f() -> Int { true }\nfn main() { let }").match(/error:.*/g)).toMatchInlineSnapshot(`
      [
        "error: expected an \`Int\`, but this is a \`Bool\`",
        "error: expected a name, but found \`}\`",
      ]
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
  it("a program that nests too deeply", () => {
    const sum = Array.from({ length: 100_000 }, () => "1").join(" + ");
    expect(errorsOf(`fn main() { let x = ${sum} }`)).toContain("this program nests too deeply");
  });
});

describe("the checker accepts", () => {
  it.each([
    ["literals that follow the wanted type", "fn f(a: Long, b: Byte, c: Float) {}\nfn main() { f(1, 2, 3) }"],
    ["literals on either side", "fn main() { let x = 2L\n let y = 1 + x * 3\n let z: Long = y - 1 }"],
    ["a function that ends in an endless loop", "fn f() -> Int { while true { return 1 } }\nfn main() { f() }"],
    ["a function that fails", 'fn f() -> Int { fail("no") }\nfn main() { f() }'],
    ["branches that leave", "fn f(a: Bool) -> Int { let x = if a { 1 } else { return 2 }\n x }\nfn main() { f(true) }"],
    ["arms that leave", 'fn main() { let x = match 1 { 1 => "a", _ => fail("b") }\n print(x) }'],
    ["all bytes without a last arm", everyByte()],
    ["names that shadow others", 'fn main() { let x = 1\n let x = "a"\n { let x = true }\n print(x) }'],
    ["a type with arrays of itself", "struct T { kids: [T], list: List[T] }\nfn main() {}"],
  ])("%s", (_name, text) => expect(errorsOf(text)).toBe("no errors"));
});

function everyByte(): string {
  const arms = Array.from({ length: 256 }, (_, byte) => `${byte} => {}`).join(", ");
  return `fn main() { let b: Byte = 1\n match b { ${arms} } }`;
}

it("checks a long program in time that grows with its length", () => {
  // No timed assertion: a quadratic checker would run into the test's timeout.
  const one = (i: number) => `fn f${i}(n: Int) -> Int { let x = n * ${i}\n if x > 3 { f${i + 1}(x) } else { x } }`;
  const many = Array.from({ length: 10_000 }, (_, i) => one(i)).join("\n");
  expect(errorsOf(`${many}\nfn f10000(n: Int) -> Int { n }\nfn main() { f0(1) }`)).toBe("no errors");
});

describe("copies of arrays of pointers", () => {
  it("are refused, with what to do instead", () => {
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
