/**
 * Where the objects of a function may go: what the results, tail calls, parameters and globals can reach in its graph.
 *
 * The graph has no order of time: what is stored into an object goes wherever the object goes, before or after.
 */

import type { IrFunction } from "../../ir/ir.ts";
import {
  type Destinations,
  GLOBAL,
  inside,
  intoParameter,
  NOWHERE,
  TAIL_CALL,
  wholeResult,
  wholeResults,
} from "./destinations.ts";
import type { Flow } from "./flow.ts";
import { GLOBALS, type Graph, type Node } from "./graph.ts";

/** Sets the destinations of all nodes of a solved flow. Cost: edges of the graph times destinations. */
export function propagateDestinations({ fn, graph, results, tailCalled }: Flow): void {
  const marking = new Marking(fn, graph);
  for (const [index, values] of results.entries()) marking.add(values, wholeResult(index));
  marking.add(tailCalled, TAIL_CALL);
  for (const { input, contents } of graph.nodes) {
    if (input === undefined) continue;
    const into = input.parameter === GLOBALS ? GLOBAL : intoParameter(fn, input.parameter);
    for (const values of contents.values()) marking.add(values, into);
  }
  marking.spread();
}

class Marking {
  readonly #graph: Graph;
  readonly #wholes: Destinations;
  /** What may refer to nodes that lack its destinations; at first all that an earlier step has propagated. */
  readonly #pending: Set<Node>;

  constructor(fn: IrFunction, graph: Graph) {
    this.#graph = graph;
    this.#wholes = wholeResults(fn);
    this.#pending = new Set(graph.nodes.filter(({ destinations }) => destinations !== NOWHERE));
  }

  add(nodes: Iterable<Node>, destinations: Destinations): void {
    for (const node of nodes) {
      if ((node.destinations | destinations) === node.destinations) continue;
      node.destinations |= destinations;
      this.#pending.add(node);
    }
  }

  spread(): void {
    // A node that is reached once more is put at the end again.
    for (const node of this.#pending) {
      this.#pending.delete(node);
      const within = inside(node.destinations, this.#wholes);
      for (const values of node.contents.values()) this.add(values, within);
      if (node.input === undefined) continue;
      this.add(node.children.values(), within);
      this.add(this.#graph.sharedBelow(node), within);
    }
  }
}
