/** The grammar: what is one statement, what binds tighter, and how syntax errors read. */

import { describe, expect, it } from "vitest";
import { MoteError, parse, SourceFile } from "../../../src/lang/frontend.ts";
import type { Span } from "../../../src/lang/source.ts";
import type { Expression, Statement } from "../../../src/lang/syntax/ast.ts";

function bodyOf(text: string): readonly Statement[] {
  const source = new SourceFile("test.mote", `fn main() {\n${text}\n}`);
  const { declarations, errors } = parse(source);
  if (errors.length > 0) throw new MoteError(source, errors);
  const [declaration] = declarations;
  if (declaration?.kind !== "function") throw new Error("no function");
  return declaration.body.statements;
}

/** An expression with all its parentheses. */
function shape(node: Expression): string {
  switch (node.kind) {
    case "binary":
      return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`;
    case "unary":
      return `(${node.operator}${shape(node.operand)})`;
    case "integer":
      return node.digits;
    case "name":
      return node.name;
    case "method":
      return `${shape(node.object)}.${node.name.text}(${node.args.map(shape).join(", ")})`;
    case "field":
      return `${shape(node.object)}.${node.name.text}`;
    case "index":
      return `${shape(node.object)}[${shape(node.index)}]`;
    case "slice":
      return `${shape(node.object)}[${node.start ? shape(node.start) : ""}..${node.end ? shape(node.end) : ""}]`;
    case "call":
      return `${node.name.text}(${node.args.map(shape).join(", ")})`;
    case "arrayLiteral":
      return `[${node.elements.map(shape).join(", ")}]`;
    default:
      return node.kind;
  }
}

function shapes(text: string): string[] {
  return bodyOf(text).map((statement) => (statement.kind === "expression" ? shape(statement.value) : statement.kind));
}

describe("operators", () => {
  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a || b && c == d | e ^ f & g << h + i * j", "(a || (b && (c == (d | (e ^ (f & (g << (h + (i * j)))))))))"],
    ["a * b + c << d & e ^ f | g == h && i || j", "(((((((((a * b) + c) << d) & e) ^ f) | g) == h) && i) || j)"],
    ["-a.b + !c", "((-a.b) + (!c))"],
    ["a >>> b >> c", "((a >>> b) >> c)"],
    ["(a + b) * c", "((a + b) * c)"],
    ["-1.abs()", "(-1.abs())"],
    ["0..n", null],
    ["a[0..n][i].length", "a[0..n][i].length"],
    ["a[..n] + b[n..] + c[..]", "((a[..n] + b[n..]) + c[..])"],
  ])("%s", (text, expected) => {
    if (expected === null) expect(() => shapes(text)).toThrow(MoteError);
    else expect(shapes(text)).toEqual([expected]);
  });
});

describe("line ends", () => {
  it.each<[string, string, string[]]>([
    ["end a statement", "a\nb", ["a", "b"]],
    ["do not join a minus to the line before", "a\n-b", ["a", "(-b)"]],
    ["do not join a bracket to the line before", "a\n[b]", ["a", "[b]"]],
    ["do not join a parenthesis to the line before", "a\n(b)", ["a", "b"]],
    ["join after an operator", "a +\n  b", ["(a + b)"]],
    ["join before a dot", "a\n  .b()\n  .c", ["a.b().c"]],
    ["join before a dot, over comments", "a // first\n  // second\n  .b()", ["a.b()"]],
    ["join in parentheses", "f(a\n  - b\n  , c\n)", ["f((a - b), c)"]],
    ["join in brackets", "[a\n, b,\n]", ["[a, b]"]],
    ["count in a block within parentheses", "f(if a { b\n-c } else { d })", ["f(if)"]],
    ["join in a text's braces", '"{a\n+ b}"', ["text"]],
    ["are not misled by brackets in texts, bytes and comments", "f(\"(\", '[') // (\nb", ["f(text, byte)", "b"]],
    ["do not join semicolons", "a; b;; c;", ["a", "b", "c"]],
    ["may stand before else", "if a { b }\nelse { c }\nd", ["if", "d"]],
  ])("%s", (_name, text, expected) => expect(shapes(text)).toEqual(expected));
});

it("tells a struct from a block by its first field", () => {
  expect(bodyOf("if a == Red { x = 1 }")[0]).toMatchObject({ value: { kind: "if", condition: { kind: "binary" } } });
  expect(shapes("City { name: a,\n size: b\n place: c }")).toEqual(["structLiteral"]);
});

it("gives every node its place", () => {
  const [statement] = bodyOf("  let total = (a + b).c[1] // sum");
  expect(statement).toMatchObject({ span: { start: 14, end: 38 }, value: { span: { start: 26, end: 38 } } });
});

function syntaxError(text: string): string {
  const source = new SourceFile("test.mote", text);
  const { errors } = parse(source);
  return errors.length === 0 ? "no error" : new MoteError(source, errors).format();
}

describe("syntax errors", () => {
  it("a missing expression", () => {
    expect(syntaxError(`fn main() { let x = }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: expected an expression, but found \`}\`
       1 | fn main() { let x = }
         |                     ^"
    `);
  });
  it("a missing operator", () => {
    expect(syntaxError(`fn main() { let x = 1 2 }`)).toMatchInlineSnapshot(`
      "test.mote:1:23: error: expected a line end, an operator or \`}\`, but found \`2\`
       1 | fn main() { let x = 1 2 }
         |                       ^"
    `);
  });
  it("an unclosed parenthesis", () => {
    expect(syntaxError(`fn main() { print((1 + 2) }`)).toMatchInlineSnapshot(`
      "test.mote:1:27: error: expected an operator, \`)\` or \`,\`, but found \`}\`
       1 | fn main() { print((1 + 2) }
         |                           ^"
    `);
  });
  it("an unclosed block", () => {
    expect(
      syntaxError(`fn main() {
  let x = 1
`),
    ).toMatchInlineSnapshot(`
      "test.mote:3:1: error: expected a statement, an operator or \`}\`, but found the end of the file
       3 | 
         | ^
         = hint: a \`}\` is missing in what begins on line 1"
    `);
  });
  it("an unclosed text", () => {
    expect(
      syntaxError(`fn main() { print("abc)
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:1:24: error: this text has no closing " on its line
   1 | fn main() { print("abc)
     |                        ^"
`);
  });
  it("an unclosed byte", () => {
    expect(
      syntaxError(`fn main() { let b = 'a
}`),
    ).toMatchInlineSnapshot(`
  "test.mote:1:23: error: this byte has no closing ' on its line
   1 | fn main() { let b = 'a
     |                       ^"
`);
  });
  it("a byte of several characters", () => {
    expect(syntaxError(`fn main() { let b = 'ab' }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: a byte literal holds exactly one character; a text stands in "double quotes"
       1 | fn main() { let b = 'ab' }
         |                     ^^^^"
    `);
  });
  it("a byte that is not ASCII", () => {
    expect(syntaxError(`fn main() { let b = 'é' }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: a byte literal holds exactly one ASCII character; write other bytes as numbers
       1 | fn main() { let b = 'é' }
         |                     ^^^"
    `);
  });
  it("an unknown escape", () => {
    expect(syntaxError(`fn main() { print("\\q") }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: \\q is not an escape; there are \\n \\t \\r \\0 \\" \\' \\\\ \\{ \\} and \\u{1F600}
       1 | fn main() { print("\\q") }
         |                     ^"
    `);
  });
  it("a character that does not exist", () => {
    expect(syntaxError(`fn main() { print("\\u{d800}") }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: there is no Unicode character d800
       1 | fn main() { print("\\u{d800}") }
         |                     ^^^^^^^"
    `);
  });
  it("an empty interpolation", () => {
    expect(syntaxError(`fn main() { print("{}") }`)).toMatchInlineSnapshot(`
      "test.mote:1:21: error: expected an expression, but found \`}\`
       1 | fn main() { print("{}") }
         |                     ^
         = hint: in a text, write \`\\{\` for a brace"
    `);
  });
  it("a number with letters", () => {
    expect(syntaxError(`fn main() { let x = 12abc }`)).toMatchInlineSnapshot(`
      "test.mote:1:23: error: a number cannot be followed directly by letters or digits like these
       1 | fn main() { let x = 12abc }
         |                       ^"
    `);
  });
  it("a keyword as a name", () => {
    expect(syntaxError(`fn main() { let match = 1 }`)).toMatchInlineSnapshot(`
      "test.mote:1:17: error: expected a name, but found \`match\`
       1 | fn main() { let match = 1 }
         |                 ^^^^^
         = hint: \`match\` is a keyword and cannot be a name"
    `);
  });
  it("a capital letter where a name belongs", () => {
    expect(syntaxError(`fn main() { let Total = 1 }`)).toMatchInlineSnapshot(`
      "test.mote:1:17: error: expected a name, but found \`Total\`
       1 | fn main() { let Total = 1 }
         |                 ^^^^^
         = hint: names of variables, functions and fields begin with a small letter"
    `);
  });
  it("a small letter where a type belongs", () => {
    expect(syntaxError(`fn f(a: int) {}`)).toMatchInlineSnapshot(`
      "test.mote:1:9: error: expected a type, but found \`int\`
       1 | fn f(a: int) {}
         |         ^^^
         = hint: names of types and cases begin with a capital letter"
    `);
  });
  it("a small letter in a union", () => {
    expect(syntaxError(`union Color { red }`)).toMatchInlineSnapshot(`
      "test.mote:1:15: error: expected a capitalised name, but found \`red\`
       1 | union Color { red }
         |               ^^^
         = hint: names of types and cases begin with a capital letter"
    `);
  });
  it("a reserved name", () => {
    expect(syntaxError(`fn __hidden() {}`)).toMatchInlineSnapshot(`
      "test.mote:1:4: error: expected a name, but found \`__hidden\`
       1 | fn __hidden() {}
         |    ^^^^^^^^
         = hint: a name begins with a letter; \`_\` alone is a pattern"
    `);
  });
  it("something that is no declaration", () => {
    expect(syntaxError(`let x = 1`)).toMatchInlineSnapshot(`
      "test.mote:1:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`let\`
       1 | let x = 1
         | ^^^
         = hint: a variable outside of functions is declared with \`global\`, and what never changes with \`static\`"
    `);
  });
  it("an assignment as a condition", () => {
    expect(syntaxError(`fn main() { if x = 1 {} }`)).toMatchInlineSnapshot(`
      "test.mote:1:18: error: expected an operator or \`{\`, but found \`=\`
       1 | fn main() { if x = 1 {} }
         |                  ^
         = hint: to compare two values, write \`==\`"
    `);
  });
  it("a parameter without a type", () => {
    expect(syntaxError(`fn f(a) {}`)).toMatchInlineSnapshot(`
      "test.mote:1:7: error: expected \`:\`, but found \`)\`
       1 | fn f(a) {}
         |       ^
         = hint: a parameter and a field have a type: \`name: Type\`"
    `);
  });
  it("a struct without fields", () => {
    expect(syntaxError(`struct Empty {}`)).toMatchInlineSnapshot(`
      "test.mote:1:15: error: expected a name, but found \`}\`
       1 | struct Empty {}
         |               ^"
    `);
  });
  it("an arm without an arrow", () => {
    expect(syntaxError(`fn main() { match x { 1 -> 2 } }`)).toMatchInlineSnapshot(`
      "test.mote:1:25: error: expected \`=>\` or \`|\`, but found \`-\`
       1 | fn main() { match x { 1 -> 2 } }
         |                         ^
         = hint: an arm is written \`pattern => value\`"
    `);
  });
  it("a missing pattern", () => {
    expect(syntaxError(`fn main() { match x { => 2 } }`)).toMatchInlineSnapshot(`
      "test.mote:1:23: error: expected a pattern, \`,\` or \`}\`, but found \`=\`
       1 | fn main() { match x { => 2 } }
         |                       ^"
    `);
  });
  it("an else without if", () => {
    expect(syntaxError(`fn main() { else { } }`)).toMatchInlineSnapshot(`
      "test.mote:1:13: error: expected a statement or \`}\`, but found \`else\`
       1 | fn main() { else { } }
         |             ^^^^"
    `);
  });
  it("an operator at the start of a line", () => {
    expect(
      syntaxError(`fn main() { let x = 1
  + 2
}`),
    ).toMatchInlineSnapshot(`
      "test.mote:2:3: error: expected a statement, an operator or \`}\`, but found \`+\`
       2 |   + 2
         |   ^
         = hint: an operator that continues a line stands at its end"
    `);
  });
  it("two statements on a line", () => {
    expect(syntaxError(`fn main() { f() g() }`)).toMatchInlineSnapshot(`
      "test.mote:1:17: error: expected a line end, an operator or \`}\`, but found \`g\`
       1 | fn main() { f() g() }
         |                 ^
         = hint: two statements on one line are separated by \`;\`"
    `);
  });
  it("an empty index", () => {
    expect(syntaxError(`fn main() { a[] }`)).toMatchInlineSnapshot(`
      "test.mote:1:15: error: expected an expression or \`..\`, but found \`]\`
       1 | fn main() { a[] }
         |               ^"
    `);
  });
  it("a name that begins with an underscore", () => {
    expect(syntaxError(`fn main() { let _x = 1 }`)).toMatchInlineSnapshot(`
      "test.mote:1:17: error: expected a name, but found \`_x\`
       1 | fn main() { let _x = 1 }
         |                 ^^
         = hint: a name begins with a letter; \`_\` alone is a pattern"
    `);
  });
  it("an empty program", () => expect(syntaxError("")).toBe("no error"));
});

describe("a syntax error", () => {
  it("costs its own declaration only", () => {
    expect(
      syntaxError(`struct City { name: Text, lat Float }
fn area(r: Float) -> Float { r * }
fn sound() -> Int { 1 }
fn args(a: Int { a + 1 }
fn text() { print("abc }
fn nested() { f(1, [2, 3 }

fn main() { print("{sound()}") }}`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:31: error: expected \`:\`, but found \`Float\`
       1 | struct City { name: Text, lat Float }
         |                               ^^^^^
         = hint: a parameter and a field have a type: \`name: Type\`
      test.mote:2:34: error: expected an expression, but found \`}\`
       2 | fn area(r: Float) -> Float { r * }
         |                                  ^
      test.mote:4:16: error: expected an operator, \`)\` or \`,\`, but found \`{\`
       4 | fn args(a: Int { a + 1 }
         |                ^
      test.mote:5:25: error: this text has no closing " on its line
       5 | fn text() { print("abc }
         |                         ^
      test.mote:6:26: error: expected an operator, \`,\` or \`]\`, but found \`}\`
       6 | fn nested() { f(1, [2, 3 }
         |                          ^
      test.mote:8:33: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`}\`
       8 | fn main() { print("{sound()}") }}
         |                                 ^
         = hint: is there a \`}\` too many above?"
    `);
  });
  it("leaves the rest where it stands", () => {
    const source = new SourceFile("test.mote", "fn a() { let }\nunion U { A, B }\nfn main() { f(x).y[1..] }");
    const { declarations, lost } = parse(source);
    expect([...lost]).toContain("a");
    expect(declarations.map(({ kind }) => kind)).toEqual(["union", "function"]);
    const main = declarations[1];
    if (main?.kind !== "function") throw new Error("no function");
    const [statement] = main.body.statements;
    if (statement?.kind !== "expression" || statement.value.kind !== "slice") throw new Error("no slice");
    const textOf = ({ span }: { span: Span }) => source.text.slice(span.start, span.end);
    expect([main.name, statement.value, statement.value.object].map(textOf)).toEqual(["main", "f(x).y[1..]", "f(x).y"]);
  });
  it("of a missing brace ends at the next declaration", () => {
    expect(
      syntaxError(`fn f(n: Int) {
  if n > 1 {
    print("a")

fn main() {
  f(1)
`),
    ).toMatchInlineSnapshot(`
      "test.mote:5:1: error: expected a statement, an operator or \`}\`, but found \`fn\`
       5 | fn main() {
         | ^^
         = hint: a \`}\` is missing in what begins on line 1
      test.mote:7:1: error: expected a statement, an operator or \`}\`, but found the end of the file
       7 | 
         | ^
         = hint: a \`}\` is missing in what begins on line 5"
    `);
  });
  it("of a word from another language is found at each of them", () => {
    expect(
      syntaxError(`enum Color { Red }
func f(n: Int) {}
var x = 1
fn g(n: Int): Int { n }
fn h(n: Int) -> Int { if n > 1 and n < 3 { 1 } elif n == 4 { 2 } }
fn i(n: Int) { const x = 1 }
fn j(n: Int) { n++ }
fn k(n: Int) -> Int { n > 1 ? 2 : 3 }
fn l() { let x := 1 }
fn m() { print('abc') }
fn o() => 1
fn p(x Int) {}
fn q(n: Int) { match n { 1 => 2; 2 => 3 } }`)
        .split("\n")
        .filter((line) => / error: | hint: /.test(line))
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "test.mote:1:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`enum\`
         = hint: a type with cases begins with \`union\`
      test.mote:2:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`func\`
         = hint: a function begins with \`fn\`
      test.mote:3:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`var\`
         = hint: a variable outside of functions is declared with \`global\`, and what never changes with \`static\`
      test.mote:4:13: error: expected \`->\` or \`{\`, but found \`:\`
         = hint: the type of the result stands behind \`->\`
      test.mote:5:32: error: expected an operator or \`{\`, but found \`and\`
         = hint: write \`&&\`
      test.mote:6:16: error: expected a statement or \`}\`, but found \`const\`
         = hint: a variable is declared with \`let\`
      test.mote:7:18: error: expected an expression, but found \`+\`
         = hint: write \`x += 1\`
      test.mote:8:29: error: expected a line end, an operator or \`}\`, but found \`?\`
         = hint: a choice is written \`if c { a } else { b }\`
      test.mote:9:17: error: expected a type, but found \`=\`
         = hint: write \`let name = value\` or \`let name: Type = value\`
      test.mote:10:16: error: a byte literal holds exactly one character; a text stands in "double quotes"
      test.mote:11:8: error: expected \`->\` or \`{\`, but found \`=\`
          = hint: a function's body stands in \`{ }\`
      test.mote:12:8: error: expected \`:\`, but found \`Int\`
          = hint: a parameter and a field have a type: \`name: Type\`
      test.mote:13:32: error: expected a line end, an operator, \`,\` or \`}\`, but found \`;\`
          = hint: these are separated by \`,\`"
    `);
  });
});
