/**
 * Random well-typed programs in Mote: recursion and tail calls, functions as values, arrays, slices and unpacked arrays,
 * lists, classes that are changed and refer to each other in circles, optionals, ports and globals. They end, they never
 * stop with an error, and what they print depends on all that they made.
 *
 * Every function has a parameter `depth`, which calls pass on smaller by one; at zero nothing more is called. Functions as
 * values call nothing that is written by chance, so that none can call itself. Values are looked at only so deep (`fuel`).
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";

/** What all programs share: types, and functions that tell a value in a number. */
const DECLARATIONS = `union Tree { Leaf, Node(left: Tree, cell: Cell, n: Int) }
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

interface Kind {
  readonly type: string;
  /** A new value, in terms of others. */
  readonly make: (value: (type: string) => string, choose: Choose) => string;
  /** Its number; `$` stands for the value. */
  readonly number: string;
}

const KINDS: readonly Kind[] = [
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
const KIND_OF = new Map(KINDS.map((kind) => [kind.type, kind]));
/** For what is asked for where nothing is at hand, too deep to make more. */
const SIMPLEST: Readonly<Record<string, string>> = {
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
const WAYS: readonly (readonly [from: string, to: string, way: string])[] = [
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
const GLOBALS: Readonly<Record<string, string>> = {
  Tree: "root",
  "Cell?": "head",
  "[Tree]": "trees",
  "List[Cell]": "kept",
  "Port[Tree]": "queue",
  "fn(Int) -> Int": "step",
};
/** Changes of something that exists: `$` stands for it, `@TYPE@` for a value. */
const CHANGES: readonly (readonly [of: string, change: string])[] = [
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
const DEPTH = 3;

interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly result: string;
}

/** The program that the choices lead to; the choice 0 leads to the shortest, wherever there is one. */
export function generateSource(choose: Choose): SourceFile {
  const signatures = Array.from({ length: 1 + choose(4) }, (_, index) => ({
    name: `f${index}`,
    parameters: Array.from({ length: choose(4) }, () => pick(KINDS, choose).type),
    result: pick(KINDS, choose).type,
  }));
  const functions = signatures.map((signature) => new Body(signature, signatures, choose).lines());
  const main = new Body({ name: "main", parameters: [], result: "" }, signatures, choose).lines();
  return new SourceFile("random.mote", `${DECLARATIONS}\n${[...functions, main].flat().join("\n")}\n`);
}

function pick<T>(values: readonly T[], choose: Choose): T {
  return values[choose(values.length)]!;
}

interface Known {
  readonly name: string;
  readonly type: string;
  /** It is assigned to somewhere, so that no function value may capture it. */
  readonly assigned: boolean;
}

class Body {
  readonly #signature: Signature;
  readonly #functions: readonly Signature[];
  readonly #choose: Choose;
  readonly #lines: string[] = [];
  #scope: Known[];
  #indent = "  ";
  #count = 0;

  constructor(signature: Signature, functions: readonly Signature[], choose: Choose) {
    this.#signature = signature;
    this.#functions = functions;
    this.#choose = choose;
    this.#scope = signature.parameters.map((type, index) => ({ name: `p${index}`, type, assigned: false }));
  }

  lines(): readonly string[] {
    const { name, result, parameters } = this.#signature;
    if (name === "main") {
      for (const each of this.#functions)
        this.#let(each.result, `${each.name}(${this.#arguments(each, String(DEPTH))})`);
      this.#print();
      for (const [type, global] of Object.entries(GLOBALS)) this.#add(`print("{${numberOf(type, global)}}")`);
      return ["fn main() {", ...this.#lines, "}"];
    }
    this.#add(`if depth <= 0 { return ${this.#known(result) ?? SIMPLEST[result]} }`);
    this.#statements(2 + this.#choose(7), 2);
    this.#add(this.#choose(3) === 0 ? this.#tailCall() : this.#value(result));
    const listed = ["depth: Int", ...parameters.map((type, index) => `p${index}: ${type}`)].join(", ");
    return [`fn ${name}(${listed}) -> ${result} {`, ...this.#lines, "}"];
  }

  #add(line: string): void {
    this.#lines.push(this.#indent + line);
  }

  #let(type: string, expression: string, assigned = false): string {
    const name = `${assigned ? "m" : "v"}${this.#count++}`;
    this.#add(`let ${name}: ${type} = ${expression}`);
    this.#scope.push({ name, type, assigned });
    return name;
  }

  #known(type: string, isCaptured = false): string | undefined {
    const known = this.#scope.filter((each) => each.type === type && !(isCaptured && each.assigned));
    return known.length === 0 ? undefined : pick(known, this.#choose).name;
  }

  /** The name of a value: mostly of one that exists, or is held by one, sometimes of a new one. */
  #value(type: string, effort = 2, isCaptured = false): string {
    const how = this.#choose(6);
    if (how < 3) {
      const known = this.#known(type, isCaptured);
      if (known !== undefined) return known;
    }
    if (how === 3 && GLOBALS[type] !== undefined) return GLOBALS[type];
    if (effort === 0) return this.#known(type, isCaptured) ?? this.#let(type, SIMPLEST[type]!);
    if (how === 4) {
      const [from, , way] = pick(WAYS.filter(([, to]) => to === type).concat([["Int", type, ""]]), this.#choose);
      if (way !== "") {
        const holder = this.#value(from, effort - 1);
        return this.#let(type, way.replaceAll("$", holder).replaceAll("#", String(this.#choose(9))));
      }
    }
    const isFunction = type.startsWith("fn");
    const make = KIND_OF.get(type)!.make((inner) => this.#value(inner, effort - 1, isFunction), this.#choose);
    return this.#let(type, make);
  }

  #statements(count: number, nesting: number): void {
    for (let left = count; left > 0; left--) this.#statement(nesting);
  }

  #statement(nesting: number): void {
    switch (this.#choose(nesting > 0 ? 13 : 9)) {
      case 0:
        this.#print();
        return;
      case 1:
      case 2:
      case 3: {
        const [of, change] = pick(CHANGES, this.#choose);
        const line = change.replaceAll("$", this.#value(of));
        this.#add(line.replace(/@([^@]+)@/g, (_, type: string) => this.#value(type)));
        return;
      }
      case 4: {
        const { type } = pick(KINDS, this.#choose);
        this.#let(type, this.#value(type), true);
        return;
      }
      case 5: {
        const targets = this.#scope.filter(({ assigned }) => assigned);
        if (targets.length === 0) return;
        const { name, type } = pick(targets, this.#choose);
        this.#add(`${name} = ${this.#value(type)}`);
        return;
      }
      case 6: {
        const type = pick(Object.keys(GLOBALS), this.#choose);
        this.#add(`${GLOBALS[type]} = ${this.#value(type)}`);
        return;
      }
      case 7:
      case 8:
        this.#call();
        return;
      case 9:
        this.#open(`if ${this.#value("Int")} % 2 == 0 {`, nesting);
        if (this.#choose(4) === 0) this.#indented(() => this.#add(`return ${this.#value(this.#signature.result, 0)}`));
        this.#close("} else {");
        this.#open("", nesting);
        this.#close("}");
        return;
      case 10:
        this.#open(`for i${nesting} in 0..${1 + this.#choose(3)} {`, nesting);
        this.#close("}");
        return;
      case 11: {
        const [cell, number] = [`v${this.#count++}`, `v${this.#count++}`];
        this.#add(`match ${this.#value("Tree")} {`);
        this.#add('  Leaf => print("leaf")');
        this.#open(`  Node(left${nesting}, ${cell}, ${number}) => {`, nesting, [
          { name: `left${nesting}`, type: "Tree", assigned: false },
          { name: cell, type: "Cell", assigned: false },
          { name: number, type: "Int", assigned: false },
        ]);
        this.#close("} }");
        return;
      }
      default: {
        const name = `v${this.#count++}`;
        this.#open(`while let ${name} = ${this.#value("Port[Tree]")}.get() {`, nesting, [
          { name, type: "Tree", assigned: false },
        ]);
        this.#indented(() => this.#add("break"));
        this.#close("}");
      }
    }
  }

  #scopes: Known[][] = [];

  /** Begins a block with statements in it; what is defined there cannot be read behind it. */
  #open(head: string, nesting: number, bound: readonly Known[] = []): void {
    if (head !== "") this.#add(head);
    this.#scopes.push(this.#scope);
    this.#scope = [...this.#scope, ...bound];
    this.#indented(() => this.#statements(1 + this.#choose(3), nesting - 1));
  }

  #indented(write: () => void): void {
    this.#indent += "  ";
    write();
    this.#indent = this.#indent.slice(2);
  }

  #close(end: string): void {
    this.#scope = this.#scopes.pop()!;
    this.#add(end);
  }

  #call(): void {
    const callee = pick(this.#functions, this.#choose);
    this.#let(callee.result, `${callee.name}(${this.#arguments(callee, "depth - 1")})`);
  }

  #tailCall(): string {
    const callees = this.#functions.filter(({ result }) => result === this.#signature.result);
    const callee = pick(callees, this.#choose);
    return `${callee.name}(${this.#arguments(callee, "depth - 1")})`;
  }

  #arguments({ parameters }: Signature, depth: string): string {
    return [depth, ...parameters.map((type) => this.#value(type))].join(", ");
  }

  #print(): void {
    const shown = this.#scope.slice(-3).map(({ name, type }) => `{${numberOf(type, name)}}`);
    this.#add(`print("${this.#signature.name} ${shown.join(" ")}")`);
  }
}

function numberOf(type: string, value: string): string {
  return KIND_OF.get(type)!.number.replaceAll("$", value);
}
