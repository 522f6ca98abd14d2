/** The messages about statics: of the checker, and of what computes them. */

import { describe, expect, it } from "vitest";
import { buildProgram, MoteError, SourceFile } from "../../../src/lang/frontend.ts";
import { errorsOf } from "../../support/diagnostics.ts";

/** The errors of a program that checks, without places. */
function buildErrorsOf(text: string): string[] {
  try {
    buildProgram(new SourceFile("test.mote", text));
    return [];
  } catch (error) {
    if (!(error instanceof MoteError)) throw error;
    return error.diagnostics.map(({ message }) => message);
  }
}

describe("statics", () => {
  it("hold nothing that changes, and are not changed", () => {
    expect(
      errorsOf(`class C { x: Int = 1 }
struct S { items: [Int] }
struct P { cells: [Int; 2] }
static a = C()
static b: List[Int] = [1]
static c = S { items: [1] }
static d = P { cells: [1, 2] }
static e = f + 1
static f = e + 1
static g: const Int = 1
static h = count
static ok = [[1], [2, 3]]
static ok = 3
global count = 1
fn takes(x: [Int]) {}
fn main() {
  ok[0][0] = 1
  ok[0] = ok[1]
  ok[1][0] += 1
  ok = [[1]]
  takes(ok[0])
  ok[0].push(3)
  "abc".bytes()[0] = 'x'
  takes(ok[0].copy())
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:4:8: error: a static never changes, but a \`C\` does
       4 | static a = C()
         |        ^
         = hint: make it a \`global\`
      test.mote:5:8: error: a static never changes, but a \`List[Int]\` does
       5 | static b: List[Int] = [1]
         |        ^
         = hint: make it a \`global\`
      test.mote:6:8: error: a static never changes, but the elements of the field \`items\` of \`S\` may be assigned
       6 | static c = S { items: [1] }
         |        ^
         = hint: declare the field as \`const [Int]\`
      test.mote:7:8: error: a static never changes, but the elements of the field \`cells\` of \`P\` may be assigned
       7 | static d = P { cells: [1, 2] }
         |        ^
         = hint: declare the field as \`const [Int; 2]\`
      test.mote:9:12: error: the type of \`e\` needs itself
       9 | static f = e + 1
         |            ^
         = hint: declare it
      test.mote:10:11: error: only an array can be const, and \`Int\` is none
       10 | static g: const Int = 1
          |           ^^^^^^^^^
          = hint: \`const [T]\` is an array whose elements are only read
      test.mote:11:12: error: \`count\` has no value yet
       11 | static h = count
          |            ^^^^^
          = hint: globals get their values when the program starts, in the order of their declarations
      test.mote:13:8: error: the static \`ok\` is already defined on line 12
       13 | static ok = 3
          |        ^^
      test.mote:17:3: error: the elements of a \`const [Int]\` cannot be assigned
       17 |   ok[0][0] = 1
          |   ^^^^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:18:3: error: the elements of a \`const [const [Int]]\` cannot be assigned
       18 |   ok[0] = ok[1]
          |   ^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:19:3: error: the elements of a \`const [Int]\` cannot be assigned
       19 |   ok[1][0] += 1
          |   ^^^^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:20:3: error: \`ok\` is static, and never changes
       20 |   ok = [[1]]
          |   ^^
          = hint: make it a \`global\`
      test.mote:21:9: error: expected a \`[Int]\`, but this is a \`const [Int]\`
       21 |   takes(ok[0])
          |         ^^^^^
          = hint: what is only read can be \`const [Int]\`, and \`.copy()\` makes an array of its own
      test.mote:22:9: error: a \`const [Int]\` has no method \`push\`
       22 |   ok[0].push(3)
          |         ^^^^
          = hint: const [Int] has \`copy\`
      test.mote:23:3: error: the elements of a \`const [Byte]\` cannot be assigned
       23 |   "abc".bytes()[0] = 'x'
          |   ^^^^^^^^^^^^^^^^
          = hint: \`.copy()\` makes an array of its own"
    `);
  });

  it("say why they cannot be computed, each once", () => {
    expect(
      buildErrorsOf(`union L { Nil, Cons(v: Int, l: L) }
static failing = fails(1)
static endless = loop()
static printing = shows()
static circle: Int = other
static other: Int = circle
static needy = circle + 1
static outside = [1, 2][3]
static large = array(100_000_000, 0).length
static capturing = [fn() { 1 }, make(3)]
static reading = reads()
static deep = chain(2000)
static good = chain(500)
global q = 1
fn fails(n: Int) -> Int { if n == 1 { fail("never {n}") } else { n } }
fn loop() -> Int { while true { } }
fn shows() -> Int { print("x"); 1 }
fn make(n: Int) -> fn() -> Int { fn() { n } }
fn reads() -> Int { q }
fn chain(n: Int) -> L { let l = Nil; for i in 0..n { l = Cons(i, l) }; l }
fn main() { }`),
    ).toMatchInlineSnapshot(`
      [
        "\`failing\` cannot be static: it stops with "never 1", at test.mote:15",
        "\`endless\` cannot be static: it takes more than 100,000,000 steps",
        "\`printing\` cannot be static: it prints",
        "\`other\` cannot be static: it needs \`circle\`, which needs it in turn",
        "\`outside\` cannot be static: it stops with "index 3 is out of range for length 2", at test.mote:8",
        "\`large\` cannot be static: it takes more than 16,777,216 elements",
        "\`capturing\` cannot be static: it holds a function that captures variables",
        "\`reading\` cannot be static: it reads the global \`q\`, which has no value yet",
        "\`deep\` cannot be static: it holds objects nested more than 1000 deep",
      ]
    `);
  });

  it("leave nothing of what computes them in the program", () => {
    const program = buildProgram(
      new SourceFile("test.mote", "static n = f(3)\nfn f(n: Int) -> Int { n * 2 }\nfn main() { print(n.toText()) }"),
    );
    const names = program.functions.map(({ name }) => name);
    expect(names).toContain("main");
    expect(names).not.toContain("f");
    expect(names).not.toContain("n");
  });
});

describe("const arrays", () => {
  it("take arrays, and are none", () => {
    expect(
      errorsOf(`struct Row { cells: const [Int; 2], all: const [Int] }
class Holder { all: const [Int] = [] }
fn sum(numbers: const [Int]) -> Int { numbers[0] }
fn change(numbers: [Int]) { numbers[0] = 1 }
fn nested(rows: const [[Int]]) { rows[0][0] = 1; rows[0] = [1] }
fn main() {
  let mine = [1, 2]
  sum(mine)
  let row = Row { cells: mine, all: mine }
  row.cells[0] = 1
  row.all[0] = 1
  change(row.all)
  change(row.cells)
  let view: const [Int] = mine
  change(view[..1])
  let maybe: const [Int]? = mine
  maybe = view
  let list: List[const [Int]] = [mine, view]
  list.push(mine)
  Holder().all = mine
  for i in view { view[i] = 1 }
  let both = if true { view } else { mine }
  change(both)
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:50: error: the elements of a \`const [[Int]]\` cannot be assigned
       5 | fn nested(rows: const [[Int]]) { rows[0][0] = 1; rows[0] = [1] }
         |                                                  ^^^^^^^
         = hint: \`.copy()\` makes an array of its own
      test.mote:10:3: error: the elements of a \`const [Int]\` cannot be assigned
       10 |   row.cells[0] = 1
          |   ^^^^^^^^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:11:3: error: the elements of a \`const [Int]\` cannot be assigned
       11 |   row.all[0] = 1
          |   ^^^^^^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:12:10: error: expected a \`[Int]\`, but this is a \`const [Int]\`
       12 |   change(row.all)
          |          ^^^^^^^
          = hint: what is only read can be \`const [Int]\`, and \`.copy()\` makes an array of its own
      test.mote:13:10: error: expected a \`[Int]\`, but this is a \`const [Int]\`
       13 |   change(row.cells)
          |          ^^^^^^^^^
          = hint: what is only read can be \`const [Int]\`, and \`.copy()\` makes an array of its own
      test.mote:15:10: error: expected a \`[Int]\`, but this is a \`const [Int]\`
       15 |   change(view[..1])
          |          ^^^^^^^^^
          = hint: what is only read can be \`const [Int]\`, and \`.copy()\` makes an array of its own
      test.mote:21:19: error: the elements of a \`const [Int]\` cannot be assigned
       21 |   for i in view { view[i] = 1 }
          |                   ^^^^^^^
          = hint: \`.copy()\` makes an array of its own
      test.mote:23:10: error: expected a \`[Int]\`, but this is a \`const [Int]\`
       23 |   change(both)
          |          ^^^^
          = hint: what is only read can be \`const [Int]\`, and \`.copy()\` makes an array of its own"
    `);
  });
});
