/**
 * What a call of a function does to the objects that its caller can see: the function's graph without what stays
 * inside, and with all that goes to the same destinations as one node, a group.
 *
 * Invariant: a summary only grows, so that functions which call each other settle.
 */

import { asCallerSees, type Destinations, NOWHERE } from "./destinations.ts";
import { type Graph, type Node, newNode, setAt } from "./graph.ts";
import type { Slot } from "./slots.ts";

export class Summary {
  readonly #inputs = new Map<number, Map<Slot | undefined, Node>>();
  readonly #groups = new Map<Destinations, Node>();
  /** What the results may point to. */
  readonly results: readonly Set<Node>[];
  #changed = false;

  constructor(resultCount: number) {
    this.results = Array.from({ length: resultCount }, () => new Set());
  }

  get inputs(): Iterable<Node> {
    return [...this.#inputs.values()].flatMap((bySlot) => [...bySlot.values()]);
  }

  get groups(): Iterable<Node> {
    return this.#groups.values();
  }

  /**
   * Adds what the graph of the function now says.
   * @param results what its results may point to
   * @param isReal tells of nodes that stand for no object, which are left out
   * @returns whether that was news
   */
  join(graph: Graph, results: readonly ReadonlySet<Node>[], isReal: (node: Node) => boolean = () => true): boolean {
    this.#changed = false;
    const inputs = new Set<Node>();
    for (const [index, values] of results.entries())
      this.#addAll(this.results[index]!, [...values].filter(isReal), inputs);
    for (const node of graph.nodes) {
      if ((node.input === undefined && node.destinations === NOWHERE) || !isReal(node)) continue;
      if (node.input === undefined) this.#describe(node);
      for (const [slot, values] of node.contents) {
        if (values.size === 0) continue;
        if (node.input !== undefined) inputs.add(node);
        this.#addAll(setAt(this.#of(node).contents, slot), [...values].filter(isReal), inputs);
      }
    }
    // A set is iterated in the order of insertion, so what is added here is visited, too.
    for (const node of inputs) {
      for (const parent of node.input!.parents) {
        inputs.add(parent);
        this.#add(this.#of(node).input!.parents, this.#of(parent));
      }
    }
    return this.#changed;
  }

  /** @param inputs gets those of the values that are inputs */
  #addAll(into: Set<Node>, values: Iterable<Node>, inputs: Set<Node>): void {
    for (const value of values) {
      this.#add(into, this.#of(value));
      if (value.input !== undefined) inputs.add(value);
    }
  }

  #add<T>(set: Set<T>, value: T): void {
    if (set.has(value)) return;
    set.add(value);
    this.#changed = true;
  }

  /** Adds what a node of the graph is to its group. */
  #describe(node: Node): void {
    const group = this.#of(node);
    for (const owner of node.owners) this.#add(group.owners, owner);
    for (const what of node.whats) this.#add(group.whats, what);
  }

  /** The summary's node for one of the graph. */
  #of(node: Node): Node {
    return node.input === undefined ? this.#group(asCallerSees(node.destinations)) : this.#input(node);
  }

  #group(destinations: Destinations): Node {
    let group = this.#groups.get(destinations);
    if (group === undefined) {
      group = newNode(undefined, [], destinations);
      this.#groups.set(destinations, group);
      this.#changed = true;
    }
    return group;
  }

  #input(node: Node): Node {
    const { parameter, slot } = node.input!;
    const bySlot = this.#inputs.get(parameter) ?? new Map<Slot | undefined, Node>();
    this.#inputs.set(parameter, bySlot);
    let input = bySlot.get(slot);
    if (input === undefined) {
      input = newNode({ parameter, slot, parents: new Set() });
      bySlot.set(slot, input);
      this.#changed = true;
    }
    return input;
  }
}
