/** The messages of the checker about classes, optional values and ports. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("classes and optional values", () => {
  it("report fields and methods that are not there, values that are missing, optional values used as such", () => {
    expect(
      errorsOf(`class Node { value: Int, next: Node? = None
  fn double() -> Int { this.value * 2 }
  fn value() -> Int { 1 }
}
class Node { x: Int }
class Bad { cells: [Int; 2] = [1, 2], count: Int = "no" }
union Mine { Nothing, Other }
struct Point { x: Int }
fn main() {
  let a = Node { next: None }
  let b = Node(1)
  let c = Node()
  let d = Node { value: 1, nxt: None }
  d.valu = 3
  d.value = "x"
  d.double = 4
  print("{d.double} {d.triple()} {d.next.value} {d.double(1)}")
  let e = None
  let f: Int = None
  let g: Int? = "x"
  if let h = d { print("no") }
  if let n = d.next { print("{n}") }
  let p = Point { x: 1 }
  p.x = 2
  let i = Some(1, 2)
  match d.next { Some(n) => print("one") }
  match d { Some(n) => print("one"), None => { } }
  if d.next == d { }
  if d.next > None { }
  let same = d == a
  let list: List[Node?] = [d, None, 3]
  let k: Int? = 3
  print("{k + 1} {k}")
  while let z = 3 { }
}
fn other() { this.x = 1 }`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:6: error: the field \`value\` is already defined on line 1
       3 |   fn value() -> Int { 1 }
         |      ^^^^^
      test.mote:5:7: error: the type \`Node\` is already defined on line 1
       5 | class Node { x: Int }
         |       ^^^^
      test.mote:6:31: error: an array unpacked in its owner has no initialiser
       6 | class Bad { cells: [Int; 2] = [1, 2], count: Int = "no" }
         |                               ^^^^^^
         = hint: give its elements where objects are made
      test.mote:6:52: error: expected an \`Int\`, but this is a \`Text\`
       6 | class Bad { cells: [Int; 2] = [1, 2], count: Int = "no" }
         |                                                    ^^^^
         = hint: convert it with \`.toInt()\`
      test.mote:10:11: error: \`Node\` needs the field \`value\`
       10 |   let a = Node { next: None }
          |           ^^^^
      test.mote:11:11: error: there is no case \`Node\`
       11 |   let b = Node(1)
          |           ^^^^
          = hint: an object is made by \`Node { field: value, ... }\`
      test.mote:12:11: error: \`Node\` needs the field \`value\`
       12 |   let c = Node()
          |           ^^^^
      test.mote:13:28: error: \`Node\` has no field \`nxt\`
       13 |   let d = Node { value: 1, nxt: None }
          |                            ^^^
          = hint: did you mean \`next\`?
      test.mote:13:33: error: the type of this \`None\` does not follow from here
       13 |   let d = Node { value: 1, nxt: None }
          |                                 ^^^^
          = hint: declare it: \`let x: Int? = None\`, for example
      test.mote:14:5: error: \`Node\` has no field \`valu\`
       14 |   d.valu = 3
          |     ^^^^
          = hint: did you mean \`value\`?
      test.mote:15:13: error: expected an \`Int\`, but this is a \`Text\`
       15 |   d.value = "x"
          |             ^^^
          = hint: convert it with \`.toInt()\`
      test.mote:16:5: error: \`Node\` has no field \`double\`
       16 |   d.double = 4
          |     ^^^^^^
          = hint: it is a method: write \`.double(...)\`
      test.mote:17:13: error: \`Node\` has no field \`double\`
       17 |   print("{d.double} {d.triple()} {d.next.value} {d.double(1)}")
          |             ^^^^^^
          = hint: it is a method: write \`.double(...)\`
      test.mote:17:24: error: a \`Node\` has no method \`triple\`
       17 |   print("{d.double} {d.triple()} {d.next.value} {d.double(1)}")
          |                        ^^^^^^
          = hint: Node has \`double\`
      test.mote:17:42: error: a \`Node?\` has no field \`value\`
       17 |   print("{d.double} {d.triple()} {d.next.value} {d.double(1)}")
          |                                          ^^^^^
          = hint: there may be no value: use \`if let\`, \`match\`, \`.or(...)\` or \`.get()\`
      test.mote:17:50: error: \`double\` takes no arguments, but 1 is given
       17 |   print("{d.double} {d.triple()} {d.next.value} {d.double(1)}")
          |                                                  ^^^^^^^^^^^
      test.mote:18:11: error: the type of this \`None\` does not follow from here
       18 |   let e = None
          |           ^^^^
          = hint: declare it: \`let x: Int? = None\`, for example
      test.mote:19:16: error: the type of this \`None\` does not follow from here
       19 |   let f: Int = None
          |                ^^^^
          = hint: declare it: \`let x: Int? = None\`, for example
      test.mote:20:17: error: expected an \`Int?\`, but this is a \`Text\`
       20 |   let g: Int? = "x"
          |                 ^^^
      test.mote:21:6: error: only an optional value is \`Some\` or \`None\`, but this is a \`Node\`
       21 |   if let h = d { print("no") }
          |      ^^^^^^^^^
      test.mote:22:31: error: a \`Node\` cannot be written into a text
       22 |   if let n = d.next { print("{n}") }
          |                               ^
      test.mote:24:3: error: fields cannot be assigned to: structs are immutable
       24 |   p.x = 2
          |   ^^^
          = hint: make a new struct, or a class of what changes
      test.mote:25:11: error: \`Some\` takes one value
       25 |   let i = Some(1, 2)
          |           ^^^^^^^^^^
          = hint: write \`Some(value)\`
      test.mote:26:3: error: this match does not cover \`None\`
       26 |   match d.next { Some(n) => print("one") }
          |   ^^^^^
          = hint: add the missing cases, or a last arm \`_ => ...\`
      test.mote:27:13: error: only an optional value is \`Some\` or \`None\`, but this is a \`Node\`
       27 |   match d { Some(n) => print("one"), None => { } }
          |             ^^^^^^^
      test.mote:27:38: error: only an optional value is \`Some\` or \`None\`, but this is a \`Node\`
       27 |   match d { Some(n) => print("one"), None => { } }
          |                                      ^^^^
      test.mote:29:13: error: \`>\` is not defined for a \`Node?\`
       29 |   if d.next > None { }
          |             ^
          = hint: use \`match\`, or compare with \`None\`
      test.mote:31:37: error: expected a \`Node?\`, but this is an \`Int\`
       31 |   let list: List[Node?] = [d, None, 3]
          |                                     ^
      test.mote:33:13: error: the two sides of \`+\` differ: an \`Int?\` and an \`Int\`
       33 |   print("{k + 1} {k}")
          |             ^
          = hint: there may be no value: use \`if let\`, \`match\`, \`.or(...)\` or \`.get()\`
      test.mote:33:19: error: an \`Int?\` cannot be written into a text
       33 |   print("{k + 1} {k}")
          |                   ^
          = hint: there may be no value: use \`if let\`, \`match\`, \`.or(...)\` or \`.get()\`
      test.mote:34:9: error: only an optional value is \`Some\` or \`None\`, but this is an \`Int\`
       34 |   while let z = 3 { }
          |         ^^^^^^^^^
      test.mote:36:14: error: \`this\` is the object of a method, and this is none
       36 | fn other() { this.x = 1 }
          |              ^^^^
          = hint: make it a parameter"
    `);
  });
});

describe("the cases of optional values", () => {
  it("cannot be declared, and that is one mistake", () => {
    expect(
      errorsOf(`union Queens { None, Queen(row: Int, others: Queens) }
fn count(queens: Queens) -> Int { match queens { None => 0, Queen(_, others) => 1 + count(others) } }
fn main() { print("{count(Queen(1, None))}") }`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:16: error: the case \`None\` is built in
       1 | union Queens { None, Queen(row: Int, others: Queens) }
         |                ^^^^
         = hint: it belongs to optional values, \`T?\`"
    `);
  });
});

describe("ports", () => {
  it("report what does not follow, and wrong elements", () => {
    expect(
      errorsOf(`fn main() {
  let p = port(3)
  let q: Port = port(3)
  let r: Port[Int] = port("x")
  r.put("y")
  let s: Int = r.get()
  for x in r { }
  r[0] = 1
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:11: error: what this port carries does not follow from here
       2 |   let p = port(3)
         |           ^^^^^^^
         = hint: declare it: \`let p: Port[Int] = port(16)\`, for example
      test.mote:3:10: error: a port needs the type of its elements
       3 |   let q: Port = port(3)
         |          ^^^^
         = hint: write \`Port[Int]\`, for example
      test.mote:4:27: error: expected an \`Int\`, but this is a \`Text\`
       4 |   let r: Port[Int] = port("x")
         |                           ^^^
         = hint: convert it with \`.toInt()\`
      test.mote:5:9: error: expected an \`Int\`, but this is a \`Text\`
       5 |   r.put("y")
         |         ^^^
         = hint: convert it with \`.toInt()\`
      test.mote:6:16: error: expected an \`Int\`, but this is an \`Int?\`
       6 |   let s: Int = r.get()
         |                ^^^^^^^
         = hint: there may be no value: use \`if let\`, \`match\`, \`.or(...)\` or \`.get()\`
      test.mote:7:12: error: \`for\` goes over arrays and lists, but this is a \`Port[Int]\`
       7 |   for x in r { }
         |            ^
      test.mote:8:3: error: a \`Port[Int]\` cannot be indexed
       8 |   r[0] = 1
         |   ^"
    `);
  });
});
