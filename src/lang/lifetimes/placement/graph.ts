/**
 * What a function's variables and objects may point to: one graph for a function, whatever the order of its
 * instructions. A node stands for all objects that
 *  - one allocation site of the function makes, or
 *  - one of its calls makes for it, of those that the callee sends to the same destinations, or
 *  - a parameter, or a global, refers to when the call begins: an input.
 *
 * Inputs of a parameter: its root, what it points to itself, and for each slot one node for all that is read from that
 * slot, however deep below the root. So there are finitely many of them without a limit of depth: a list is its record,
 * its storage and its elements, and a recursive type folds to one node for each field.
 *
 * The globals are the slots of one more root, as if a parameter of all functions pointed to an object that holds them.
 *
 * Different inputs may be the same object (two parameters, or two ways into one). So what is stored into a slot of any
 * input may be read from that slot of every input: `#shared` holds it.
 *
 * Invariant: the graph only grows; `changed` tells whether it has.
 */

import type { IrFunction } from "../../ir/ir.ts";
import { type Destinations, NOWHERE } from "./destinations.ts";
import type { Owner, Slot, Slots } from "./slots.ts";

/** Stands for a parameter's index in the inputs that are read from globals. */
export const GLOBALS = -1;

export interface Input {
  readonly parameter: number;
  /** Undefined for the root. */
  readonly slot: Slot | undefined;
  /** The inputs that the slot is read from. */
  readonly parents: Set<Node>;
}

export interface Node {
  readonly input: Input | undefined;
  /** What the objects may be. */
  readonly owners: Set<Owner>;
  /** What is stored in the slots. */
  readonly contents: Map<Slot, Set<Node>>;
  /** The inputs read from the slots, for an input. */
  readonly children: Map<Slot, Node>;
  /** What is allocated, in the source's words. */
  readonly whats: Set<string>;
  destinations: Destinations;
}

const NONE: ReadonlySet<Node> = new Set();

export class Graph {
  changed = false;
  readonly nodes: Node[] = [];
  /** One for each parameter that holds pointers. */
  readonly roots: readonly (Node | undefined)[];
  /** The root of what is read from globals, and what holds all that is stored there. */
  readonly globals: Node;
  readonly #slots: Slots;
  readonly #inputs = new Map<number, Map<Slot, Node>>();
  readonly #shared = new Map<Slot, Set<Node>>();

  constructor(fn: IrFunction, slots: Slots) {
    this.#slots = slots;
    this.globals = this.#node([slots.globals], { parameter: GLOBALS, slot: undefined, parents: new Set() });
    this.roots = fn.params.map((param, parameter) => {
      const owners = slots.ofType(param.type);
      if (owners.length === 0) return undefined;
      return this.#node(owners, { parameter, slot: undefined, parents: new Set() });
    });
  }

  /** A node for objects that this call makes; what they are is added later. */
  fresh(): Node {
    return this.#node([], undefined);
  }

  /** What a slot of a node may hold. */
  *load(node: Node, slot: Slot): Iterable<Node> {
    if (!node.owners.has(slot.owner)) return;
    yield* node.contents.get(slot) ?? NONE;
    if (node.input === undefined) return;
    yield this.#child(node, node.input.parameter, slot);
    yield* this.#shared.get(slot) ?? NONE;
  }

  /** Adds values to what a slot of a node may hold. */
  store(node: Node, slot: Slot, values: Iterable<Node>): void {
    if (!node.owners.has(slot.owner)) return;
    const held = setAt(node.contents, slot);
    this.addAll(held, values);
    if (node.input !== undefined) this.addAll(setAt(this.#shared, slot), held);
  }

  /** What was stored into inputs of the kinds that can be reached from an input, which may be the same objects. */
  *sharedBelow(node: Node): Iterable<Node> {
    for (const [slot, values] of this.#shared) {
      for (const owner of node.owners) {
        if (!this.#slots.reachable(owner).has(slot.owner)) continue;
        yield* values;
        break;
      }
    }
  }

  add<T>(set: Set<T>, value: T): void {
    if (set.has(value)) return;
    set.add(value);
    this.changed = true;
  }

  addAll<T>(set: Set<T>, values: Iterable<T>): void {
    for (const value of values) this.add(set, value);
  }

  #child(parent: Node, parameter: number, slot: Slot): Node {
    const inputs = this.#inputs.get(parameter) ?? new Map<Slot, Node>();
    this.#inputs.set(parameter, inputs);
    let child = inputs.get(slot);
    if (child === undefined) {
      child = this.#node(this.#slots.ofType(slot.type), { parameter, slot, parents: new Set() });
      inputs.set(slot, child);
    }
    if (!parent.children.has(slot)) {
      parent.children.set(slot, child);
      child.input!.parents.add(parent);
      this.changed = true;
    }
    return child;
  }

  #node(owners: Iterable<Owner>, input: Input | undefined): Node {
    const node = newNode(input, owners);
    this.nodes.push(node);
    return node;
  }
}

export function newNode(input: Input | undefined, owners: Iterable<Owner> = [], destinations = NOWHERE): Node {
  return { input, destinations, owners: new Set(owners), contents: new Map(), children: new Map(), whats: new Set() };
}

/** The nodes that can be reached from these by what is stored in them, and these. */
export function reachableFrom(nodes: Iterable<Node>): ReadonlySet<Node> {
  const reached = new Set(nodes);
  // A set is iterated in the order of insertion, so what is added here is visited, too.
  for (const node of reached) {
    for (const values of node.contents.values()) for (const value of values) reached.add(value);
  }
  return reached;
}

/** The set at a key of a map, put there if there is none. */
export function setAt<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}
