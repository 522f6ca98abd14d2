/**
 * What goes to the collected heap: objects that no region bounds, and what has to do with them.
 *
 * A region frees all of its objects at once. A loop or a recursion may store object after object into something older
 * than the call: a field, a global, an element. The region that such objects go to ends with its owner. Until then all
 * of them pile up, also those that have been replaced. So they are *unbounded*, and go to the heap, where a collector
 * frees them.
 *
 * No region is searched for pointers into the heap, and a collection of a region may move its objects. So these go to
 * the heap as well:
 *
 *   1. What may refer to an object of the heap.
 *   2. What an object of the heap may refer to, if this function makes it. What the function was given outlives the
 *      call, and does not move during it.
 *   3. What the same loop makes and the call keeps. The loop keeps its variables ready for a collector anyway; regions
 *      beside that cost more than they save.
 *
 * A node *must* be in the heap whoever calls the function, or it *may* be there, if some caller has put it there. Musts
 * go up to callers, mays go down to callees. What may be in the heap and stays in the call must be there. What is made
 * for the caller goes where the caller says.
 *
 * What goes to a primary global ends where that is assigned (primary-globals.ts), and piles up nowhere.
 *
 * Source: seed note 003 has regions for values whose end is known. This is for the others.
 */

import type { Block, InstructionOf, IrFunction, Site, Variable } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf, forEachInstruction } from "../../ir/traverse.ts";
import type { Certainty } from "./certain.ts";
import { asCallerSees, type Destinations, GLOBAL, NOWHERE, onlyReturned } from "./destinations.ts";
import type { Call, Flow } from "./flow.ts";
import { GLOBALS, type Node, setAt } from "./graph.ts";
import type { FunctionPlacement, Placed, PlacedGroup } from "./placed.ts";
import type { Owner, Slots } from "./slots.ts";

/** A function as this analysis sees it. */
export interface HeapFlow {
  readonly flow: Flow;
  /** The nodes that stand for objects. */
  readonly real: ReadonlySet<Node>;
  readonly placement: FunctionPlacement;
  readonly isRecursive: boolean;
}

/** What each function makes or has made that is anchored. */
type Anchored = ReadonlyMap<IrFunction, Pick<Certainty, "kept">>;

export interface HeapUse {
  /** Whether a node is in the heap, whoever calls the function. */
  must(fn: IrFunction, node: Node): boolean;
  /** Whether a node is unbounded itself. */
  pilesUp(fn: IrFunction, node: Node): boolean;
  /** Whether a variable may refer to the heap. */
  mayRefer(fn: IrFunction, variable: Variable): boolean;
}

/**
 * @param flows callees before their callers
 * @param anchored finds what is anchored
 * @param outermost the function that nobody waits for: it collects what goes to globals itself
 * @returns null where regions bound everything
 */
export function findHeap(
  flows: readonly HeapFlow[],
  slots: Slots,
  anchored: () => Anchored,
  outermost: IrFunction | null,
): HeapUse | null {
  // Mostly nothing piles up, and nobody has to know what is anchored.
  const withoutAnchors = new Unbounded(flows, new Map(), outermost);
  if (flows.every((each) => withoutAnchors.nodesOf(each).size === 0)) return null;
  const unbounded = new Unbounded(flows, anchored(), outermost);
  const heaps = new Map<IrFunction, FunctionHeap>();
  for (const each of flows) heaps.set(each.flow.fn, new FunctionHeap(each, slots, unbounded.nodesOf(each)));
  const all = [...heaps.values()];
  if (all.every(({ must }) => must.size === 0)) return null;
  const globals = new Set<Owner>();
  for (let news = true; news; ) {
    news = false;
    for (const heap of all) {
      if (heap.settle(globals)) news = true;
      for (const call of heap.calls) if (heap.learnFrom(call, heaps.get(call.callee)!)) news = true;
    }
    for (const heap of [...all].reverse()) {
      if (heap.settle(globals)) news = true;
      if (heap.tellGlobals(globals)) news = true;
      for (const call of heap.calls) if (heap.tell(call, heaps.get(call.callee)!, globals)) news = true;
    }
  }
  return {
    must: (fn, node) => heaps.get(fn)!.must.has(node),
    pilesUp: (fn, node) => heaps.get(fn)!.unbounded.has(node),
    mayRefer: (fn, variable) => heaps.get(fn)!.mayRefer(variable),
  };
}

/** Which nodes are unbounded. */
class Unbounded {
  readonly #outermost: IrFunction | null;
  /** The groups in which anything counts: with what does not. */
  readonly #counted = new Map<IrFunction, Set<Destinations>>();
  /** Storages of growing lists double, and so are bounded; what is anchored is so as well. */
  readonly #bounded = new Set<Site>();
  readonly #anchored: Anchored;

  constructor(flows: readonly HeapFlow[], anchored: Anchored, outermost: IrFunction | null) {
    this.#outermost = outermost;
    this.#anchored = anchored;
    for (const { flow } of flows) {
      this.#counted.set(flow.fn, new Set());
      const kept = anchored.get(flow.fn)?.kept;
      forEachInstruction(flow.fn.body, (i) => {
        if (i.op === "arrayGrow" || (kept?.has(i) && "site" in i)) this.#bounded.add(i.site);
      });
    }
    for (let news = true; news; ) {
      news = false;
      for (const { flow, placement } of flows) {
        const counted = this.#counted.get(flow.fn)!;
        const before = counted.size;
        const count = ({ destinations, primary }: Placed): void => {
          if (destinations !== NOWHERE && primary === null) counted.add(asCallerSees(destinations));
        };
        for (const placed of placement.sites) if (!this.#bounded.has(placed.site)) count(placed);
        for (const { call, groups } of placement.calls) {
          for (const group of groups) if (this.#isCounted(flow.fn, call, group)) count(group);
        }
        if (counted.size > before) news = true;
      }
    }
  }

  #isCounted(fn: IrFunction, call: Call, { origin, primary, isPlaced }: PlacedGroup): boolean {
    const { callee } = call;
    if (primary !== null || isPlaced) return false;
    if (!this.#counted.get(callee)!.has(origin)) return false;
    // What the callee returns may be anchored here.
    return !(onlyReturned(callee, origin) && this.#anchored.get(fn)?.kept.has(call));
  }

  nodesOf({ flow, placement, isRecursive }: HeapFlow): ReadonlySet<Node> {
    const { fn } = flow;
    const made = [
      ...placement.sites.map((placed) => {
        return { placed, node: flow.sites.get(placed.site)!, isCounted: !this.#bounded.has(placed.site) };
      }),
      ...placement.calls.flatMap(({ call, groups }) =>
        groups
          .filter(({ isPlaced }) => !isPlaced)
          .map((group) => {
            return {
              placed: group,
              node: flow.groupsOf(call).get(group.origin)!,
              isCounted: this.#isCounted(fn, call, group),
            };
          }),
      ),
    ];
    const leaves = ({ destinations, primary }: Placed): boolean =>
      primary === null && !onlyReturned(fn, fn === this.#outermost ? destinations & ~GLOBAL : destinations);
    const unbounded = new Set<Node>();
    /** Whether something is made in a region of a caller's that nothing of the call's may be collected in. */
    let hasOthers = false;
    for (const { placed, node, isCounted } of made) {
      if (!leaves(placed)) continue;
      // It may be stored into something older than the call as often as it is made.
      if (isCounted && (placed.loops > 0 || isRecursive)) unbounded.add(node);
      else hasOthers = true;
    }
    if (!hasOthers) return unbounded;
    // The caller may have one region for what is returned and for those. Then no loop here can collect it.
    const isRepeated = startsAgain(fn);
    for (const { placed, node, isCounted } of made) {
      if (isCounted && placed.destinations !== NOWHERE && (placed.loops > 0 || isRepeated)) unbounded.add(node);
    }
    return unbounded;
  }
}

/** Whether a function tail-calls itself, as a loop would. */
function startsAgain(fn: IrFunction): boolean {
  let found = false;
  forEachInstruction(fn.body, (i) => {
    if (i.op === "tailCall" && i.callee === fn) found = true;
  });
  return found;
}

/** Whether a node stands for objects that the function makes and keeps to itself. */
function isOwn({ input, destinations }: Node): boolean {
  return input === undefined && destinations === NOWHERE;
}

function outermostLoops({ instructions }: Block): InstructionOf<"loop">[] {
  return instructions.flatMap((i) => (i.op === "loop" ? [i] : blocksOf(i).flatMap(outermostLoops)));
}

/** What a block makes, itself or by calls. */
function madeIn(block: Block, flow: Flow): Node[] {
  const made: Node[] = [];
  forEachInstruction(block, (i) => {
    if (allocates(i) && "site" in i) made.push(flow.sites.get(i.site)!);
    if (i.op === "call" || i.op === "tailCall") made.push(...flow.groupsOf(i).values());
  });
  return made;
}

class FunctionHeap {
  readonly unbounded: ReadonlySet<Node>;
  readonly must: Set<Node>;
  readonly may: Set<Node>;
  readonly calls: readonly Call[];
  readonly #flow: Flow;
  readonly #real: ReadonlySet<Node>;
  readonly #slots: Slots;
  /** What refers to a node. */
  readonly #holders = new Map<Node, Set<Node>>();
  /** By the parameter that they are read from. */
  readonly #inputs = new Map<number, Set<Node>>();
  readonly #groups = new Map<Destinations, Set<Node>>();
  /** What of the callers' objects that a parameter leads to may be in the heap. */
  readonly #mayBehind = new Map<number, Set<Owner>>();

  /** For each loop that is in no other, what is made in it. */
  readonly #madeInLoops: readonly (readonly Node[])[];

  constructor({ flow, real }: HeapFlow, slots: Slots, unbounded: ReadonlySet<Node>) {
    this.#flow = flow;
    this.#real = real;
    this.#slots = slots;
    this.unbounded = unbounded;
    this.must = new Set(unbounded);
    this.may = new Set(unbounded);
    this.calls = flow.calls();
    this.#madeInLoops = outermostLoops(flow.fn.body).map(({ body }) =>
      madeIn(body, flow).filter((each) => real.has(each)),
    );
    const { globals, nodes } = flow.graph;
    for (const node of nodes) {
      if (!real.has(node)) continue;
      const { input, contents, destinations } = node;
      if (input !== undefined) setAt(this.#inputs, input.parameter).add(node);
      else if (destinations !== NOWHERE) setAt(this.#groups, asCallerSees(destinations)).add(node);
      if (node === globals) continue;
      for (const values of contents.values()) for (const value of values) setAt(this.#holders, value).add(node);
    }
  }

  mayRefer(variable: Variable): boolean {
    for (const node of this.#flow.pointees(variable)) if (this.may.has(node)) return true;
    return false;
  }

  /** Applies the rules inside the function. @returns whether anything is new */
  settle(globals: ReadonlySet<Owner>): boolean {
    const before = this.must.size + this.may.size;
    for (const node of this.#real) {
      if (node.input === undefined || node === this.#flow.graph.globals) continue;
      const owners = node.input.parameter === GLOBALS ? globals : this.#mayBehind.get(node.input.parameter);
      if (owners !== undefined && intersects(node.owners, owners)) this.may.add(node);
    }
    for (let known = -1; known !== this.must.size + this.may.size; ) {
      known = this.must.size + this.may.size;
      this.#close(this.must);
      for (const node of this.must) this.may.add(node);
      this.#close(this.may);
      for (const node of this.may) if (isOwn(node)) this.must.add(node);
      for (const made of this.#madeInLoops) {
        if (made.some((node) => this.must.has(node))) for (const node of made) if (isOwn(node)) this.must.add(node);
      }
    }
    return before !== this.must.size + this.may.size;
  }

  /** Adds what refers to these nodes, and what they refer to and the function makes. */
  #close(nodes: Set<Node>): void {
    // A set is iterated in the order of insertion, so what is added here is visited, too.
    for (const node of nodes) {
      for (const holder of this.#holders.get(node) ?? []) nodes.add(holder);
      for (const values of node.contents.values()) {
        for (const value of values) if (value.input === undefined && this.#real.has(value)) nodes.add(value);
      }
    }
  }

  /** What must be in the heap for a callee must be so here. */
  learnFrom(call: Call, callee: FunctionHeap): boolean {
    const before = this.must.size;
    for (const [node, mine] of this.#flow.nodesOf(call)) {
      if (!callee.#mustOf(node)) continue;
      for (const each of mine) if (each !== this.#flow.graph.globals && this.#real.has(each)) this.must.add(each);
    }
    return this.must.size > before;
  }

  /** @param node of the function's summary */
  #mustOf({ input, destinations }: Node): boolean {
    if (input === undefined) return this.#someMust(this.#groups.get(destinations));
    return this.#someMust(this.#inputs.get(input.parameter), (node) => node.input!.slot === input.slot);
  }

  #someMust(nodes: Iterable<Node> = [], isMeant: (node: Node) => boolean = () => true): boolean {
    for (const node of nodes) if (isMeant(node) && this.must.has(node)) return true;
    return false;
  }

  /** What may be in the heap here may be so for a callee. */
  tell(call: Call, callee: FunctionHeap, globals: ReadonlySet<Owner>): boolean {
    if (this.may.size === 0) return false;
    let news = false;
    for (const [origin, node] of this.#flow.groupsOf(call)) {
      if (!this.may.has(node)) continue;
      for (const theirs of callee.#groups.get(origin) ?? []) {
        news ||= !callee.may.has(theirs);
        callee.may.add(theirs);
      }
    }
    for (const [index, arg] of call.args.entries()) {
      if (arg.kind !== "variable") continue;
      const owners = this.#ownersBehind(this.#flow.pointees(arg), globals);
      if (owners.size === 0) continue;
      const known = setAt(callee.#mayBehind, index);
      const had = known.size;
      for (const owner of owners) known.add(owner);
      news ||= known.size > had;
    }
    return news;
  }

  tellGlobals(globals: Set<Owner>): boolean {
    if (this.may.size === 0) return false;
    const before = globals.size;
    const contents = [...this.#flow.graph.globals.contents.values()].flatMap((values) => [...values]);
    for (const owner of this.#ownersBehind(contents, globals)) globals.add(owner);
    return globals.size > before;
  }

  /** What of all that can be reached from some nodes may be in the heap. */
  #ownersBehind(nodes: Iterable<Node>, globals: ReadonlySet<Owner>): ReadonlySet<Owner> {
    const reached = new Set(nodes);
    const found = new Set<Owner>();
    const { graph } = this.#flow;
    // A set is iterated in the order of insertion, so what is added here is visited, too.
    for (const node of reached) {
      if (this.may.has(node)) for (const owner of node.owners) found.add(owner);
      for (const values of node.contents.values()) for (const value of values) reached.add(value);
      if (node.input === undefined) continue;
      for (const child of node.children.values()) reached.add(child);
      for (const shared of graph.sharedBelow(node)) reached.add(shared);
      const behind = node.input.parameter === GLOBALS ? globals : this.#mayBehind.get(node.input.parameter);
      if (behind === undefined || behind.size === 0) continue;
      for (const owner of node.owners) {
        for (const each of this.#slots.reachable(owner)) if (behind.has(each)) found.add(each);
      }
    }
    return found;
  }
}

function intersects<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  for (const each of some) if (others.has(each)) return true;
  return false;
}
