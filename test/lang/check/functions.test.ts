/** The messages of the checker about functions that are values. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("functions as values", () => {
  it("report captures that change, wrong functions, types that do not follow", () => {
    expect(
      errorsOf(`fn add(a: Int, b: Int) -> Int { a + b }
fn apply(f: fn(Int) -> Int) -> Int { f(1) }
fn nothing(f: fn(Int)) { f(1) }
struct Box { run: fn(Int) -> Int, size: Int }
fn main() {
  let count = 0
  let bump = fn() { count += 1 }
  let late = fn() { count }
  count = 5
  print("{apply(add)}")
  print("{apply(fn(x) { x > 1 })}")
  print("{apply(fn(x, y) { x })}")
  let f = fn(x) { x }
  let g = fn(x: Int) { if x > 0 { return 1 }; 2 }
  let n: Int = add
  let h: fn(Int) -> Text = fn(x) { x }
  let box = Box { run: fn(x) { x }, size: 3 }
  box.size(3)
  print("{box.run(1, 2)} {(box.run)("x")} {count(3)} {5(3)}")
  let p = print
  let twice: fn(Int, Int) = fn(x: Int, x: Int) { }
  bump()
  if bump == late { }
  while true { let b = fn() { break } }
  nothing(fn(x) { x + 1 })
  f
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:7:21: error: \`count\` belongs to the function around this one, and cannot be assigned to here
       7 |   let bump = fn() { count += 1 }
         |                     ^^^^^
         = hint: keep what changes in an object, a list or a global
      test.mote:8:21: error: \`count\` is assigned to, so a function cannot capture it
       8 |   let late = fn() { count }
         |                     ^^^^^
         = hint: copy it first, \`let copy = count\`, or keep what changes in an object
      test.mote:10:17: error: expected a \`fn(Int) -> Int\`, but this is a \`fn(Int, Int) -> Int\`
       10 |   print("{apply(add)}")
          |                 ^^^
      test.mote:11:25: error: expected an \`Int\`, but this is a \`Bool\`
       11 |   print("{apply(fn(x) { x > 1 })}")
          |                         ^^^^^
      test.mote:12:17: error: expected a \`fn(Int) -> Int\`, but this function has 2 parameters
       12 |   print("{apply(fn(x, y) { x })}")
          |                 ^^^^^^^^^^^^^^
      test.mote:13:14: error: the type of \`x\` does not follow from here
       13 |   let f = fn(x) { x }
          |              ^
          = hint: write \`x: Int\`, for example
      test.mote:14:35: error: the result of this function has to be declared, since it has a \`return\`
       14 |   let g = fn(x: Int) { if x > 0 { return 1 }; 2 }
          |                                   ^^^^^^^^
      test.mote:15:16: error: expected an \`Int\`, but this is a \`fn(Int, Int) -> Int\`
       15 |   let n: Int = add
          |                ^^^
          = hint: call it: \`add(...)\`
      test.mote:16:36: error: expected a \`Text\`, but this is an \`Int\`
       16 |   let h: fn(Int) -> Text = fn(x) { x }
          |                                    ^
          = hint: convert it with \`.toText()\`
      test.mote:18:7: error: a \`Box\` has no method \`size\`
       18 |   box.size(3)
          |       ^^^^
          = hint: it is a field: write \`.size\`
      test.mote:19:11: error: \`run\` takes 1 argument, but 2 are given
       19 |   print("{box.run(1, 2)} {(box.run)("x")} {count(3)} {5(3)}")
          |           ^^^^^^^^^^^^^
      test.mote:19:37: error: expected an \`Int\`, but this is a \`Text\`
       19 |   print("{box.run(1, 2)} {(box.run)("x")} {count(3)} {5(3)}")
          |                                     ^^^
          = hint: convert it with \`.toInt()\`
      test.mote:19:44: error: \`count\` is an \`Int\`, not a function
       19 |   print("{box.run(1, 2)} {(box.run)("x")} {count(3)} {5(3)}")
          |                                            ^^^^^
      test.mote:19:55: error: this is an \`Int\`, not a function
       19 |   print("{box.run(1, 2)} {(box.run)("x")} {count(3)} {5(3)}")
          |                                                       ^
      test.mote:20:11: error: there is no variable \`print\`
       20 |   let p = print
          |           ^^^^^
          = hint: \`print\` is built in, and no value: write \`fn(...) { print(...) }\`
      test.mote:21:40: error: the parameter \`x\` is already defined
       21 |   let twice: fn(Int, Int) = fn(x: Int, x: Int) { }
          |                                        ^
      test.mote:23:11: error: the two sides of \`==\` differ: a \`fn()\` and a \`fn() -> Int\`
       23 |   if bump == late { }
          |           ^^
      test.mote:24:31: error: \`break\` outside of a loop
       24 |   while true { let b = fn() { break } }
          |                               ^^^^^
      test.mote:25:19: error: the value of this expression is not used
       25 |   nothing(fn(x) { x + 1 })
          |                   ^^^^^"
    `);
  });
  it("are sound where nothing is wrong", () => {
    expect(
      errorsOf(`fn later(n: Int, k: fn(Int)) { k(n) }
fn main() {
  let n = 1
  let show = fn(x: Int) { print("{x + n}") }
  later(2, show)
  later(3, fn(x) { later(x, fn(y) { show(x + y) }) })
}`),
    ).toBe("no errors");
  });
  it("are called from fields: one that is unpacked in its owner is an array of them", () => {
    expect(
      errorsOf(`struct Box { run: fn(Int) -> Int, all: [fn(Int) -> Int; 2] }
fn main() {
  let inc = fn(x: Int) -> Int { x + 1 }
  let box = Box { run: inc, all: [inc, inc] }
  print("{box.run(1)} {(box.all[1])(2)}")
  let wrong = box.all(1)
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:6:19: error: a \`Box\` has no method \`all\`
       6 |   let wrong = box.all(1)
         |                   ^^^
         = hint: it is a field: write \`.all\`"
    `);
  });
  it("are checked once each, also in a long chain of method calls", () => {
    const chain = ".next()".repeat(64);
    expect(
      errorsOf(`struct Link { next: fn() -> Link }
fn link() -> Link { Link { next: link } }
fn main() { let last = link()${chain} }`),
    ).toBe("no errors");
  });
});
