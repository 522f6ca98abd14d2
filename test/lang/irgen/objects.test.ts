/** The IR of objects, and how they are told apart, as text. */

import { describe, expect, it } from "vitest";
import { irOf } from "./ir-of.ts";

const TREE = "union Tree { Leaf, Node(left: Tree, key: Int, right: Tree) }\n";

describe("the IR of", () => {
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
});
