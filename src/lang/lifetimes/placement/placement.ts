/**
 * Placement: the one lifetime analysis. For every allocation, every call that allocates for its caller, and every
 * parameter it tells where the value may go when the function's call is over. What stays can be freed with the call's
 * frame; what goes to a result or into a parameter must be allocated where the caller says; what a tail call takes
 * along must not be in the frame that it replaces.
 *
 *     program -> components.ts  callees before callers
 *             -> flow.ts        instructions and the callees' summaries to a graph (graph.ts, slots.ts)
 *             -> escape.ts      the destinations of the graph's nodes
 *             -> summary.ts     the graph as the callers see it; until nothing changes within a component
 *             -> ground.ts      without what only the way to there has left
 *             -> certain.ts, iterations.ts  what is not only possible but sure; what outlives an iteration of its loop
 *             -> candidates.ts        what is made one after the other, and of which not all is returned
 *             -> strong-updates.ts          arrays that nobody knows any more when a variable gets another
 *
 * For those who act on it, bounds.ts turns destinations into frames: what a function is handed, and what it hands on.
 *
 * A call of an unknown function needs nothing of its own here if it comes as a call of a function that selects among
 * all functions of its type: then the summaries of all of them are joined by that function's graph.
 */

import type { Instruction, IrFunction, IrProgram, Site } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { type Candidates, findCandidates } from "./candidates.ts";
import { type Certainty, computeCertainty } from "./certain.ts";
import { type Component, callComponents } from "./components.ts";
import { type Destinations, GLOBAL, inside, intoParameter, NOWHERE, TAIL_CALL, wholeResults } from "./destinations.ts";
import { propagateDestinations } from "./escape.ts";
import { type Call, Flow } from "./flow.ts";
import type { Node } from "./graph.ts";
import { groundedNodes } from "./ground.ts";
import { findIterations } from "./iterations.ts";
import { Slots } from "./slots.ts";
import { findStrongUpdates, type StrongUpdate } from "./strong-updates.ts";
import { Summary } from "./summary.ts";

/** Where objects that one instruction makes may go. */
export interface Placed {
  readonly destinations: Destinations;
  /** They become a result, or a part of one, on every path that returns. */
  readonly certain: boolean;
  /** The number of loops around the instruction. */
  readonly loops: number;
  /** Of how many of these loops, from the innermost on, the objects may outlive the iteration that makes them. */
  readonly loopCarried: number;
}

export interface PlacedSite extends Placed {
  readonly site: Site;
}

/** The objects that a callee makes for its caller, of those that it sends to the same destinations. */
export interface PlacedGroup extends Placed {
  /** Where the callee sends them. */
  readonly origin: Destinations;
  /** What they are, in the source's words. */
  readonly whats: readonly string[];
}

export interface PlacedCall {
  readonly call: Call;
  readonly groups: readonly PlacedGroup[];
}

/** A field of what a parameter points to, the elements of an array (`[]`), or a global. */
export interface PlacedPart {
  readonly name: string;
  /** Where what is read through it may go, beyond where the parameter takes it along. */
  readonly destinations: Destinations;
}

export interface PlacedParameter {
  readonly index: number;
  /** Where the object that it points to may go, and with it all that it refers to. */
  readonly destinations: Destinations;
  /** It becomes a result, or a part of one, on every path that returns. */
  readonly certain: boolean;
  readonly parts: readonly PlacedPart[];
}

export interface FunctionPlacement {
  readonly fn: IrFunction;
  readonly sites: readonly PlacedSite[];
  /** Only of calls that allocate for the function, tail calls among them. */
  readonly calls: readonly PlacedCall[];
  /** Only of parameters that hold pointers. */
  readonly parameters: readonly PlacedParameter[];
  /** Of globals that it reads, itself or by its calls: where what they refer to may go, other than into globals. */
  readonly globals: readonly PlacedPart[];
  /** What it makes for its results and may return one of without another; null where there is nothing like that. */
  readonly candidates: Candidates | null;
  /** Assignments (`set`) in front of which the variable has the only reference to an array, or to a list with one. */
  readonly strongUpdates: ReadonlyMap<Instruction, StrongUpdate>;
}

export type ProgramPlacement = ReadonlyMap<IrFunction, FunctionPlacement>;

/** Analyses a whole program. Cost: near to linear in its size for functions of usual length. */
export function placeProgram(program: IrProgram): ProgramPlacement {
  const components = callComponents(program.functions);
  const certainty = computeCertainty(components);
  const slots = new Slots(program.functions);
  const summaries = new Map<IrFunction, Summary>();
  const placement = new Map<IrFunction, FunctionPlacement>();
  for (const component of components) {
    const recursive = new Set(component.isRecursive ? component.functions : []);
    for (const [flow, real] of solveComponent(component, slots, summaries)) {
      placement.set(flow.fn, placeFunction(flow, real, certainty.get(flow.fn)!, recursive));
    }
  }
  return placement;
}

/**
 * Adds the summaries of one component, given those of all others that it calls.
 * @returns its solved flows, each with the nodes that stand for objects
 */
function solveComponent(
  { functions, isRecursive }: Component,
  slots: Slots,
  summaries: Map<IrFunction, Summary>,
): ReadonlyMap<Flow, ReadonlySet<Node>> {
  for (const fn of functions) summaries.set(fn, new Summary(fn.results.length));
  const flows = functions.map((fn) => new Flow(fn, slots, (callee) => summaries.get(callee)!));
  for (let news = true; news; ) {
    news = false;
    for (const flow of flows) {
      flow.solve();
      propagateDestinations(flow);
      if (summaries.get(flow.fn)!.join(flow.graph, flow.results)) news = isRecursive;
    }
  }
  const real = groundedNodes(flows);
  if (!isRecursive) return real;
  for (const [flow, nodes] of real) {
    const summary = new Summary(flow.fn.results.length);
    summary.join(flow.graph, flow.results, (node) => nodes.has(node));
    summaries.set(flow.fn, summary);
  }
  return real;
}

function placeFunction(
  flow: Flow,
  real: ReadonlySet<Node>,
  certainty: Certainty,
  recursive: ReadonlySet<IrFunction>,
): FunctionPlacement {
  const { fn } = flow;
  const wholes = wholeResults(fn);
  const results = wholes | inside(wholes, wholes);
  const iterations = findIterations(flow);
  const place = (instruction: Instruction, node: Node): Placed => ({
    destinations: node.destinations,
    certain: (node.destinations & results) !== NOWHERE && certainty.kept.has(instruction),
    loops: iterations.depth(instruction),
    loopCarried: iterations.loopCarried(instruction, node),
  });

  const sites: PlacedSite[] = [];
  const calls: PlacedCall[] = [];
  forEachInstruction(fn.body, (i) => {
    if (allocates(i) && "site" in i) sites.push({ site: i.site, ...place(i, flow.sites.get(i.site)!) });
    if (i.op === "call" || i.op === "tailCall") {
      const made = [...flow.groupsOf(i)].filter(([, node]) => real.has(node));
      const groups = made.map(([origin, node]) => ({ origin, whats: [...node.whats], ...place(i, node) }));
      if (groups.length > 0) calls.push({ call: i, groups });
    }
  });
  const globals = placeParts(flow.graph.globals, GLOBAL | TAIL_CALL);
  const candidates = findCandidates(flow, real, (i) => certainty.kept.has(i), recursive);
  const strongUpdates = findStrongUpdates(flow);
  return { fn, sites, calls, parameters: placeParameters(flow, certainty), globals, candidates, strongUpdates };
}

function placeParameters({ fn, graph }: Flow, certainty: Certainty): PlacedParameter[] {
  return graph.roots.flatMap((root, index) => {
    if (root === undefined) return [];
    const wholes = wholeResults(fn);
    // It has outlived the function's frame from the start.
    const whole = root.destinations & ~TAIL_CALL;
    const implied = inside(whole, wholes) | intoParameter(fn, index) | TAIL_CALL;
    const parts = placeParts(root, implied);
    return [{ index, destinations: whole, certain: certainty.parameters.has(index), parts }];
  });
}

/** The slots of a root through which something goes to more than what is implied. */
function placeParts(root: Node, implied: Destinations): PlacedPart[] {
  return [...root.children].flatMap(([slot, child]) => {
    const destinations = destinationsBelow(child) & ~implied;
    return destinations === NOWHERE ? [] : [{ name: slot.name, destinations }];
  });
}

/** Where an input, or what is read through it, may go. */
function destinationsBelow(input: Node): Destinations {
  const below = new Set([input]);
  for (const node of below) for (const child of node.children.values()) below.add(child);
  return [...below].reduce((all, node) => all | node.destinations, NOWHERE);
}
