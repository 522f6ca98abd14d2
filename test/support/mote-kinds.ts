/**
 * What random programs in Mote (mote.ts) are made of: the declarations that all of them share, and for each kind of
 * value how it is made, found in others, changed, and told in a number.
 */

import type { Choose } from "./random.ts";

/** What all programs share: types, and functions that tell a value in a number. */
export const DECLARATIONS = `union Tree { Leaf, Node(left: Tree, cell: Cell, n: Int) }
class Cell { n: Int, tree: Tree = Leaf, next: Cell? = None, row: [Int] = [1, 2] }
struct Pair { first: Tree, second: [Tree] }
struct Wide { tree: Tree, spots: [Int; 3], name: Text, cell: Cell, run: fn(Int) -> Int }

global root: Tree = Leaf
global head: Cell? = None
global trees: [Tree] = [Leaf, Leaf]
global kept: List[Cell] = []
global queue: Port[Tree] = port(2)
global step: fn(Int) -> Int = fn(x) { x + 1 }

fn at(numbers: [Int], i: Int) -> Int { if numbers.length == 0 { i } else { numbers[(i & 255) % numbers.length] } }
fn treeAt(all: [Tree], i: Int) -> Tree { if all.length == 0 { Leaf } else { all[(i & 255) % all.length] } }
fn ofTree(tree: Tree, fuel: Int) -> Int {
  match tree {
    Leaf => 1
    Node(left, cell, n) => if fuel == 0 { n } else { n + 3 * ofTree(left, fuel - 1) + 5 * ofCell(cell, fuel - 1) }
  }
}
fn ofCell(cell: Cell, fuel: Int) -> Int {
  let sum = cell.n + 7 * ofNumbers(cell.row) + 11 * ofTree(cell.tree, 0)
  if fuel == 0 { return sum }
  sum + 13 * ofTree(cell.tree, fuel - 1) + 17 * ofNext(cell.next, fuel - 1)
}
fn ofNext(next: Cell?, fuel: Int) -> Int { if let cell = next { ofCell(cell, fuel) } else { 2 } }
fn ofNumbers(numbers: [Int]) -> Int {
  let sum = numbers.length
  for n in numbers { sum = sum * 3 + n }
  sum
}
fn ofTrees(all: [Tree]) -> Int {
  let sum = all.length
  for tree in all { sum = sum * 3 + ofTree(tree, 2) }
  sum
}
fn ofText(text: Text) -> Int { text.length * 3 + (if text.length > 0 { text[0].toInt() } else { 0 }) }
fn ofList(cells: List[Cell]) -> Int {
  let sum = cells.length
  for i in 0..cells.length { if i < 3 { sum = sum * 3 + ofCell(cells[i], 1) } }
  sum
}
fn ofPair(pair: Pair) -> Int { ofTree(pair.first, 2) + ofTrees(pair.second) }
fn ofWide(wide: Wide) -> Int {
  ofTree(wide.tree, 2) + ofNumbers(wide.spots[..]) + ofText(wide.name) + ofCell(wide.cell, 2) + wide.run(3)
}
fn ofPort(port: Port[Tree]) -> Int { port.length }
`;

export interface Kind {
  readonly type: string;
  /** A new value, in terms of others. */
  readonly make: (value: (type: string) => string, choose: Choose) => string;
  /** Its number; `$` stands for the value. */
  readonly number: string;
}

export const KINDS: readonly Kind[] = [
  { type: "Int", make: (_, choose) => String(choose(100)), number: "$" },
  {
    type: "Tree",
    make: (value, choose) => (choose(4) === 0 ? "Leaf" : `Node(${value("Tree")}, ${value("Cell")}, ${value("Int")})`),
    number: "ofTree($, 3)",
  },
  {
    type: "Cell",
    make: (value, choose) =>
      choose(2) === 0
        ? `Cell { n: ${value("Int")} }`
        : `Cell { n: ${value("Int")}, tree: ${value("Tree")}, next: ${value("Cell?")}, row: ${value("[Int]")} }`,
    number: "ofCell($, 3)",
  },
  { type: "Cell?", make: (value, choose) => (choose(2) === 0 ? "None" : value("Cell")), number: "ofNext($, 3)" },
  {
    type: "[Int]",
    make: (value, choose) =>
      choose(2) === 0 ? `[${value("Int")}, 2, ${value("Int")}]` : `array(${choose(4)}, ${value("Int")})`,
    number: "ofNumbers($)",
  },
  {
    type: "[Tree]",
    make: (value, choose) =>
      choose(2) === 0 ? `[${value("Tree")}, ${value("Tree")}]` : `array(${choose(4)}, ${value("Tree")})`,
    number: "ofTrees($)",
  },
  { type: "Text", make: (value) => `"t{${value("Int")}}{${value("Text")}}"`, number: "ofText($)" },
  { type: "List[Cell]", make: (value) => `[${value("Cell")}]`, number: "ofList($)" },
  {
    type: "Pair",
    make: (value) => `Pair { first: ${value("Tree")}, second: ${value("[Tree]")} }`,
    number: "ofPair($)",
  },
  {
    type: "Wide",
    make: (value) =>
      `Wide { tree: ${value("Tree")}, spots: [1, ${value("Int")}, 3], name: ${value("Text")}, ` +
      `cell: ${value("Cell")}, run: ${value("fn(Int) -> Int")} }`,
    number: "ofWide($)",
  },
  { type: "Port[Tree]", make: (_, choose) => `port(${choose(3)})`, number: "ofPort($)" },
  {
    type: "fn(Int) -> Int",
    make: (value) => `fn(x) { x + ofTree(${value("Tree")}, 1) + ofCell(${value("Cell")}, 1) }`,
    number: "$(2)",
  },
  {
    type: "fn(Tree) -> Tree",
    make: (value, choose) =>
      choose(2) === 0 ? `fn(_) { ${value("Tree")} }` : `fn(tree) { Node(tree, ${value("Cell")}, 1) }`,
    number: "ofTree($(Leaf), 2)",
  },
];
export const KIND_OF = new Map(KINDS.map((kind) => [kind.type, kind]));
/** For what is asked for where nothing is at hand, too deep to make more. */
export const SIMPLEST: Readonly<Record<string, string>> = {
  Int: "1",
  Tree: "Leaf",
  Cell: "Cell { n: 1 }",
  "Cell?": "None",
  "[Int]": "[1]",
  "[Tree]": "[Leaf]",
  Text: '"x"',
  "List[Cell]": "[]",
  Pair: "Pair { first: Leaf, second: [Leaf] }",
  Wide: 'Wide { tree: Leaf, spots: [1, 2, 3], name: "x", cell: Cell { n: 1 }, run: fn(x) { x } }',
  "Port[Tree]": "port(1)",
  "fn(Int) -> Int": "fn(x) { x }",
  "fn(Tree) -> Tree": "fn(tree) { tree }",
};
/** Ways from a value to one that it holds: `$` stands for the value, `#` for a number. */
export const WAYS: readonly (readonly [from: string, to: string, way: string])[] = [
  ["Cell", "Tree", "$.tree"],
  ["Cell", "Cell?", "$.next"],
  ["Cell", "[Int]", "$.row"],
  ["Cell?", "Cell", "$.or(Cell { n: # })"],
  ["[Int]", "Int", "at($, #)"],
  ["[Int]", "[Int]", "$[$.length / 2..]"],
  ["[Tree]", "Tree", "treeAt($, #)"],
  ["[Tree]", "[Tree]", "$[..($.length + 1) / 2]"],
  ["Text", "Text", "$[$.length / 3..]"],
  ["Pair", "Tree", "$.first"],
  ["Pair", "[Tree]", "$.second"],
  ["Wide", "[Int]", "$.spots[1..]"],
  ["Wide", "Tree", "$.tree"],
  ["Wide", "Cell", "$.cell"],
  ["Wide", "Text", "$.name[..]"],
  ["Wide", "fn(Int) -> Int", "$.run"],
  ["fn(Int) -> Int", "Int", "$(#)"],
  ["fn(Tree) -> Tree", "Tree", "$(treeAt(trees, #))"],
];
export const GLOBALS: Readonly<Record<string, string>> = {
  Tree: "root",
  "Cell?": "head",
  "[Tree]": "trees",
  "List[Cell]": "kept",
  "Port[Tree]": "queue",
  "fn(Int) -> Int": "step",
};
/** Changes of something that exists: `$` stands for it, `@TYPE@` for a value. */
export const CHANGES: readonly (readonly [of: string, change: string])[] = [
  ["Cell", "$.tree = @Tree@"],
  ["Cell", "$.next = @Cell?@"],
  ["Cell", "$.row = @[Int]@"],
  ["Cell", "$.n += @Int@"],
  ["[Int]", "if $.length > 1 { $[1] = @Int@ }"],
  ["[Tree]", "if $.length > 0 { $[$.length - 1] = @Tree@ }"],
  ["List[Cell]", "$.push(@Cell@)"],
  ["List[Cell]", "if $.length > 1 { $[0] = $.pop() }"],
  ["Port[Tree]", "if !$.put(@Tree@) { $.get(); $.put(@Tree@) }"],
];
