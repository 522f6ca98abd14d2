/** The messages of the parser and the checker about functions of other modules. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("extern functions", () => {
  it("say what they do to memory, and exchange numbers, pointers and texts", () => {
    expect(
      errorsOf(`extern "m" fn missing(a: Int) -> Int
extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
extern "m" fn number() -> Int returns memory
extern "host" fn reserved() allocates within
extern "m" fn main() allocates nothing
extern "m" fn missing() allocates nothing
extern "m" fn print(a: Int) allocates nothing
extern "m" fn unknown(a: Nope) -> Pointer[Int] returns memory freed by unknown
fn f(a: Int) -> Int { missing(a) + missing() }`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:15: error: what \`missing\` does to memory is missing
       1 | extern "m" fn missing(a: Int) -> Int
         |               ^^^^^^^
         = hint: write \`allocates nothing\`; \`allocates within\`, if nothing of it is left after the call; \`returns memory\`, from this program's allocator; or \`returns memory freed by NAME\`
      test.mote:2:23: error: an extern function cannot take a \`[Int]\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                       ^^^^^
         = hint: it takes numbers, Byte, Bool, Text and pointers
      test.mote:2:33: error: an extern function cannot take a \`List[Int]\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                 ^^^^^^^^^
         = hint: it takes numbers, Byte, Bool, Text and pointers
      test.mote:2:47: error: an extern function cannot take a \`Text?\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                               ^^^^^
         = hint: it takes numbers, Byte, Bool, Text and pointers
      test.mote:2:57: error: an extern function cannot take a \`fn()\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                                         ^^^^
         = hint: it takes numbers, Byte, Bool, Text and pointers
      test.mote:2:66: error: an extern function cannot return a \`Text\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                                                  ^^^^
         = hint: it can return a \`Pointer[Byte]\`
      test.mote:3:31: error: memory is returned as a pointer
       3 | extern "m" fn number() -> Int returns memory
         |                               ^^^^^^^^^^^^^^
         = hint: declare the result: \`-> Pointer[Byte]\`, for example
      test.mote:4:8: error: the module \`host\` is a part of the program's own surroundings
       4 | extern "host" fn reserved() allocates within
         |        ^^^^^^
         = hint: name it otherwise
      test.mote:5:15: error: \`main\` is the program's own, and cannot be extern
       5 | extern "m" fn main() allocates nothing
         |               ^^^^
      test.mote:6:15: error: the function \`missing\` is already defined on line 1
       6 | extern "m" fn missing() allocates nothing
         |               ^^^^^^^
      test.mote:7:15: error: the function \`print\` is built in
       7 | extern "m" fn print(a: Int) allocates nothing
         |               ^^^^^
      test.mote:8:26: error: there is no type \`Nope\`
       8 | extern "m" fn unknown(a: Nope) -> Pointer[Int] returns memory freed by unknown
         |                          ^^^^
      test.mote:9:36: error: \`missing\` takes 1 argument, but 0 are given
       9 | fn f(a: Int) -> Int { missing(a) + missing() }
         |                                    ^^^^^^^^^"
    `);
  });

  it("have their memory freed by a function of the same module that fits", () => {
    expect(
      errorsOf(`extern "m" fn a() -> Pointer[Int] returns memory freed by freeInts
extern "m" fn b() -> Pointer[Int] returns memory freed by freeBytes
extern "m" fn c() -> Pointer[Int] returns memory freed by freeInt
extern "m" fn d() -> Pointer[Int] returns memory freed by other
extern "m" fn e() -> Pointer[Int] returns memory freed by own
extern "m" fn freeInts(p: Pointer[Int]) allocates nothing
extern "m" fn freeBytes(p: Pointer[Byte]) allocates nothing
extern "n" fn other(p: Pointer[Int]) allocates nothing
fn own(p: Pointer[Int]) {}
fn main() {}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:59: error: \`freeBytes\` cannot free what this returns
       2 | extern "m" fn b() -> Pointer[Int] returns memory freed by freeBytes
         |                                                           ^^^^^^^^^
         = hint: declare it: \`extern "m" fn freeBytes(memory: Pointer[Int]) allocates nothing\`
      test.mote:3:59: error: there is no function \`freeInt\`
       3 | extern "m" fn c() -> Pointer[Int] returns memory freed by freeInt
         |                                                           ^^^^^^^
         = hint: did you mean \`freeInts\`?
      test.mote:4:59: error: \`other\` cannot free what this returns
       4 | extern "m" fn d() -> Pointer[Int] returns memory freed by other
         |                                                           ^^^^^
         = hint: declare it: \`extern "m" fn other(memory: Pointer[Int]) allocates nothing\`
      test.mote:5:59: error: \`own\` cannot free what this returns
       5 | extern "m" fn e() -> Pointer[Int] returns memory freed by own
         |                                                           ^^^
         = hint: declare it: \`extern "m" fn own(memory: Pointer[Int]) allocates nothing\`"
    `);
  });

  it("with pointers are for unsafe blocks", () => {
    expect(
      errorsOf(`extern "m" fn take(p: Pointer[Int]) allocates nothing
extern "m" fn give() -> Pointer[Int] returns memory
extern "m" fn safe(text: Text) -> Int allocates within
fn main() {
  let p = give()
  take(p)
  let f = take
  unsafe { f(give()) }
  print("{safe("x") + safe(1)}")
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:11: error: the extern function \`give\` has pointers among its types: it may be used only in an \`unsafe\` block
       5 |   let p = give()
         |           ^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:6:3: error: the extern function \`take\` has pointers among its types: it may be used only in an \`unsafe\` block
       6 |   take(p)
         |   ^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:7:11: error: the extern function \`take\` has pointers among its types: it may be used only in an \`unsafe\` block
       7 |   let f = take
         |           ^^^^
         = hint: write \`unsafe { ... }\` around it
      test.mote:9:28: error: expected a \`Text\`, but this is an \`Int\`
       9 |   print("{safe("x") + safe(1)}")
         |                            ^
         = hint: convert it with \`.toText()\`"
    `);
  });

  it("are read from their first word on, one error for each", () => {
    expect(
      errorsOf(`extern fn a() allocates nothing
extern "m" fn b() allocates
extern "m" fn c() allocates nothings
extern "m" fn d() { 3 }
extern "m" class E {}
extern "" fn f() allocates nothing
extern "m" fn g() returns memory freed
fn main() { a() + b() + c() + d() + f() + g(); extern "m" fn h() }`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:8: error: expected a module's name in "double quotes", but found \`fn\`
       1 | extern fn a() allocates nothing
         |        ^^
      test.mote:2:28: error: expected \`nothing\` or \`within\`, but found the line end
       2 | extern "m" fn b() allocates
         |                            ^
      test.mote:3:29: error: expected \`nothing\` or \`within\`, but found \`nothings\`
       3 | extern "m" fn c() allocates nothings
         |                             ^^^^^^^^
      test.mote:4:19: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\` or \`extern\`), \`->\`, \`allocates\` or \`returns\`, but found \`{\`
       4 | extern "m" fn d() { 3 }
         |                   ^
         = hint: an extern function has no body, but says what it does to memory: \`allocates nothing\`, for example
      test.mote:5:12: error: expected \`fn\`, but found \`class\`
       5 | extern "m" class E {}
         |            ^^^^^
      test.mote:6:8: error: expected a module's name in "double quotes", but found \`"\`
       6 | extern "" fn f() allocates nothing
         |        ^
      test.mote:7:39: error: expected \`by\`, but found the line end
       7 | extern "m" fn g() returns memory freed
         |                                       ^
      test.mote:8:48: error: expected a statement or \`}\`, but found \`extern\`
       8 | fn main() { a() + b() + c() + d() + f() + g(); extern "m" fn h() }
         |                                                ^^^^^^"
    `);
  });

  it("leave the words of their effects to be names", () => {
    expect(
      errorsOf(`extern "m" fn memory(nothing: Int, within: Int) -> Int allocates nothing
fn main() {
  let allocates = 1
  let returns = memory(allocates, 2)
  let by = returns
  let freed = by
  print("{freed}")
}`),
    ).toBe("no errors");
  });
});
