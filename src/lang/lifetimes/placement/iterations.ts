/**
 * How far out of its loops a value may live: for each allocation or call the loops around it, and of how many of them,
 * from the innermost on, a value may outlive the iteration that made it.
 *
 * It does so where a variable that leads to it is live at the head of the loop or where a jump leaves it, and where it
 * is stored into what a parameter or a global refers to. A value that leaves by `return` ends its iteration and all
 * others.
 */

import type { Block, Instruction, IrFunction, Label, Variable } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf } from "../../ir/traverse.ts";
import { GLOBAL, intoParameter, NOWHERE } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import { type Node, reachableFrom } from "./graph.ts";

interface Loop {
  /** What the iterations of the loop leave behind. */
  readonly survivors: Set<Variable>;
}

export interface Iterations {
  /** The number of loops around an instruction. */
  depth(instruction: Instruction): number;
  /** Of how many of them, from the innermost on, the objects of a node may outlive the iteration. */
  loopCarried(instruction: Instruction, node: Node): number;
}

/** For a solved flow whose destinations are known. */
export function findIterations(flow: Flow): Iterations {
  const around = loopsOf(flow.fn);
  const reached = new Map<Loop, ReadonlySet<Node>>();
  const stored = flow.fn.params.reduce((all, _, index) => all | intoParameter(flow.fn, index), GLOBAL);
  const survives = (loop: Loop, node: Node): boolean => {
    if ((node.destinations & stored) !== NOWHERE) return true;
    let nodes = reached.get(loop);
    if (nodes === undefined) {
      nodes = reachableFrom([...loop.survivors].flatMap((variable) => [...flow.pointees(variable)]));
      reached.set(loop, nodes);
    }
    return nodes.has(node);
  };
  return {
    depth: (instruction) => around.get(instruction)?.length ?? 0,
    loopCarried: (instruction, node) => {
      const loops = around.get(instruction) ?? [];
      const outermost = loops.findIndex((loop) => survives(loop, node));
      return outermost < 0 ? 0 : loops.length - outermost;
    },
  };
}

/** The loops around the instructions that allocate or call, from the outermost in, for those that are in loops. */
function loopsOf(fn: IrFunction): ReadonlyMap<Instruction, readonly Loop[]> {
  const leaves = ({ op }: Instruction) => op === "loop" || op === "break" || op === "continue";
  const liveAt = computeLiveness(fn, leaves);
  const around = new Map<Instruction, readonly Loop[]>();
  /** How many loops are around a label. */
  const depths = new Map<Label, number>();

  const visit = (block: Block, loops: readonly Loop[]): void => {
    for (const i of block.instructions) {
      if (loops.length > 0 && (allocates(i) || i.op === "call" || i.op === "tailCall")) around.set(i, loops);
      if (i.op === "loop" || i.op === "block") depths.set(i.label, loops.length);
      if (i.op === "break" || i.op === "continue") {
        const left = loops.slice(depths.get(i.label)! + (i.op === "continue" ? 1 : 0));
        if (left.length > 0)
          for (const variable of liveAt(i)) for (const { survivors } of left) survivors.add(variable);
      }
      const within = i.op === "loop" ? [...loops, { survivors: new Set(liveAt(i)) }] : loops;
      for (const inner of blocksOf(i)) visit(inner, within);
    }
  };
  visit(fn.body, []);
  return around;
}
