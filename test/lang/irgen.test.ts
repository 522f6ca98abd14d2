/** The IR of small functions, as text; and what must hold for the IR of every program. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildProgram, MoteError, SourceFile } from "../../src/lang/frontend.ts";
import type { Block, Instruction, IrProgram, Variable } from "../../src/lang/ir/ir.ts";
import { printFunction } from "../../src/lang/ir/print.ts";
import { readsOf } from "../../src/lang/ir/traverse.ts";
import { often } from "../support/often.ts";
import { samplePrograms } from "../support/programs.ts";

/** The IR of one function of a program. */
function irOf(text: string, name: string): string {
  const program = buildProgram(new SourceFile("test.mote", text));
  const fn = program.functions.find((candidate) => candidate.name === name);
  if (fn === undefined) throw new Error(`no function ${name}`);
  return `\n${printFunction(fn)}\n`;
}

const TREE = "union Tree { Leaf, Node(left: Tree, key: Int, right: Tree) }\n";

describe("the IR of", () => {
  it("arithmetic with a division", () => {
    expect(irOf("fn f(a: Int, b: Int) -> Int { (a + 1) / b % 10 }\nfn main() { f(1, 2) }", "f")).toMatchInlineSnapshot(`
      "
      fn f(a: int, b: int) -> (int)
        t: int = add a, 1
        t.2: int = add b, 1
        c: bool = ltUnsigned t.2, 2
        if c
          c.2: bool = ne b, 0
          if c.2
          else
            panic divisionByZero() at line 1
          t.3: int = neg t
          t.4 := t.3
        else
          t.5: int = div t, b
          t.4 := t.5
        t.6: int = rem t.4, 10
        return t.6
      "
    `);
  });

  it("an object with parts, and what is in them", () => {
    const text = `class Point { x: Int = 0, y: Int = 0 }
    class Line { name: Text, to: Point = Point { y: one() }, from: Point = Point() }
    class Figure { line: Line = Line { name: "" }, points: Int = 2 }
    fn one() -> Int { 1 }
    fn f(a: Int) -> Point {
      let figure = Figure { points: a }
      figure.line.from.y = figure.line.to.y
      figure.line.from
    }
    fn main() { f(3) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: int) -> (Point)
        text: [Byte] = empty
        t: int = call one()
        t.2: int = call Point.x()
        t.3: int = call Point.x()
        t.4: int = call Point.y()
        figure: Figure = new Figure(text, t.2, t, t.3, t.4, a)
        line: Line = part figure.line
        from: Point = part line.from
        line.2: Line = part figure.line
        to: Point = part line.2.to
        y: int = to.y
        from.y := y
        line.3: Line = part figure.line
        from.2: Point = part line.3.from
        return from.2
      "
    `);
  });

  it("a construction and a match", () => {
    const text = `${TREE}fn insert(tree: Tree, key: Int) -> Tree {
      match tree {
        Leaf => Node(Leaf, key, Leaf)
        Node(left, at, right) => if key < at { Node(insert(left, key), at, right) } else { tree }
      }
    }
    fn main() { insert(Leaf, 1) }`;
    expect(irOf(text, "insert")).toMatchInlineSnapshot(`
      "
      fn insert(tree: Tree, key: int) -> (Tree)
        match tree
          Leaf:
            union: Tree = case Leaf
            union.2: Tree = case Leaf
            union.3: Tree = new Tree.Node(union, key, union.2)
            return union.3
          Node node:
            left: Tree = node.left
            at: int = node.key
            right: Tree = node.right
            c: bool = lt key, at
            if c
              t: Tree = call insert(left, key)
              union.4: Tree = new Tree.Node(t, at, right)
              return union.4
            else
              return tree
      "
    `);
  });

  it("an arm that several paths lead to", () => {
    const text = `${TREE}fn f(a: Tree, n: Int) -> Int {
      match a {
        Node(Node(_, 1, _), key, _) => key
        Node(_, key, Leaf) => key + n
        _ => 0
      }
    }
    fn main() { f(Leaf, 1) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: Tree, n: int) -> (int)
        block arm
          block arm.2
            match a
              Node node:
                left: Tree = node.left
                match left
                  Node node.2:
                    key: int = node.2.key
                    c: bool = eq key, 1
                    if c
                      key.2: int = node.key
                      return key.2
                    else
                      right: Tree = node.right
                      match right
                        Leaf:
                          key.3: int = node.key
                          key.4 := key.3
                          break arm
                        otherwise:
                          break arm.2
                  otherwise:
                    right.2: Tree = node.right
                    match right.2
                      Leaf:
                        key.5: int = node.key
                        key.4 := key.5
                        break arm
                      otherwise:
                        break arm.2
              otherwise:
                break arm.2
          return 0
        t: int = add key.4, n
        return t
      "
    `);
  });

  it("a switch over bytes", () => {
    const text = `fn f(byte: Byte) -> Int { match byte { 'a' | 'b' => 1, 'c' => 2, _ => 3 } }
    fn main() { f('x') }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(byte: byte) -> (int)
        switch byte
          97, 98:
            return 1
          99:
            return 2
          otherwise:
            return 3
      "
    `);
  });

  it("a flat struct and a boxed one", () => {
    const text = `struct Point { x: Int, y: Int }
    struct Box { name: Text, from: Point, to: Point, size: Float }
    fn f(p: Point) -> Point { let q = Point { y: p.x, x: p.y }\n q }
    fn g(box: Box) -> Int { Box { name: "b", from: box.to, to: f(box.from), size: 1 }.to.y }
    fn main() { g(Box { name: "a", from: Point { x: 1, y: 2 }, to: Point { x: 3, y: 4 }, size: 0 }) }`;
    expect(irOf(text, "f") + irOf(text, "g")).toMatchInlineSnapshot(`
      "
      fn f(p.x: int, p.y: int) -> (int, int)
        return p.y, p.x

      fn g(box: Box) -> (int)
        text: [Byte] = "b"
        to.x: int = box.to.x
        to.y: int = box.to.y
        from.x: int = box.from.x
        from.y: int = box.from.y
        t.x: int, t.y: int = call f(from.x, from.y)
        struct: Box = new Box(text, to.x, to.y, t.x, t.y, 1f)
        y: int = struct.to.y
        return y
      "
    `);
  });

  it("indexing and slicing", () => {
    const text = `fn f(text: Text, i: Int) -> Text { if text[i] == ' ' { text[i..] } else { text[1..i] } }
    fn main() { f("a", 0) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(text: [Byte], i: int) -> ([Byte])
        length: int = length text
        c: bool = ltUnsigned i, length
        if c
        else
          panic indexOutOfRange(i, length) at line 1
        element: byte = text[i]
        c.2: bool = eq element, 32b
        if c.2
          length.2: int = length text
          c.3: bool = ltUnsigned length.2, i
          if c.3
            panic sliceOutOfRange(i, length.2) at line 1
          slice: [Byte] = slice text[i..length.2]
          return slice
        else
          length.3: int = length text
          c.4: bool = ltUnsigned length.3, i
          if c.4
            panic sliceOutOfRange(1, i) at line 1
          c.5: bool = ltUnsigned i, 1
          if c.5
            panic sliceOutOfRange(1, i) at line 1
          slice.2: [Byte] = slice text[1..i]
          return slice.2
      "
    `);
  });

  it("a loop whose indices need no check", () => {
    const text = `fn f(a: [Int], b: [Int]) -> Int {
      let sum = 0
      for i in 0..a.length { if a[i] == 0 { continue }\n sum += a[i] * b[i] }
      sum
    }
    fn main() { f([], []) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: [Int], b: [Int]) -> (int)
        sum := 0
        length: int = length a
        i := 0
        loop for
          c: bool = lt i, length
          if c
          else
            break for
          block next
            element: int = a[i]
            c.2: bool = eq element, 0
            if c.2
              break next
            element.2: int = a[i]
            length.2: int = length b
            c.3: bool = ltUnsigned i, length.2
            if c.3
            else
              panic indexOutOfRange(i, length.2) at line 4
            element.3: int = b[i]
            t: int = mul element.2, element.3
            sum.2: int = add sum, t
            sum := sum.2
          t.2: int = add i, 1
          i := t.2
        return sum
      "
    `);
  });

  it("pushing to a list, and growing it", () => {
    const text = 'fn f(list: List[Text], text: Text) { list.push(text) }\nfn main() { f([], "") }';
    expect(irOf(text, "f") + irOf(text, "List[Text].grow")).toMatchInlineSnapshot(`
      "
      fn f(list: List[Text], text: [Byte]) -> ()
        length: int = list.length
        storage: array [Text] = list.storage
        storage.2 := storage
        t: int = add length, 1
        capacity: int = length storage
        c: bool = eq length, capacity
        if c
          grown: array [Text] = call List[Text].grow(list, t)
          storage.2 := grown
        storage.2[length] := text
        list.length := t
        return

      fn List[Text].grow(list: List[Text], minimum: int) -> (array [Text])
        old: array [Text] = list.storage
        length: int = list.length
        capacity: int = length old
        t: int = mul capacity, 2
        capacity.2 := t
        c: bool = lt capacity.2, 4
        if c
          capacity.2 := 4
        c.2: bool = lt capacity.2, minimum
        if c.2
          capacity.2 := minimum
        c.3: bool = lt minimum, 0
        if c.3
          panic outOfMemory() at line 1
        storage: array [Text] = grow old[0..length] to capacity.2
        list.storage := storage
        return storage
      "
    `);
  });

  it("popping, clearing and finishing a list", () => {
    const text = `fn f(list: List[Int]) -> [Int] { list.push(list.pop() + 1)\n list.finish() }
    fn main() { f([1]) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(list: List[Int]) -> ([Int])
        length: int = list.length
        c: bool = ne length, 0
        if c
        else
          panic emptyList() at line 1
        last: int = sub length, 1
        storage: array [Int] = list.storage
        popped: int = storage[last]
        list.length := last
        t: int = add popped, 1
        length.2: int = list.length
        storage.2: array [Int] = list.storage
        storage.3 := storage.2
        t.2: int = add length.2, 1
        capacity: int = length storage.2
        c.2: bool = eq length.2, capacity
        if c.2
          grown: array [Int] = call List[Int].grow(list, t.2)
          storage.3 := grown
        storage.3[length.2] := t
        list.length := t.2
        storage.4: array [Int] = list.storage
        length.3: int = list.length
        array: array [Int] = array [Int] of 0
        list.storage := array
        list.length := 0
        slice: [Int] = slice storage.4[0..length.3]
        return slice
      "
    `);
  });

  it("conditions that only steer", () => {
    const text = `fn f(a: Bool, b: Bool, c: Bool) -> Int { if a && (b || !c) { 1 } else { 2 } }
    fn main() { f(true, true, true) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: bool, b: bool, c: bool) -> (int)
        block else
          if a
          else
            break else
          block true
            if b
              break true
            if c
              break else
          return 1
        return 2
      "
    `);
  });

  it("texts put together", () => {
    const text = `fn f(a: Text, n: Int) -> Text { a + "-" + a }
    fn g(a: Text, n: Int) -> Text { "{a}: {n}" }
    fn main() { f("", 1)\n g("", 1) }`;
    expect(irOf(text, "f") + irOf(text, "g")).toMatchInlineSnapshot(`
      "
      fn f(a: [Byte], n: int) -> ([Byte])
        text: [Byte] = "-"
        length: int = length a
        length.2: int = length text
        length.3: int = length a
        total: int = add length, length.2
        c: bool = lt total, 0
        if c
          panic outOfMemory() at line 1
        total.2: int = add total, length.3
        c.2: bool = lt total.2, 0
        if c.2
          panic outOfMemory() at line 1
        array: array [Byte] = array [Byte] of total.2
        fill array at 0 from a at 0, length elements
        fill array at length from text at 0, length.2 elements
        at: int = add length, length.2
        fill array at at from a at 0, length.3 elements
        text.2: [Byte] = slice array[0..total.2]
        return text.2

      fn g(a: [Byte], n: int) -> ([Byte])
        array: array [Byte] = array [Byte] of 34
        builder: List[Byte] = new List[Byte](array, 0)
        call List[Byte].append(builder, a)
        text: [Byte] = ": "
        call List[Byte].append(builder, text)
        call __appendInt(builder, n)
        storage: array [Byte] = builder.storage
        length: int = builder.length
        text.2: [Byte] = slice storage[0..length]
        return text.2
      "
    `);
  });

  it("a number read from a text", () => {
    expect(irOf('fn f(text: Text) -> Int { text.toInt() }\nfn main() { f("1") }', "f")).toMatchInlineSnapshot(`
      "
      fn f(text: [Byte]) -> (int)
        number.ok: bool, number.value: int = call __textToInt(text)
        if number.ok
        else
          message: [Byte] = call __notInt(text)
          write 2 message
          newline: [Byte] = "\\n"
          write 2 newline
          panic failed() at line 1
        return number.value
      "
    `);
  });

  it("arrays: literals, filled and zero", () => {
    const text = "fn f(n: Int) -> Int { [n, 2].length + array(n, 0).length + array(3, n)[1] }\nfn main() { f(1) }";
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(n: int) -> (int)
        array: array [Int] = array [Int] of 2
        array[0] := n
        array[1] := 2
        slice: [Int] = slice array[0..2]
        length: int = length slice
        c: bool = ge n, 0
        if c
        else
          panic negativeLength(n) at line 1
        array.2: array [Int] = array [Int] of n
        slice.2: [Int] = slice array.2[0..n]
        length.2: int = length slice.2
        t: int = add length, length.2
        array.3: array [Int] = array [Int] of 3
        i := 0
        loop for
          c.2: bool = lt i, 3
          if c.2
          else
            break for
          array.3[i] := n
          t.2: int = add i, 1
          i := t.2
        slice.3: [Int] = slice array.3[0..3]
        length.3: int = length slice.3
        c.3: bool = ltUnsigned 1, length.3
        if c.3
        else
          panic indexOutOfRange(1, length.3) at line 1
        element: int = slice.3[1]
        t.3: int = add t, element
        return t.3
      "
    `);
  });

  it("an array unpacked in a struct", () => {
    const text = `struct S { spots: [Int; 2] }
    fn f(s: S, i: Int) -> Int { s.spots[i] + s.spots[0] + s.spots[..i].length + s.spots.length }
    fn main() { f(S { spots: [1, 2] }, 1) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(s: S, i: int) -> (int)
        c: bool = ltUnsigned i, 2
        if c
        else
          panic indexOutOfRange(i, 2) at line 2
        element: int = s.spots[i]
        element.2: int = s.spots[0]
        t: int = add element, element.2
        c.2: bool = ltUnsigned 2, i
        if c.2
          panic sliceOutOfRange(0, i) at line 2
        slice: [Int] = slice s.spots[0..i]
        length: int = length slice
        t.2: int = add t, length
        t.3: int = add t.2, 2
        return t.3
      "
    `);
  });

  it("a variable that is assigned while it waits", () => {
    const text = "fn f(x: Int) -> Int { x + { x = 2; x } + x }\nfn main() { f(1) }";
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(x: int) -> (int)
        x.2 := x
        x.3 := x.2
        x.2 := 2
        t: int = add x.3, x.2
        t.2: int = add t, x.2
        return t.2
      "
    `);
  });

  it("a main that takes arguments and input", () => {
    const text = "fn main(args: [Text], input: Bytes) { print(input.toText()) }";
    expect(irOf(text, "(start)") + irOf(text, "main")).toMatchInlineSnapshot(`
      "
      fn (start)() -> ()
        args: [Text] = arguments
        input: [Byte] = input
        tail call main(args, input)

      fn main(args: [Text], input: [Byte]) -> ()
        write 1 input
        newline: [Byte] = "\\n"
        write 1 newline
        return
      "
    `);
  });
});

const ENDS = new Set(["return", "tailCall", "break", "continue", "panic"]);

function innerBlocks(i: Instruction): Block[] {
  switch (i.op) {
    case "if":
      return [i.then, i.otherwise];
    case "switch":
      return [...i.arms.map((arm) => arm.body), i.otherwise];
    case "match":
      return [...i.arms.map((arm) => arm.body), ...(i.otherwise === undefined ? [] : [i.otherwise])];
    case "loop":
    case "block":
      return [i.body];
    default:
      return [];
  }
}

/** All instructions, each block's after the instruction that contains it. */
function walk(block: Block, visit: (instruction: Instruction, isLast: boolean) => void): void {
  for (const [index, i] of block.instructions.entries()) {
    visit(i, index === block.instructions.length - 1);
    for (const inner of innerBlocks(i)) walk(inner, visit);
    if (i.op === "match" && i.otherwise === undefined) expect(i.arms.length).toBe(i.union.cases.length);
  }
}

function dstsOf(i: Instruction): readonly Variable[] {
  if ("dsts" in i) return i.dsts;
  if (i.op === "match") return i.arms.flatMap((arm) => arm.binding ?? []);
  return "dst" in i ? [i.dst] : [];
}

function checkInvariants(program: IrProgram): void {
  expect(program.functions).toContain(program.main);
  expect(program.main.params).toEqual([]);
  expect(program.main.results).toEqual([]);
  const sites = new Set<number>();
  for (const fn of program.functions) {
    const defined = new Set(fn.params);
    const known = new Map(fn.params.map((param) => [param.id, param]));
    walk(fn.body, (i, isLast) => {
      // Nothing follows an instruction that never finishes.
      if (ENDS.has(i.op)) expect(isLast, i.op).toBe(true);
      for (const dst of dstsOf(i)) {
        if (!dst.mutable) expect(defined.has(dst), `${fn.name}: ${dst.name} is assigned twice`).toBe(false);
        defined.add(dst);
        expect(known.get(dst.id) ?? dst, "ids are unique").toBe(dst);
        known.set(dst.id, dst);
      }
      for (const atom of readsOf(i)) {
        if (atom.kind === "variable") expect(defined.has(atom), `${fn.name}: ${atom.name} is read first`).toBe(true);
      }
      if (i.op === "call" || i.op === "tailCall") {
        expect(program.functions).toContain(i.callee);
        expect(i.args.map((arg) => arg.type)).toEqual(i.callee.params.map((param) => param.type));
      }
      if (i.op === "tailCall") expect(i.callee.results).toEqual(fn.results);
      if (i.op === "return") expect(i.values.map((value) => value.type)).toEqual(fn.results);
      if ("site" in i) {
        expect(sites.has(i.site.id)).toBe(false);
        sites.add(i.site.id);
        expect(program.sites[i.site.id]).toBe(i.site);
      }
    });
  }
}

describe("the invariants of the IR hold for", () => {
  it.each(samplePrograms().map((program) => [program.name, program] as const))("%s", (_name, { source }) => {
    checkInvariants(buildProgram(source));
  });
});

/** A sample program with a few of its words changed for others. */
const damagedProgram = fc
  .tuple(
    fc.constantFrom(...samplePrograms()),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("drop", "replace", "insert")), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([{ source }, edits]) => {
    const words = source.text.match(/\s+|\w+|"(?:[^"\\\n]|\\.)*"|./g) ?? [];
    for (const [place, other, edit] of edits) {
      const at = place % words.length;
      const inserted = edit === "drop" ? [] : [words[other % words.length]!];
      words.splice(at, edit === "insert" ? 0 : 1, ...inserted);
    }
    return words.join("");
  });

it("is made of damaged programs too, or they are refused with messages", () => {
  fc.assert(
    fc.property(damagedProgram, (text) => {
      let program: IrProgram;
      try {
        program = buildProgram(new SourceFile("damaged.mote", text));
      } catch (error) {
        expect(error).toBeInstanceOf(MoteError);
        return;
      }
      checkInvariants(program);
    }),
    { numRuns: often(500) },
  );
});

it("contains only functions that main reaches", () => {
  const text = 'fn used() {}\nfn unused() { print("{1.5}") }\nfn main() { used() }';
  const program = buildProgram(new SourceFile("test.mote", text));
  expect(program.functions.map((fn) => fn.name)).toEqual(["main", "used"]);
});
