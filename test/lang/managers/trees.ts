/** Binary trees in the notation of the IR. */

import type { Variable } from "../../../src/lang/ir/ir.ts";
import { type FunctionBuilder, INT, int, type ProgramBuilder, unionOf } from "../ir-notation.ts";

/** A union of leaves and of nodes with two trees. */
export function treeUnion(): ReturnType<typeof unionOf> {
  return unionOf("Tree", {
    Leaf: null,
    Node: (self) => [
      ["left", self],
      ["right", self],
    ],
  });
}

/** Adds a function that makes a full tree of the depth that is its argument. */
export function addMakeTree(program: ProgramBuilder, tree: ReturnType<typeof treeUnion>): FunctionBuilder {
  const make = program.declare("make", [["depth", INT]], [tree.type]);
  make.if(make.binary("eq", make.param(0), int(0)), () => {
    make.return(make.define(tree.type, { op: "immediate", union: tree.union, caseIndex: 0 }));
  });
  const below = make.binary("sub", make.param(0), int(1));
  const [left] = make.call(make, below) as [Variable];
  const [right] = make.call(make, below) as [Variable];
  make.return(make.construct(tree.record("Node"), left, right));
  return make;
}
