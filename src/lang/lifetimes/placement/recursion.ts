/**
 * Regions that a frame holds for nothing while its function recurs: of all that the frame, or an iteration in it,
 * bounds, nothing is needed any more when the recursive call begins. Otherwise each level of the recursion would keep
 * its own.
 *
 *     fn walk(n: Int) -> Int { let sum = add(table(n)); if n == 0 { 0 } else { walk(n - 1) + sum } }
 *
 * The table is dead when `walk` calls itself, so its region is emptied in front of the call.
 *
 * It is not worth it for objects of a known size, which count as a part of the frame.
 */

import type { Instruction, IrFunction, Site } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { forEachInstruction, readsOf } from "../../ir/traverse.ts";
import { NOWHERE } from "./destinations.ts";
import type { Call, Flow } from "./flow.ts";
import { type Node, reachableFrom } from "./graph.ts";
import type { FunctionPlacement, Placed, PlacedCall, PlacedSite } from "./placed.ts";
import { readByFrees, type StrongUpdate } from "./strong-updates.ts";

/** What a region of the frame holds. */
interface Held {
  readonly node: Node;
  readonly level: number;
  readonly isSized: boolean;
}

/**
 * For a solved flow whose destinations are known.
 * @param recursive the functions of the recursion that the flow's function is part of; none if it is part of none
 * @param depthOf how many loops are around an instruction
 */
export function findEmptied(
  flow: Flow,
  placed: { readonly sites: readonly PlacedSite[]; readonly calls: readonly PlacedCall[] },
  strongUpdates: ReadonlyMap<Instruction, StrongUpdate>,
  recursive: ReadonlySet<IrFunction>,
  depthOf: (instruction: Instruction) => number,
): FunctionPlacement["emptied"] {
  const emptied = new Map<Call, number[]>();
  const isRecursive = (i: Instruction): boolean => i.op === "call" && recursive.has(i.callee);
  const calls: Call[] = [];
  forEachInstruction(flow.fn.body, (i) => {
    if (i.op === "call" && isRecursive(i)) calls.push(i);
  });
  if (calls.length === 0) return emptied;
  const all = heldBy(flow, placed.sites, placed.calls);
  if (all.every(({ isSized }) => isSized)) return emptied;
  const liveAcross = computeLiveness(flow.fn, isRecursive, readByFrees(strongUpdates.values()));
  for (const call of calls) {
    const variables = [...liveAcross(call), ...readsOf(call).filter((atom) => atom.kind === "variable")];
    const live = reachableFrom(variables.flatMap((variable) => [...flow.pointees(variable)]));
    // Inner ones first: their arrays lie above those of outer ones on the sparse stack, and would end with them.
    for (let level = depthOf(call); level >= 0; level--) {
      const held = all.filter((each) => each.level === level);
      if (held.some(({ node }) => live.has(node))) break;
      if (held.some(({ isSized }) => !isSized)) emptied.set(call, [...(emptied.get(call) ?? []), level]);
    }
  }
  return emptied;
}

function heldBy(flow: Flow, sites: readonly PlacedSite[], calls: readonly PlacedCall[]): Held[] {
  const sized = new Set<Site>();
  forEachInstruction(flow.fn.body, (i) => {
    if (i.op === "construct" || (i.op === "arrayNew" && i.length.kind === "constant")) sized.add(i.site);
  });
  const held = (node: Node, { loops, loopCarried, destinations }: Placed, isSized: boolean): Held[] => {
    const level = loops - loopCarried;
    return destinations === NOWHERE ? [{ node, level, isSized: isSized && loops === level }] : [];
  };
  return [
    ...sites.flatMap((placed) => held(flow.sites.get(placed.site)!, placed, sized.has(placed.site))),
    ...calls.flatMap(({ call, groups }) =>
      groups.flatMap((group) => held(flow.groupsOf(call).get(group.origin)!, group, false)),
    ),
  ];
}
