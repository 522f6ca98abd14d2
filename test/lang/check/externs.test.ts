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
         = hint: it takes numbers, Byte, Bool, Text, pointers and handles
      test.mote:2:33: error: an extern function cannot take a \`List[Int]\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                 ^^^^^^^^^
         = hint: it takes numbers, Byte, Bool, Text, pointers and handles
      test.mote:2:47: error: an extern function cannot take a \`Text?\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                               ^^^^^
         = hint: it takes numbers, Byte, Bool, Text, pointers and handles
      test.mote:2:57: error: an extern function cannot take a \`fn()\`
       2 | extern "m" fn many(a: [Int], b: List[Int], c: Text?, d: fn()) -> Text allocates nothing
         |                                                         ^^^^
         = hint: it takes numbers, Byte, Bool, Text, pointers and handles
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
      "test.mote:1:8: error: expected a module's name in "double quotes" or \`port\`, but found \`fn\`
       1 | extern fn a() allocates nothing
         |        ^^
      test.mote:2:28: error: expected \`nothing\` or \`within\`, but found the line end
       2 | extern "m" fn b() allocates
         |                            ^
      test.mote:3:29: error: expected \`nothing\` or \`within\`, but found \`nothings\`
       3 | extern "m" fn c() allocates nothings
         |                             ^^^^^^^^
      test.mote:4:19: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), \`->\`, \`allocates\` or \`returns\`, but found \`{\`
       4 | extern "m" fn d() { 3 }
         |                   ^
         = hint: an extern function has no body, but says what it does to memory: \`allocates nothing\`, for example
      test.mote:5:12: error: expected \`fn\` or \`handle\`, but found \`class\`
       5 | extern "m" class E {}
         |            ^^^^^
      test.mote:6:8: error: expected a module's name in "double quotes" or \`port\`, but found \`"\`
       6 | extern "" fn f() allocates nothing
         |        ^
      test.mote:7:39: error: expected \`by\`, but found the line end
       7 | extern "m" fn g() returns memory freed
         |                                       ^
      test.mote:8:48: error: expected a statement or \`}\`, but found \`extern\`
       8 | fn main() { a() + b() + c() + d() + f() + g(); extern "m" fn h() }
         |                                                ^^^^^^
         = hint: what is \`extern\` is declared outside of functions"
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

describe("extern handles", () => {
  it("belong to their module, and are freed by what nobody else calls", () => {
    expect(
      errorsOf(`extern "db" handle Database freed by close
extern "db" handle Text freed by close
extern "host" handle Window freed by destroy
extern "db" fn close(db: Database) allocates nothing
extern "db" fn open() -> Database returns memory
extern "db" fn reopen(db: Database) -> Database?
extern "log" fn note(db: Database?) allocates nothing
extern "db" fn all() -> [Database]
fn main() {
  let db = open()
  db.close()
  db.free
  print("{db} {db < db} {db == None}")
  let other = Database { value: 3 }
  let another = Database(3)
  let p: Pointer[Database] = unsafe { allocate(3) }
  match db { Database => 1 }
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:20: error: the type \`Text\` is built in
       2 | extern "db" handle Text freed by close
         |                    ^^^^
      test.mote:3:8: error: the module \`host\` is a part of the program's own surroundings
       3 | extern "host" handle Window freed by destroy
         |        ^^^^^^
         = hint: name it otherwise
      test.mote:4:16: error: \`close\` frees the handles \`Database\`, and is called by nothing else
       4 | extern "db" fn close(db: Database) allocates nothing
         |                ^^^^^
         = hint: leave this out, and write \`.free()\`
      test.mote:5:35: error: that the result is a \`Database\` says what this does to memory
       5 | extern "db" fn open() -> Database returns memory
         |                                   ^^^^^^^^^^^^^^
         = hint: leave it out: what such a function allocates belongs to the handle
      test.mote:7:26: error: \`Database\` is a handle of the module \`db\`, and means nothing to another
       7 | extern "log" fn note(db: Database?) allocates nothing
         |                          ^^^^^^^^^
      test.mote:8:16: error: what \`all\` does to memory is missing
       8 | extern "db" fn all() -> [Database]
         |                ^^^
         = hint: write \`allocates nothing\`; \`allocates within\`, if nothing of it is left after the call; \`returns memory\`, from this program's allocator; or \`returns memory freed by NAME\`
      test.mote:8:25: error: an extern function cannot return a \`[Database]\`
       8 | extern "db" fn all() -> [Database]
         |                         ^^^^^^^^^^
         = hint: it returns a number, Byte, Bool, pointer or handle
      test.mote:11:6: error: a \`Database\` has no method \`close\`
       11 |   db.close()
          |      ^^^^^
          = hint: there is a function: write \`close(...)\`
      test.mote:12:6: error: a \`Database\` has no field \`free\`
       12 |   db.free
          |      ^^^^
          = hint: it is a method: write \`.free()\`
      test.mote:13:11: error: a \`Database\` cannot be written into a text
       13 |   print("{db} {db < db} {db == None}")
          |           ^^
      test.mote:13:19: error: \`<\` is not defined for a \`Database\`
       13 |   print("{db} {db < db} {db == None}")
          |                   ^
      test.mote:13:32: error: the type of this \`None\` does not follow from here
       13 |   print("{db} {db < db} {db == None}")
          |                                ^^^^
          = hint: declare it: \`let x: Int? = None\`, for example
      test.mote:14:15: error: there is no struct or class \`Database\`
       14 |   let other = Database { value: 3 }
          |               ^^^^^^^^
          = hint: a \`Database\` is returned by an extern function of the module \`db\`
      test.mote:15:17: error: there is no case \`Database\`
       15 |   let another = Database(3)
          |                 ^^^^^^^^
          = hint: a \`Database\` is returned by an extern function of the module \`db\`
      test.mote:16:18: error: a pointer cannot lead to a \`Database\`, which a memory manager may move and has to find
       16 |   let p: Pointer[Database] = unsafe { allocate(3) }
          |                  ^^^^^^^^
          = hint: it can to an Int, Long, Float, Byte, Bool, or another pointer
      test.mote:17:14: error: this matches a \`Database\`, which has no cases
       17 |   match db { Database => 1 }
          |              ^^^^^^^^
      test.mote:17:26: error: the value of this expression is not used
       17 |   match db { Database => 1 }
          |                          ^"
    `);
  });
});
