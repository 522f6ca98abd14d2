/** `programs/rbtree.mote` in AssemblyScript. */

import { collectIfDue, countMade } from "./collect";

declare function report(order: i32, keys: i32, size: i32, depth: i32, sum: i32): void;

enum Color {
  Red,
  Black,
}

@final
class Node {
  constructor(
    readonly color: Color,
    readonly left: Node | null,
    readonly key: i32,
    readonly right: Node | null,
  ) {
    countMade(1);
  }
}

let tree: Node | null = null;

function insert(tree: Node | null, key: i32): Node {
  const placed = place(tree, key);
  return new Node(Color.Black, placed.left, placed.key, placed.right);
}

function place(tree: Node | null, key: i32): Node {
  if (!tree) return new Node(Color.Red, null, key, null);
  if (key < tree.key) return balance(tree.color, place(tree.left, key), tree.key, tree.right);
  if (key > tree.key) return balance(tree.color, tree.left, tree.key, place(tree.right, key));
  return tree;
}

/** A red node with two black children, in the place of a black one with a red child and a red grandchild. */
function rotated(a: Node | null, x: i32, b: Node | null, y: i32, c: Node | null, z: i32, d: Node | null): Node {
  return new Node(Color.Red, new Node(Color.Black, a, x, b), y, new Node(Color.Black, c, z, d));
}

function balance(color: Color, left: Node | null, key: i32, right: Node | null): Node {
  if (color == Color.Red) return new Node(Color.Red, left, key, right);
  if (left && left.color == Color.Red) {
    const outer = left.left;
    const inner = left.right;
    if (outer && outer.color == Color.Red) {
      return rotated(outer.left, outer.key, outer.right, left.key, inner, key, right);
    }
    if (inner && inner.color == Color.Red) {
      return rotated(outer, left.key, inner.left, inner.key, inner.right, key, right);
    }
  }
  if (right && right.color == Color.Red) {
    const inner = right.left;
    const outer = right.right;
    if (inner && inner.color == Color.Red) {
      return rotated(left, key, inner.left, inner.key, inner.right, right.key, outer);
    }
    if (outer && outer.color == Color.Red) {
      return rotated(left, key, inner, right.key, outer.left, outer.key, outer.right);
    }
  }
  return new Node(Color.Black, left, key, right);
}

// A conditional expression in place of this statement keeps asc 0.28.20 busy for ever at -O3.
function size(tree: Node | null): i32 {
  if (!tree) return 0;
  return 1 + size(tree.left) + size(tree.right);
}

function depth(tree: Node | null): i32 {
  if (!tree) return 0;
  return 1 + max(depth(tree.left), depth(tree.right));
}

function checksum(tree: Node | null, sum: i32): i32 {
  if (!tree) return sum;
  return checksum(tree.right, checksum(tree.left, sum) * 31 + tree.key);
}

export function run(order: i32, keys: i32): void {
  const isRandom = order == 1;
  let key = 0;
  for (let i = 0; i < keys; i++) {
    key = isRandom ? key * 1664525 + 1013904223 : i;
    tree = insert(tree, key);
    collectIfDue(i + 1);
  }
  report(order, keys, size(tree), depth(tree), checksum(tree, 0));
}
