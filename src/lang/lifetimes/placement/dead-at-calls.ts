/**
 * What a function holds for nothing during a call that lasts.
 *
 * When a function recurs, each level of the recursion would keep its own:
 *
 *     fn walk(n: Int) -> Int { let sum = add(table(n)); if n == 0 { 0 } else { walk(n - 1) + sum } }
 *
 * The table is dead when `walk` calls itself, so its region is emptied in front of the call. Where a region holds
 * something that is needed as well, the rest of it can only be collected. That is so for what a call uses a part of:
 *
 *     fn walk(n: Int) -> Int { let name = load(n).name; if n == 0 { 0 } else { walk(n - 1) + name.length } }
 *
 * Small objects of a known size, made once, do not matter there: they count as a part of the frame.
 *
 * In front of any other long call only what was made in bulk matters (bulk.ts). One such structure that is dead beside
 * those that are needed stays, since it at most doubles what the function holds. Two are worth a collection.
 */

import type { Atom, Block, Instruction, InstructionOf, IrFunction, IrType, Site } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { blocksOf, forEachInstruction, holdsPointer, readsOf, writesOf } from "../../ir/traverse.ts";
import type { Bulk } from "./bulk.ts";
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
  /** It is small, and counts as a part of the frame. */
  readonly isSized: boolean;
  readonly isBulk: boolean;
  /** A call makes several objects, of which some may be dead while others are needed. */
  readonly isSeveral: boolean;
  /** Iterations make one after the other. */
  readonly isRepeated: boolean;
}

/**
 * For a solved flow whose destinations are known.
 * @param recursive the functions of the recursion that the flow's function is part of; none if it is part of none
 * @returns for each call that recurs or is long, what is dead there
 */
export function findDeadAtCalls(
  flow: Flow,
  { sites, calls: makers, strongUpdates }: Pick<FunctionPlacement, "sites" | "calls" | "strongUpdates">,
  recursive: ReadonlySet<IrFunction>,
  bulk: Bulk,
): ReadonlyMap<Call, DeadAtCall> {
  const dead = new Map<Call, DeadAtCall>();
  const recurs = (i: Instruction): boolean => i.op === "call" && recursive.has(i.callee);
  const counts = (i: Instruction): i is InstructionOf<"call"> => i.op === "call" && (recurs(i) || bulk.isLong(i));
  const calls: InstructionOf<"call">[] = [];
  forEachInstruction(flow.fn.body, (i) => {
    if (counts(i)) calls.push(i);
  });
  if (calls.length === 0) return dead;
  const held = heldBy(flow, sites, makers, bulk);
  const liveAcross = computeLiveness(flow.fn, counts, readByFrees(strongUpdates.values()));
  const order = orderOf(flow.fn);
  for (const call of calls) {
    const variables = new Set([...liveAcross(call), ...readsOf(call).filter((atom) => atom.kind === "variable")]);
    const live = reachableFrom([...variables].flatMap((variable) => [...flow.pointees(variable)]));
    const made = held.filter(({ madeBy, level }) => order.mayPrecede(madeBy, call, level ?? 0));
    const loops = order.loopsAround(call).length;
    const matters = ({ isSized, isBulk }: Held): boolean => (recurs(call) ? !isSized : isBulk);
    const emptied: number[] = [];
    // Inner ones first: their arrays lie above those of outer ones on the sparse stack, and would end with them.
    for (let level = loops; level >= 0; level--) {
      const there = made.filter((each) => each.level === level);
      if (there.some(({ node }) => live.has(node))) break;
      if (there.some(matters)) emptied.push(level);
    }
    const left = made.filter((each) => matters(each) && (each.level === null || !emptied.includes(each.level)));
    const isLive = ({ node }: Held): boolean => live.has(node);
    const mayBePartlyDead = ({ madeBy, level, isSeveral, isRepeated }: Held): boolean => {
      // What iterations around the call make for results is collected between them.
      if (level === null && order.shareLoop(madeBy, call)) return false;
      return isRepeated || (isSeveral && !writesOf(madeBy).some((result) => variables.has(result)));
    };
    const isWorthACollection = (some: readonly Held[]): boolean => {
      if (!recurs(call)) return order.countApart(some.filter((each) => !isLive(each)).map(({ madeBy }) => madeBy)) > 1;
      return some.some((each) => !isLive(each) || mayBePartlyDead(each));
    };
    const isOwnPartlyDead = isWorthACollection(left.filter(({ level }) => level !== null && level <= loops));
    const isCallersPartlyDead = isWorthACollection(
      left.filter(({ madeBy, level }) => level === null && !recurs(madeBy)),
    );
    if (emptied.length > 0 || isOwnPartlyDead || isCallersPartlyDead)
      dead.set(call, { loops, emptied, isOwnPartlyDead, isCallersPartlyDead });
  }
  return dead;
}

/** Whether an array of this length counts as a part of the frame. */
function isSmall(length: Atom): boolean {
  return length.kind === "constant" && Number(length.value) <= SMALL_ELEMENTS;
}

function heldBy(flow: Flow, sites: readonly PlacedSite[], calls: readonly PlacedCall[], bulk: Bulk): Held[] {
  const { fn } = flow;
  const makers = new Map<Site, Instruction>();
  const sized = new Set<Site>();
  forEachInstruction(fn.body, (i) => {
    if ("site" in i) makers.set(i.site, i);
    if (i.op === "construct" || (i.op === "arrayNew" && isSmall(i.length))) sized.add(i.site);
  });
  const held = (placed: Placed, made: Pick<Held, "node" | "madeBy" | "isSized" | "isBulk" | "isSeveral">): Held[] => {
    const level = levelOf(fn, placed);
    if (level === undefined || isPlaced(placed)) return [];
    const isRepeated = placed.loops > (level ?? 0);
    const { isSized, isBulk } = made;
    return [
      {
        ...made,
        level,
        isSized: isSized && !isRepeated,
        isBulk: isBulk || (isRepeated && !bulk.onlyGrows(made.madeBy)),
        isRepeated,
      },
    ];
  };
  return [
    ...sites.flatMap((placed) => {
      const { site } = placed;
      const [node, madeBy] = [flow.sites.get(site)!, makers.get(site)!];
      return held(placed, { node, madeBy, isSized: sized.has(site), isBulk: bulk.isLarge(site), isSeveral: false });
    }),
    ...calls.flatMap(({ call, groups }) =>
      groups.flatMap((group) => {
        const node = flow.groupsOf(call).get(group.origin)!;
        const isSeveral = call.op !== "call" || call.dsts.some(({ type }) => hasParts(type));
        return held(group, { node, madeBy: call, isSized: false, isBulk: bulk.isMany(call, group), isSeveral });
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
  /**
   * Whether one instruction may run before another: it stands before it on some path, or in the same loop.
   * @param level iterations of that many loops, from the outermost on, end what it has made
   */
  mayPrecede(first: Instruction, second: Instruction, level?: number): boolean;
  shareLoop(first: Instruction, second: Instruction): boolean;
  loopsAround(instruction: Instruction): readonly Instruction[];
  /** How many instructions there are if those of one loop count once. */
  countApart(instructions: readonly Instruction[]): number;
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
  const shareLoop = (first: Instruction, second: Instruction, level = 0): boolean => {
    const loop = loops.get(first)![level];
    return loop !== undefined && loop === loops.get(second)![level];
  };
  const standsBefore = (first: Place, second: Place): boolean => {
    const at = first.findIndex((index, level) => index !== second[level]);
    // At odd levels are branches, of which only one runs.
    return at >= 0 && at % 2 === 0 && at < second.length && first[at]! < second[at]!;
  };
  return {
    shareLoop: (first, second) => shareLoop(first, second),
    loopsAround: (instruction) => loops.get(instruction)!,
    countApart: (instructions) => new Set(instructions.map((i) => loops.get(i)![0] ?? i)).size,
    mayPrecede: (first, second, level) =>
      standsBefore(places.get(first)!, places.get(second)!) || shareLoop(first, second, level),
  };
}
