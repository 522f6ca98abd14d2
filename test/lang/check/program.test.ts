/** The messages of the checker about whole programs, and programs without mistakes. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("the checker reports", () => {
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
