/** The messages of the checker about what a program declares. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
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
});
