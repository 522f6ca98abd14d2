/** `programs/binarytrees.mote` with JavaScript's objects. */

import type { Report } from "../convention.ts";

class Tree {
  readonly left: Tree | null;
  readonly right: Tree | null;

  constructor(left: Tree | null, right: Tree | null) {
    this.left = left;
    this.right = right;
  }
}

function make(depth: number): Tree {
  return depth === 0 ? new Tree(null, null) : new Tree(make(depth - 1), make(depth - 1));
}

function check(tree: Tree | null): number {
  if (tree === null) return 0;
  return tree.left === null ? 1 : 1 + check(tree.left) + check(tree.right);
}

export function run(report: Report, depthAsked: number): void {
  const least = 4;
  const most = Math.max(depthAsked, least + 2);
  report(0, 1, most + 1, check(make(most + 1)));
  const longLived = make(most);
  for (let depth = least; depth <= most; depth += 2) {
    const rounds = 1 << (most - depth + least);
    let nodes = 0;
    for (let i = 0; i < rounds; i++) nodes += check(make(depth));
    report(1, rounds, depth, nodes);
  }
  report(2, 1, most, check(longLived));
}
