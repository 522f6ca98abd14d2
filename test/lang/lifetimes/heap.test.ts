/** What is collected under `regions` and `sparse`: the sites of small programs, as `function: what`. */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { SourceFile } from "../../../src/lang/index.ts";
import { computeBounds } from "../../../src/lang/lifetimes/placement/bounds.ts";
import { placeProgram } from "../../../src/lang/lifetimes/placement/placement.ts";

const ITEM = "class Item { id: Int, next: Item? = None }\nclass Box { item: Item? = None }\n";

function collected(text: string): string[] {
  const placement = placeProgram(buildProgram(new SourceFile("test.mote", ITEM + text)));
  const found = [...computeBounds(placement, true)].flatMap(([fn, { sites }]) =>
    [...sites].flatMap(([{ what }, bound]) => (bound.of === "heap" && !fn.internal ? [`${fn.name}: ${what}`] : [])),
  );
  return [...new Set(found)].sort();
}

describe("what is stored into something older is collected, with that", () => {
  it.each([
    [
      "in a loop",
      "fn f(b: Box, n: Int) { for i in 0..n { b.item = Item { id: i } } } fn main() { let b = Box(); f(b, 9) }",
      ["f: Item", "main: Box"],
    ],
    [
      "in a recursion",
      "fn f(b: Box, n: Int) { if n > 0 { b.item = Item { id: n }; f(b, n - 1); f(b, n - 2) } } fn main() { let b = Box(); f(b, 9) }",
      ["f: Item", "main: Box"],
    ],
    [
      "by tail calls",
      "fn f(b: Box, n: Int) { if n > 0 { b.item = Item { id: n }; f(b, n - 1) } } fn main() { let b = Box(); f(b, 9) }",
      ["f: Item", "main: Box"],
    ],
    [
      "by calls in a loop",
      "fn set(b: Box, i: Int) { b.item = Item { id: i } } fn f(b: Box, n: Int) { for i in 0..n { set(b, i) } } fn main() { let b = Box(); f(b, 9) }",
      ["main: Box", "set: Item"],
    ],
    [
      "in slots of an array",
      "fn f(a: [Item?], n: Int) { for i in 0..n { a[i % 4] = Item { id: i } } } fn main() { let a: [Item?] = array(4, None); f(a, 9) }",
      ["f: Item", "main: [Item?]"],
    ],
    [
      "in a list that loses elements",
      "fn f(l: List[Item], n: Int) { for i in 0..n { l.push(Item { id: i }); l.pop() } } fn main() { let l: List[Item] = []; f(l, 9) }",
      ["f: Item", "main: List[Item]", "main: List[Item] storage"],
    ],
    [
      "by a function value",
      "fn f(n: Int, g: fn(Int)) { for i in 0..n { g(i) } } fn main() { let b = Box(); f(9, fn(i) { b.item = Item { id: i } }) }",
      ["main.fn3: Item", "main: Box", "main: fn"],
    ],
    [
      "in a global",
      "global last: Item = Item { id: 0 }\nfn f(n: Int) { for i in 0..n { last = Item { id: i } } } fn main() { f(9) }",
      ["f: Item"],
    ],
  ])("%s", (_name, text, expected) => {
    expect(collected(text)).toEqual(expected);
  });
});

describe("regions bound", () => {
  it.each([
    [
      "what is stored once in a call",
      "fn f(b: Box) { b.item = Item { id: 1 } } fn main() { for i in 0..9 { let b = Box(); f(b) } }",
    ],
    [
      "what stays with an iteration",
      'fn f(n: Int) -> Int { let sum = 0; for i in 0..n { let b = Box(); b.item = Item { id: i }; if let item = b.item { sum += item.id } }; sum } fn main() { print("{f(9)}") }',
    ],
    [
      "what main stores in a global: it collects that itself",
      "global last: Item = Item { id: 0 }\nfn main() { for i in 0..9 { last = Item { id: i } } }",
    ],
    [
      "what is certainly appended to a list that never loses an element",
      "fn f(l: List[Item], n: Int) { for i in 0..n { l.push(Item { id: i }) } } fn main() { let l: List[Item] = []; f(l, 9) }",
    ],
    [
      "the storage of a list that grows",
      "fn f(l: List[Int], n: Int) { for i in 0..n { l.push(i); if l.length > 5 { l.pop() } } } fn main() { let l: List[Int] = []; f(l, 9) }",
    ],
  ])("%s", (_name, text) => {
    expect(collected(text)).toEqual([]);
  });
});

describe("a list keeps its elements only", () => {
  it.each([
    ["if all are appended", "if i % 2 == 0 { l.push(item) }", "fn other(l: List[Item]) {}"],
    ["if nobody removes one of its type", "l.push(item)", "fn other(l: List[Item]) { l.remove(0) }"],
    ["if nobody replaces one of its type", "l.push(item)", "fn other(l: List[Item]) { l[0] = Item { id: 7 } }"],
    ["if nobody clears one of its type", "l.push(item)", "fn other(l: List[Item]) { l.clear() }"],
  ])("%s", (_name, kept, other) => {
    const text = `fn f(l: List[Item], n: Int) { for i in 0..n { let item = Item { id: i }; ${kept} } }
${other}
fn main() { let l: List[Item] = []; f(l, 9); other(l) }`;
    expect(collected(text)).toContain("f: Item");
  });
});

describe("collected as well is", () => {
  const store = "fn f(b: Box, n: Int) { for i in 0..n { b.item = Item { id: i } } }\n";

  it("what a function makes for itself and may refer to the heap, for all of its callers", () => {
    const text = `${store}class Pair { box: Box }
fn look(b: Box) -> Int { let p = Pair { box: b }; if let item = p.box.item { item.id } else { 0 } }
fn main() { let b = Box(); f(b, 9); let c = Box(); print("{look(b) + look(c)}") }`;
    expect(collected(text)).toEqual(["f: Item", "look: Pair", "main: Box"]);
  });

  it("what the same loop makes", () => {
    const text = `fn f(b: Box, n: Int) -> Int {
  let sum = 0
  for i in 0..n { b.item = Item { id: i }; let other = Box(); other.item = Item { id: 1 }; if let item = other.item { sum += item.id } }
  sum
}
fn main() { let b = Box(); print("{f(b, 9)}") }`;
    expect(collected(text)).toContain("f: Box");
  });

  it("what a loop makes for its result beside something that the caller may keep in the same region", () => {
    const text = `fn f(l: List[Int], n: Int) -> Item { l.push(n); let item = Item { id: 0 }; for i in 0..n { item = Item { id: i } }; item }
fn main() { let l: List[Int] = []; print("{f(l, 9).id}") }`;
    expect(collected(text)).toEqual(["f: Item"]);
  });
});

it("decides for each caller where a function makes something for it", () => {
  const text = `fn make(i: Int) -> Item { Item { id: i } }
fn f(b: Box, n: Int) { for i in 0..n { b.item = make(i) } }
fn main() { let b = Box(); f(b, 9); print("{make(1).id}") }`;
  const placement = placeProgram(buildProgram(new SourceFile("test.mote", ITEM + text)));
  const [make] = [...computeBounds(placement, true)].find(([{ name }]) => name === "make")!;
  const { sites, mayBeHeap } = computeBounds(placement, true).get(make)!;
  expect([...sites.values()]).toEqual([{ of: "caller", index: 0 }]);
  expect([...mayBeHeap]).toEqual([0]);
});
