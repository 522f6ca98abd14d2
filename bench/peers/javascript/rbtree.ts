/** `programs/rbtree.mote` with JavaScript's objects. */

import type { Report } from "../convention.ts";

const RED = 0;
const BLACK = 1;

class Node {
  readonly color: number;
  readonly left: Node | null;
  readonly key: number;
  readonly right: Node | null;

  constructor(color: number, left: Node | null, key: number, right: Node | null) {
    this.color = color;
    this.left = left;
    this.key = key;
    this.right = right;
  }
}

function insert(tree: Node | null, key: number): Node {
  const { left, key: at, right } = place(tree, key);
  return new Node(BLACK, left, at, right);
}

function place(tree: Node | null, key: number): Node {
  if (tree === null) return new Node(RED, null, key, null);
  const { color, left, key: at, right } = tree;
  if (key < at) return balance(color, place(left, key), at, right);
  if (key > at) return balance(color, left, at, place(right, key));
  return tree;
}

/** A red node with two black children, in the place of a black one with a red child and a red grandchild. */
function rotated(
  a: Node | null,
  x: number,
  b: Node | null,
  y: number,
  c: Node | null,
  z: number,
  d: Node | null,
): Node {
  return new Node(RED, new Node(BLACK, a, x, b), y, new Node(BLACK, c, z, d));
}

function balance(color: number, left: Node | null, key: number, right: Node | null): Node {
  if (color === RED) return new Node(RED, left, key, right);
  if (left !== null && left.color === RED) {
    const { left: outer, key: y, right: inner } = left;
    if (outer !== null && outer.color === RED) return rotated(outer.left, outer.key, outer.right, y, inner, key, right);
    if (inner !== null && inner.color === RED) return rotated(outer, y, inner.left, inner.key, inner.right, key, right);
  }
  if (right !== null && right.color === RED) {
    const { left: inner, key: y, right: outer } = right;
    if (inner !== null && inner.color === RED) return rotated(left, key, inner.left, inner.key, inner.right, y, outer);
    if (outer !== null && outer.color === RED) return rotated(left, key, inner, y, outer.left, outer.key, outer.right);
  }
  return new Node(BLACK, left, key, right);
}

function size(tree: Node | null): number {
  return tree === null ? 0 : 1 + size(tree.left) + size(tree.right);
}

function depth(tree: Node | null): number {
  return tree === null ? 0 : 1 + Math.max(depth(tree.left), depth(tree.right));
}

function checksum(tree: Node | null, sum: number): number {
  if (tree === null) return sum;
  return checksum(tree.right, (Math.imul(checksum(tree.left, sum), 31) + tree.key) | 0);
}

export function run(report: Report, order: number, keys: number): void {
  const isRandom = order === 1;
  let tree: Node | null = null;
  let key = 0;
  for (let i = 0; i < keys; i++) {
    key = isRandom ? (Math.imul(key, 1664525) + 1013904223) | 0 : i;
    tree = insert(tree, key);
  }
  report(order, keys, size(tree), depth(tree), checksum(tree, 0));
}
