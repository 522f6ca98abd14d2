/** Which fields of classes lie inline: the rule of check/parts.ts, case by case. */

import { describe, expect, it } from "vitest";
import { findParts } from "../../../src/lang/check/parts.ts";
import { checkProgram, SourceFile } from "../../../src/lang/frontend.ts";

/** The inline fields of a program, as "Class.field", in the order of the declarations. */
function inlineIn(text: string): string[] {
  const source = text.includes("fn main()") ? text : `${text}\nfn main() { }`;
  const program = checkProgram(new SourceFile("test.mote", source));
  const parts = findParts(program);
  return [...program.types.values()].flatMap((type) => {
    if (type.kind !== "class") return [];
    return type.fields.filter((field) => parts.has(field)).map(({ name }) => `${type.name}.${name}`);
  });
}

const B = "class B { x: Int = 0, y: Int = 0 }\n";

describe("a field lies inline", () => {
  it("when its initialiser is a construction, with or without values", () => {
    expect(inlineIn(`${B}class A { a: B = B(), b: B = B { y: 2 }, c: Int = 1 }`)).toEqual(["A.a", "A.b"]);
  });

  it("at any depth, and in several classes", () => {
    const text = `class D { c: C = C(), b: B = B() }\nclass C { b: B = B() }\n${B}class E { d: D = D { b: B() } }`;
    expect(inlineIn(text)).toEqual(["D.c", "C.b", "E.d"]);
  });

  it("also where fields of the part, variables of its type and other fields are assigned", () => {
    const text = `${B}class A { a: B = B(), b: B = B() }
      fn main() { let a = A(); a.a.x = 1; a.b = a.a; let b = a.a; b = a.b }`;
    expect(inlineIn(text)).toEqual(["A.a"]);
  });

  it("whatever the initialiser computes besides", () => {
    const text = `class B { x: Int, f: fn(Int) -> Int }
      class A { b: B = B { x: { let n = 1; while n < 5 { n += 1 }; n }, f: fn(n: Int) -> Int { return n } } }`;
    expect(inlineIn(text)).toEqual(["A.b"]);
  });
});

describe("a field stays a pointer", () => {
  it.each([
    ["optional", "class A { b: B? = B() }"],
    ["made by a call", "fn make() -> B { B() }\nclass A { b: B = make() }"],
    ["chosen", "class A { b: B = if 1 < 2 { B() } else { B { x: 1 } } }"],
    ["without an initialiser", "class A { b: B }"],
    ["left by `return`", "global b = B()\nclass A { b: B = B { x: { if 1 < 2 { return b }; 1 } } }"],
    ["given by a construction", "class A { b: B = B() }\nfn main() { let a = A { b: B() } }"],
    ["given in a function that is never called", "class A { b: B = B() }\nfn f(b: B) -> A { A { b: b } }"],
    ["given in a global", "class A { b: B = B() }\nglobal a = A { b: B() }"],
    ["given in an initialiser", "class A { b: B = B() }\nclass C { a: A = A { b: B() } }"],
    ["assigned", "class A { b: B = B() }\nfn main() { let a = A(); a.b = B() }"],
    ["assigned in a method", "class A { b: B = B(), fn f() { this.b = B() } }"],
    ["assigned in a function without a name", "class A { b: B = B() }\nfn main() { let f = fn(a: A) { a.b = B() } }"],
    ["a list", "class A { b: List[Int] = [] }"],
  ])("%s", (_why, text) => {
    expect(inlineIn(B + text).filter((field) => field === "A.b")).toEqual([]);
  });

  it("where the class would lie in itself", () => {
    expect(inlineIn("class A { a: A = A() }")).toEqual([]);
  });

  it("where it would close a circle, of parts or of what initialisers construct", () => {
    expect(inlineIn("class A { b: B = B() }\nclass B { c: C = C() }\nclass C { a: A = A() }")).toEqual(["A.b", "B.c"]);
    expect(inlineIn("class B { x: Int }\nclass A { b: B = B { x: A().b.x } }")).toEqual([]);
    expect(inlineIn("class B { c: C? }\nclass A { b: B = B { c: C() } }\nclass C { a: A = A() }")).toEqual(["A.b"]);
  });

  it("where the object would become too large", () => {
    const cells = Array.from({ length: 45 }, () => "0").join(", ");
    const text = `class Big { cells: [Int; 45] }\nclass A {
      a: Big = Big { cells: [${cells}] }, b: Big = Big { cells: [${cells}] }, c: Big = Big { cells: [${cells}] }
    }`;
    expect(inlineIn(text)).toEqual(["A.a", "A.b"]);
    // Each class twice as large as the one before.
    const chain = Array.from({ length: 40 }, (_, n) => `class C${n + 1} { a: C${n} = C${n}(), b: C${n} = C${n}() }`);
    const inline = inlineIn(["class C0 { }", ...chain].join("\n"));
    expect(inline).toContain("C6.b");
    expect(inline).not.toContain("C7.b");
  });
});
