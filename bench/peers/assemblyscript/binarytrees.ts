/** `programs/binarytrees.mote` in AssemblyScript. */

import { collectIfDue, countMade } from "./collect";

declare function report(kind: i32, trees: i32, depth: i32, nodes: i32): void;

@final
class Tree {
  constructor(
    readonly left: Tree | null,
    readonly right: Tree | null,
  ) {}
}

let longLived: Tree | null = null;

function make(depth: i32): Tree {
  return depth == 0 ? new Tree(null, null) : new Tree(make(depth - 1), make(depth - 1));
}

function check(tree: Tree | null): i32 {
  if (!tree) return 0;
  const left = tree.left;
  return left ? 1 + check(left) + check(tree.right) : 1;
}

export function run(depthAsked: i32): void {
  const least = 4;
  const most = max(depthAsked, least + 2);
  const stretched = check(make(most + 1));
  report(0, 1, most + 1, stretched);
  countMade(stretched);
  collectIfDue(0);

  longLived = make(most);
  const live = (2 << most) - 1;
  for (let depth = least; depth <= most; depth += 2) {
    const rounds = 1 << (most - depth + least);
    let nodes = 0;
    for (let i = 0; i < rounds; i++) {
      const found = check(make(depth));
      nodes += found;
      countMade(found);
      collectIfDue(live);
    }
    report(1, rounds, depth, nodes);
  }
  report(2, 1, most, check(longLived));
}
