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
 *             -> primary-globals.ts  globals whose arrays end where the globals are assigned
 *             -> heap.ts        what no region bounds, which a collector has to free
 *             -> bulk.ts, dead-at-calls.ts  what is much, and nobody needs during a call
 *
 * For those who act on it, bounds.ts turns destinations into frames: what a function is handed, and what it hands on.
 *
 * A call of an unknown function needs nothing of its own here if it comes as a call of a function that selects among
 * all functions of its type: then the summaries of all of them are joined by that function's graph.
 */

import type { Instruction, IrFunction, IrProgram } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import { findAnchored } from "./anchored.ts";
import { findBulk } from "./bulk.ts";
import { findCandidates } from "./candidates.ts";
import { type Certainty, computeCertainty } from "./certain.ts";
import { type Component, callComponents } from "./components.ts";
import { findDeadAtCalls } from "./dead-at-calls.ts";
import { type Destinations, GLOBAL, inside, intoParameter, NOWHERE, TAIL_CALL, wholeResults } from "./destinations.ts";
import { propagateDestinations } from "./escape.ts";
import { Flow } from "./flow.ts";
import type { Node } from "./graph.ts";
import { groundedNodes } from "./ground.ts";
import { findHeap, type HeapFlow, type HeapUse } from "./heap.ts";
import { findIterations } from "./iterations.ts";
import { outermostOf } from "./outermost.ts";
import type {
  FunctionPlacement,
  Placed,
  PlacedCall,
  PlacedParameter,
  PlacedPart,
  PlacedSite,
  ProgramPlacement,
} from "./placed.ts";
import { findPrimaryGlobals } from "./primary-globals.ts";
import { Slots } from "./slots.ts";
import { findStrongUpdates } from "./strong-updates.ts";
import { Summary } from "./summary.ts";

/** Analyses a whole program. Cost: near to linear in its size for functions of usual length. */
export function placeProgram(program: IrProgram): ProgramPlacement {
  const components = callComponents(program.functions);
  const certainty = computeCertainty(components);
  const slots = new Slots(program.functions);
  const summaries = new Map<IrFunction, Summary>();
  const flows: HeapFlow[] = [];
  const recursions = new Map<IrFunction, ReadonlySet<IrFunction>>();
  for (const component of components) {
    const { isRecursive } = component;
    const recursive = new Set(isRecursive ? component.functions : []);
    for (const fn of component.functions) recursions.set(fn, recursive);
    for (const [flow, real] of solveComponent(component, slots, summaries)) {
      const placement = placeFunction(flow, real, certainty.get(flow.fn)!, recursive);
      flows.push({ flow, real, placement, isRecursive });
    }
  }
  const anchored = () => findAnchored(components, new Map(flows.map(({ flow }) => [flow.fn, flow])), slots);
  withPrimaries(flows, slots);
  const heap = findHeap(flows, slots, anchored, outermostOf(program));
  const placements = new Map(
    flows.map(({ flow, placement }) => [flow.fn, heap === null ? placement : withHeap(placement, flow, heap)]),
  );
  const bulk = findBulk(components, (fn) => placements.get(fn)!);
  return new Map(
    flows.map(({ flow }) => {
      const { fn } = flow;
      const placement = placements.get(fn)!;
      return [fn, { ...placement, deadAtCalls: findDeadAtCalls(flow, placement, recursions.get(fn)!, bulk) }];
    }),
  );
}

/** Says in the placements what primary globals get. */
function withPrimaries(flows: HeapFlow[], slots: Slots): void {
  const primaries = findPrimaryGlobals(
    flows.map(({ flow }) => flow),
    slots,
  );
  if (!primaries.isAny) return;
  for (const [index, each] of flows.entries()) {
    const { flow, placement } = each;
    const { fn } = flow;
    flows[index] = {
      ...each,
      placement: {
        ...placement,
        isPrimary: primaries.has,
        sites: placement.sites.map((placed) => {
          return { ...placed, primary: primaries.globalOf(fn, flow.sites.get(placed.site)!) };
        }),
        calls: placement.calls.map(({ call, groups }) => ({
          call,
          groups: groups.map((group) => ({
            ...group,
            primary: primaries.globalOf(fn, flow.groupsOf(call).get(group.origin)!),
            isPlaced: primaries.isPlaced(call.callee, group.origin),
          })),
        })),
      },
    };
  }
}

function withHeap(placement: FunctionPlacement, flow: Flow, heap: HeapUse): FunctionPlacement {
  const { fn, sites, calls } = placement;
  const of = (node: Node) => ({ inHeap: heap.must(fn, node), pilesUp: heap.pilesUp(fn, node) });
  return {
    ...placement,
    sites: sites.map((placed) => ({ ...placed, ...of(flow.sites.get(placed.site)!) })),
    calls: calls.map(({ call, groups }) => ({
      call,
      groups: groups.map((group) => ({ ...group, ...of(flow.groupsOf(call).get(group.origin)!) })),
    })),
    mayReferToHeap: (variable) => heap.mayRefer(fn, variable),
  };
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
    inHeap: false,
    pilesUp: false,
    primary: null,
  });

  const sites: PlacedSite[] = [];
  const calls: PlacedCall[] = [];
  forEachInstruction(fn.body, (i) => {
    if (allocates(i) && "site" in i) sites.push({ site: i.site, ...place(i, flow.sites.get(i.site)!) });
    if (i.op === "call" || i.op === "tailCall") {
      const made = [...flow.groupsOf(i)].filter(([, node]) => real.has(node));
      const groups = made.map(([origin, node]) => {
        return { origin, whats: [...node.whats], ...place(i, node), isPlaced: false };
      });
      if (groups.length > 0) calls.push({ call: i, groups });
    }
  });
  const globals = placeParts(flow.graph.globals, GLOBAL | TAIL_CALL);
  const candidates = findCandidates(flow, real, (i) => certainty.kept.has(i), recursive);
  const strongUpdates = findStrongUpdates(flow);
  const parameters = placeParameters(flow, certainty);
  const no = (): boolean => false;
  return {
    ...{ fn, sites, calls, parameters, globals, candidates, strongUpdates, deadAtCalls: new Map() },
    ...{ mayReferToHeap: no, isPrimary: no },
  };
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
