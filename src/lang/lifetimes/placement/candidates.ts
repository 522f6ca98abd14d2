/**
 * Candidates: what a function makes for its results, one after the other, of which it may return one and not another.
 * Each begins a sub-region, so that the others can end where it is decided which one is returned.
 *
 *     fn choose() -> T {
 *       let one = make()                 the first sub-region
 *       let other = make()               a sub-region begins in front of this call
 *       if test() { one } else { other } here one of the two ends, unless it is needed by the other
 *     }
 *
 * What may refer to what is in the function's graph, which has no order of time: so no store between the two is missed.
 * Loops are part of one candidate, however many iterations they have.
 */

import { CANDIDATES_MOST } from "#contract";
import type { Block, Instruction, IrFunction } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf, forEachInstruction } from "../../ir/traverse.ts";
import { NOWHERE, onlyReturned, TAIL_CALL } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import { type Node, reachableFrom } from "./graph.ts";

export interface Candidates {
  /**
   * In front of each of these a sub-region begins; the first one of all begins with the call, and what comes after the
   * last that there may be shares it.
   */
  readonly begins: readonly Instruction[];
  /** For each sub-region, the first among them, as a bit mask: those that it may refer to, and itself. */
  readonly needs: readonly number[];
}

/** An instruction that makes something for the results, or a loop of such. */
interface Making {
  readonly instruction: Instruction;
  readonly nodes: ReadonlySet<Node>;
  /** Whether it may be made and not returned. */
  readonly isUncertain: boolean;
  /** The returns in front of it, in the order of the text. */
  readonly returnsBefore: number;
}

/** What may be one sub-region. */
interface Part {
  readonly begin: Instruction;
  readonly nodes: Set<Node>;
  isUncertain: boolean;
}

type Return = Extract<Instruction, { readonly op: "return" }>;

/**
 * The candidates of a solved flow whose destinations are known.
 * @param real the nodes that stand for objects
 * @param isKept whether what an instruction makes is returned on every path that returns
 * @param component the functions that the flow's function recurs with: what they make for each other is little, and not
 *   looked after
 */
export function findCandidates(
  flow: Flow,
  real: ReadonlySet<Node>,
  isKept: (instruction: Instruction) => boolean,
  component: ReadonlySet<IrFunction>,
): Candidates | null {
  const { fn } = flow;
  const returns: Return[] = [];
  const makings: Making[] = [];
  const replaced = replacedNodes(flow);
  const nodesOf = (i: Instruction): Node[] => {
    if (allocates(i) && "site" in i) return [flow.sites.get(i.site)!];
    return i.op === "call" ? [...flow.groupsOf(i).values()] : [];
  };
  const isReturned = (node: Node): boolean =>
    real.has(node) && node.destinations !== NOWHERE && onlyReturned(fn, node.destinations);
  const mayStay = (i: Instruction): boolean => {
    if (isKept(i) || (i.op === "call" && component.has(i.callee))) return false;
    return nodesOf(i).some((node) => isReturned(node) && node.destinations !== TAIL_CALL && !replaced.has(node));
  };
  let startsAgain = false;
  forEachInstruction(fn.body, (i) => {
    if (i.op === "tailCall" && i.callee === fn) startsAgain = true;
  });
  if (startsAgain) return null;

  const visit = ({ instructions }: Block): void => {
    for (const i of instructions) {
      if (i.op === "return") returns.push(i);
      const made = i.op === "loop" ? withInner(i) : [i];
      const nodes = new Set(made.flatMap(nodesOf).filter(isReturned));
      if (nodes.size > 0) {
        makings.push({ instruction: i, nodes, isUncertain: made.some(mayStay), returnsBefore: returns.length });
      }
      if (i.op === "loop") returns.push(...made.filter((inner) => inner.op === "return"));
      else for (const inner of blocksOf(i)) visit(inner);
    }
  };
  visit(fn.body);
  if (makings.length < 2 || !makings.some(({ isUncertain }) => isUncertain)) return null;

  const reached = new Map<Node, ReadonlySet<Node>>();
  const reach = (node: Node): ReadonlySet<Node> => {
    const known = reached.get(node) ?? reachableFrom([node]);
    reached.set(node, known);
    return known;
  };
  const parts: Part[] = [];
  for (const { instruction, nodes, isUncertain, returnsBefore } of makings) {
    const last = parts.at(-1);
    const later = returns.slice(returnsBefore);
    const isWorthIt = (): boolean =>
      parts.length < CANDIDATES_MOST &&
      ((isUncertain && later.some((each) => separates(flow, each, reach, last!.nodes, nodes))) ||
        (last!.isUncertain && later.some((each) => separates(flow, each, reach, nodes, last!.nodes))));
    if (last === undefined || isWorthIt()) {
      parts.push({ begin: instruction, nodes: new Set(nodes), isUncertain });
      continue;
    }
    for (const node of nodes) last.nodes.add(node);
    last.isUncertain ||= isUncertain;
  }
  if (parts.length < 2) return null;
  const needs = parts.map(({ nodes }) => {
    const needed = reachableFrom(nodes);
    return parts.reduce((bits, part, index) => (isDisjoint(part.nodes, needed) ? bits : bits | (1 << index)), 0);
  });
  return { begins: parts.slice(1).map(({ begin }) => begin), needs };
}

/**
 * What is stored where it may be replaced, such as the storage of a list: nobody chooses between what was there and
 * what came.
 */
function replacedNodes({ graph }: Flow): ReadonlySet<Node> {
  const replaced = new Set<Node>();
  for (const { contents } of graph.nodes) {
    for (const [{ owner, name }, values] of contents) {
      const isMutable = "fields" in owner && owner.fields.some((field) => field.name === name && field.mutable);
      if (isMutable) for (const value of values) replaced.add(value);
    }
  }
  return replaced;
}

function withInner(loop: Extract<Instruction, { readonly op: "loop" }>): Instruction[] {
  const inner: Instruction[] = [];
  forEachInstruction(loop.body, (i) => inner.push(i));
  return inner;
}

/** Whether a return may return something of `kept` and nothing of `other`. */
function separates(
  flow: Flow,
  { values }: Return,
  reach: (node: Node) => ReadonlySet<Node>,
  kept: ReadonlySet<Node>,
  other: ReadonlySet<Node>,
): boolean {
  const ways = values.flatMap((value) => (value.kind === "variable" ? [[...flow.pointees(value)]] : []));
  const misses = (node: Node): boolean => isDisjoint(other, reach(node));
  const keeps = (node: Node): boolean => !isDisjoint(kept, reach(node));
  if (!ways.every((nodes) => nodes.length === 0 || nodes.some(misses))) return false;
  return ways.some((nodes) => nodes.some((node) => misses(node) && keeps(node)));
}

function isDisjoint(some: ReadonlySet<Node>, others: ReadonlySet<Node>): boolean {
  for (const each of some) if (others.has(each)) return false;
  return true;
}
