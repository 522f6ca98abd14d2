/**
 * What a function holds for nothing while it recurs. Each level of the recursion would keep its own.
 *
 *     fn walk(n: Int) -> Int { let sum = add(table(n)); if n == 0 { 0 } else { walk(n - 1) + sum } }
 *
 * The table is dead when `walk` calls itself, so its region is emptied in front of the call. Where a region holds
 * something that is needed as well, the rest of it can only be collected. That is so for what a call uses a part of:
 *
 *     fn walk(n: Int) -> Int { let name = load(n).name; if n == 0 { 0 } else { walk(n - 1) + name.length } }
 *
 * Small objects of a known size, made once, do not matter: they count as a part of the frame.
 */

import type { Atom, Block, Instruction, IrFunction, IrType, Site } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { blocksOf, forEachInstruction, holdsPointer, readsOf, writesOf } from "../../ir/traverse.ts";
import { NOWHERE, onlyReturned } from "./destinations.ts";
import type { Call, Flow } from "./flow.ts";
import { type Node, reachableFrom } from "./graph.ts";
import {
  type DeadAtCall,
  type FunctionPlacement,
  isPlaced,
  type Placed,
  type PlacedCall,
  type PlacedSite,
} from "./placed.ts";
import { readByFrees } from "./strong-updates.ts";

/** An array of no more elements is small. */
const SMALL_ELEMENTS = 32;

/** What a region of the frame or of a caller holds. */
interface Held {
  readonly node: Node;
  readonly madeBy: Instruction;
  /** Of the frame's region; null for a caller's. */
  readonly level: number | null;
  readonly isSized: boolean;
  /** A call makes several objects, of which some may be dead while others are needed. */
  readonly isSeveral: boolean;
  /** Iterations make one after the other. */
  readonly isRepeated: boolean;
}

/**
 * For a solved flow whose destinations are known.
 * @param recursive the functions of the recursion that the flow's function is part of; none if it is part of none
 * @returns for each call that recurs, what is dead there
 */
export function findDeadAtCalls(
  flow: Flow,
  { sites, calls: makers, strongUpdates }: Pick<FunctionPlacement, "sites" | "calls" | "strongUpdates">,
  recursive: ReadonlySet<IrFunction>,
): ReadonlyMap<Call, DeadAtCall> {
  const dead = new Map<Call, DeadAtCall>();
  const isRecursive = (i: Instruction): boolean => i.op === "call" && recursive.has(i.callee);
  const calls: Call[] = [];
  forEachInstruction(flow.fn.body, (i) => {
    if (i.op === "call" && isRecursive(i)) calls.push(i);
  });
  if (calls.length === 0) return dead;
  const all = heldBy(flow, sites, makers);
  if (all.every(({ isSized }) => isSized)) return dead;
  const liveAcross = computeLiveness(flow.fn, isRecursive, readByFrees(strongUpdates.values()));
  const order = orderOf(flow.fn);
  for (const call of calls) {
    const variables = [...liveAcross(call), ...readsOf(call).filter((atom) => atom.kind === "variable")];
    const live = reachableFrom(variables.flatMap((variable) => [...flow.pointees(variable)]));
    const depth = order.loopsAround(call);
    const made = all.filter(({ madeBy }) => order.mayPrecede(madeBy, call));
    const emptied: number[] = [];
    // Inner ones first: their arrays lie above those of outer ones on the sparse stack, and would end with them.
    for (let level = depth; level >= 0; level--) {
      const held = made.filter((each) => each.level === level);
      if (held.some(({ node }) => live.has(node))) break;
      if (held.some(({ isSized }) => !isSized)) emptied.push(level);
    }
    const needed = new Set(variables);
    const isPartlyDead = ({ node, madeBy, isSized, isSeveral, isRepeated }: Held): boolean => {
      if (isSized || !live.has(node)) return !isSized;
      return isRepeated || (isSeveral && !writesOf(madeBy).some((result) => needed.has(result)));
    };
    const isOwnPartlyDead = made.some((each) => {
      const { level } = each;
      return level !== null && level <= depth && !emptied.includes(level) && isPartlyDead(each);
    });
    const isCallersPartlyDead = made.some((each) => {
      const { node, madeBy, level } = each;
      if (level !== null || isRecursive(madeBy)) return false;
      // What iterations around the call make is collected between them.
      return isPartlyDead(each) && !(live.has(node) && order.shareLoop(madeBy, call));
    });
    if (emptied.length > 0 || isOwnPartlyDead || isCallersPartlyDead)
      dead.set(call, { loops: depth, emptied, isOwnPartlyDead, isCallersPartlyDead });
  }
  return dead;
}

/** Whether an array of this length counts as a part of the frame. */
function isSmall(length: Atom): boolean {
  return length.kind === "constant" && Number(length.value) <= SMALL_ELEMENTS;
}

function heldBy(flow: Flow, sites: readonly PlacedSite[], calls: readonly PlacedCall[]): Held[] {
  const { fn } = flow;
  const makers = new Map<Site, Instruction>();
  const sized = new Set<Site>();
  forEachInstruction(fn.body, (i) => {
    if ("site" in i) makers.set(i.site, i);
    if (i.op === "construct" || (i.op === "arrayNew" && isSmall(i.length))) sized.add(i.site);
  });
  const held = (node: Node, madeBy: Instruction, placed: Placed, isSized: boolean, isSeveral: boolean): Held[] => {
    const level = levelOf(fn, placed);
    if (level === undefined || isPlaced(placed)) return [];
    const isRepeated = placed.loops > (level ?? 0);
    return [{ node, madeBy, level, isSized: isSized && !isRepeated, isSeveral, isRepeated }];
  };
  return [
    ...sites.flatMap((placed) => {
      const { site } = placed;
      return held(flow.sites.get(site)!, makers.get(site)!, placed, sized.has(site), false);
    }),
    ...calls.flatMap(({ call, groups }) =>
      groups.flatMap((group) => {
        const isSeveral = call.op !== "call" || call.dsts.some(({ type }) => hasParts(type));
        return held(flow.groupsOf(call).get(group.origin)!, call, group, false, isSeveral);
      }),
    ),
  ];
}

/** The level of the function's region that holds it, null for a caller's, undefined for what others may refer to. */
function levelOf(fn: IrFunction, { loops, loopCarried, destinations }: Placed): number | null | undefined {
  if (destinations === NOWHERE) return loops - loopCarried;
  return onlyReturned(fn, destinations) ? null : undefined;
}

/** Whether a value of a type leads to more than one object. */
function hasParts(type: IrType): boolean {
  switch (type.kind) {
    case "union":
      return true;
    case "record":
      return type.record.fields.some((field) => holdsPointer(field.type));
    case "array":
    case "slice":
      return type.element.components.some(holdsPointer);
    default:
      return false;
  }
}

interface Order {
  /** Whether one instruction may run before another: it stands before it on some path, or in the same loop. */
  mayPrecede(first: Instruction, second: Instruction): boolean;
  shareLoop(first: Instruction, second: Instruction): boolean;
  loopsAround(instruction: Instruction): number;
}

/** Where an instruction stands: the index in its block, and those of the blocks and instructions around it. */
type Place = readonly number[];

function orderOf({ body }: IrFunction): Order {
  const places = new Map<Instruction, Place>();
  const loops = new Map<Instruction, readonly Instruction[]>();
  const visit = ({ instructions }: Block, around: Place, loopsAround: readonly Instruction[]): void => {
    for (const [at, i] of instructions.entries()) {
      places.set(i, [...around, at]);
      loops.set(i, loopsAround);
      const within = i.op === "loop" ? [...loopsAround, i] : loopsAround;
      for (const [branch, inner] of blocksOf(i).entries()) visit(inner, [...around, at, branch], within);
    }
  };
  visit(body, [], []);
  const shareLoop = (first: Instruction, second: Instruction): boolean => {
    const [outermost] = loops.get(first)!;
    return outermost !== undefined && outermost === loops.get(second)![0];
  };
  const standsBefore = (first: Place, second: Place): boolean => {
    const at = first.findIndex((index, level) => index !== second[level]);
    // At odd levels are branches, of which only one runs.
    return at >= 0 && at % 2 === 0 && at < second.length && first[at]! < second[at]!;
  };
  return {
    shareLoop,
    loopsAround: (instruction) => loops.get(instruction)!.length,
    mayPrecede: (first, second) => standsBefore(places.get(first)!, places.get(second)!) || shareLoop(first, second),
  };
}
