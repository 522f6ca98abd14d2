/**
 * Builds the graph of one function: what each instruction and each call adds to it, until nothing is added any more.
 *
 * Literals, immediates and the empty slice refer to no object and have no node.
 */

import type { Atom, Instruction, IrFunction, RecordType, Site, Variable } from "../../ir/ir.ts";
import { BYTE_ELEMENT, TEXT_ELEMENT } from "../../ir/ir.ts";
import { forEachInstruction, holdsPointer } from "../../ir/traverse.ts";
import type { Destinations } from "./destinations.ts";
import { GLOBALS, Graph, type Node } from "./graph.ts";
import type { Owner, Slot, Slots } from "./slots.ts";
import type { Summary } from "./summary.ts";

export type Call = Extract<Instruction, { readonly op: "call" | "tailCall" }>;

/** What one call has brought so far: the caller's nodes for those of the callee's summary. */
interface Applied {
  readonly nodes: Map<Node, Set<Node>>;
  /** The objects that the call makes, by where the callee sends them. */
  readonly groups: Map<Destinations, Node>;
}

const NONE: ReadonlySet<Node> = new Set();

/**
 * How many nodes of one kind a function has: sites that make the same, calls of the same callee. Those that come after
 * share the last one, and so its placement. It keeps sets small in very long functions, which would cost their cube.
 */
const MOST_OF_A_KIND = 24;

export class Flow {
  readonly fn: IrFunction;
  readonly graph: Graph;
  readonly sites = new Map<Site, Node>();
  /** What the results may point to, by index. */
  readonly results: readonly Set<Node>[];
  /** What tail calls are given, and what they make. */
  readonly tailCalled = new Set<Node>();
  readonly #slots: Slots;
  readonly #summaryOf: (fn: IrFunction) => Summary;
  readonly #instructions: Instruction[] = [];
  readonly #variables = new Map<Variable, Set<Node>>();
  readonly #calls = new Map<Call, Applied>();
  /** The nodes of what is allocated, by the owner or the callee's group that they are of. */
  readonly #kinds = new Map<Owner | Node, Node[]>();

  /** @param summaryOf what is known of each function so far */
  constructor(fn: IrFunction, slots: Slots, summaryOf: (fn: IrFunction) => Summary) {
    this.fn = fn;
    this.graph = new Graph(fn, slots);
    this.results = fn.results.map(() => new Set());
    this.#slots = slots;
    this.#summaryOf = summaryOf;
    for (const [index, param] of fn.params.entries()) {
      const root = this.graph.roots[index];
      if (root !== undefined) this.#of(param).add(root);
    }
    forEachInstruction(fn.body, (instruction) => this.#instructions.push(instruction));
  }

  /** Brings the graph up to date with the summaries. */
  solve(): void {
    do {
      this.graph.changed = false;
      for (const instruction of this.#instructions) this.#flow(instruction);
    } while (this.graph.changed);
  }

  /** What a variable may point to. */
  pointees(variable: Variable): ReadonlySet<Node> {
    return this.#variables.get(variable) ?? NONE;
  }

  /** What is stored in a field of some records. */
  fieldOf(records: Iterable<Node>, record: RecordType, index: number): Node[] {
    const slot = this.#slots.field(record, index);
    return slot === undefined ? [] : [...new Set([...records].flatMap((node) => [...this.graph.load(node, slot)]))];
  }

  /** Whether a result of a call is something that the call has made, whatever it was given. */
  isMade({ callee }: Call, index: number): boolean {
    return [...this.#summaryOf(callee).results[index]!].every(({ input }) => input === undefined);
  }

  /** The nodes of what a call makes, by where the callee sends it. */
  groupsOf(call: Call): ReadonlyMap<Destinations, Node> {
    return this.#calls.get(call)!.groups;
  }

  /** The calls that the graph has been given, tail calls among them. */
  calls(): readonly Call[] {
    return [...this.#calls.keys()];
  }

  /** For the nodes of a callee's summary, what they are here. */
  nodesOf(call: Call): ReadonlyMap<Node, ReadonlySet<Node>> {
    return this.#calls.get(call)!.nodes;
  }

  /** All of these, with the callees. */
  *groups(): Iterable<readonly [callee: IrFunction, origin: Destinations, node: Node]> {
    for (const [{ callee }, { groups }] of this.#calls) {
      for (const [origin, node] of groups) yield [callee, origin, node];
    }
  }

  #of(variable: Variable): Set<Node> {
    let nodes = this.#variables.get(variable);
    if (nodes === undefined) {
      nodes = new Set();
      this.#variables.set(variable, nodes);
    }
    return nodes;
  }

  #values(atom: Atom): ReadonlySet<Node> {
    return atom.kind === "variable" ? this.pointees(atom) : NONE;
  }

  #copy(dst: Variable, src: Atom): void {
    if (holdsPointer(dst.type)) this.graph.addAll(this.#of(dst), this.#values(src));
  }

  #load(object: Variable, slot: Slot | undefined, dst: Variable): void {
    this.#loadFrom(this.pointees(object), slot, dst);
  }

  #loadFrom(objects: Iterable<Node>, slot: Slot | undefined, dst: Variable): void {
    if (slot === undefined) return;
    for (const node of objects) this.graph.addAll(this.#of(dst), this.graph.load(node, slot));
  }

  #store(object: Variable, slot: Slot | undefined, value: Atom): void {
    this.#storeInto(this.pointees(object), slot, value);
  }

  #storeInto(objects: Iterable<Node>, slot: Slot | undefined, value: Atom): void {
    if (slot === undefined) return;
    for (const node of objects) this.graph.store(node, slot, this.#values(value));
  }

  #component(array: Variable, index: number): Slot | undefined {
    const { type } = array;
    return type.kind === "array" || type.kind === "slice" ? this.#slots.component(type.element, index) : undefined;
  }

  /** A node for what one more instruction makes of a kind. */
  #fresh(kind: Owner | Node): Node {
    const known = this.#kinds.get(kind) ?? [];
    this.#kinds.set(kind, known);
    if (known.length === MOST_OF_A_KIND) return known.at(-1)!;
    const node = this.graph.fresh();
    known.push(node);
    return node;
  }

  /** @param owners what the object is, the most telling first */
  #allocate(dst: Variable, site: Site, owners: readonly Owner[]): Node {
    let node = this.sites.get(site);
    if (node === undefined) {
      node = this.#fresh(owners[0]!);
      for (const owner of owners) node.owners.add(owner);
      node.whats.add(site.what);
      this.sites.set(site, node);
    }
    this.graph.add(this.#of(dst), node);
    return node;
  }

  #flow(i: Instruction): void {
    switch (i.op) {
      case "set":
        this.#copy(i.dst, i.src);
        return;
      case "globalGet":
        this.#loadFrom([this.graph.globals], this.#slots.global(i.global), i.dst);
        return;
      case "globalSet":
        this.#storeInto([this.graph.globals], this.#slots.global(i.global), i.value);
        return;
      case "construct":
        this.#construct(i);
        return;
      case "field":
      case "unpackedGet":
        this.#load(i.object, this.#slots.field(i.record, i.index), i.dst);
        return;
      case "setField":
        this.#store(i.object, this.#slots.field(i.record, i.index), i.value);
        return;
      case "unpackedSlice":
      case "part":
        this.#copy(i.dst, i.object);
        return;
      case "arrayNew":
        this.#allocate(i.dst, i.site, [this.#slots.ofElement(i.element)]);
        return;
      case "arrayGrow":
        this.#allocate(i.dst, i.site, [this.#slots.ofElement(i.element)]);
        this.#fill(i.dst, i.array);
        return;
      case "arrayGet":
        for (const [index, dst] of i.dsts.entries()) this.#load(i.array, this.#component(i.array, index), dst);
        return;
      case "sliceGet":
        for (const [index, dst] of i.dsts.entries()) this.#load(i.slice, this.#component(i.slice, index), dst);
        return;
      case "arraySet":
        for (const [index, value] of i.values.entries()) this.#store(i.array, this.#component(i.array, index), value);
        return;
      case "sliceSet":
        for (const [index, value] of i.values.entries()) this.#store(i.slice, this.#component(i.slice, index), value);
        return;
      case "arrayFill":
        this.#fill(i.array, i.source);
        return;
      case "arraySlice":
        this.#copy(i.dst, i.array);
        return;
      case "subslice":
        this.#copy(i.dst, i.slice);
        return;
      case "match":
        for (const { binding } of i.arms) if (binding !== undefined) this.#bind(binding, i.value);
        return;
      case "call":
        this.#call(
          i,
          i.dsts.map((dst) => this.#of(dst)),
        );
        return;
      case "tailCall":
        for (const arg of i.args) this.graph.addAll(this.tailCalled, this.#values(arg));
        this.#call(i, this.results);
        for (const node of this.#calls.get(i)!.groups.values()) this.graph.add(this.tailCalled, node);
        return;
      case "return":
        for (const [index, value] of i.values.entries()) this.graph.addAll(this.results[index]!, this.#values(value));
        return;
      case "readInput":
        this.#allocate(i.dst, i.site, [this.#slots.ofElement(BYTE_ELEMENT)]);
        return;
      case "arguments":
        this.#arguments(i);
        return;
    }
  }

  #construct(i: Extract<Instruction, { readonly op: "construct" }>): void {
    const node = this.#allocate(i.dst, i.site, this.#slots.ofRecord(i.record));
    this.#initialise(node, i.record, i.args.values());
  }

  /** @param args of which the record takes its own, those of its parts among them */
  #initialise(node: Node, record: RecordType, args: Iterator<Atom, undefined>): void {
    for (const [index, { unpackedLength, inline }] of record.fields.entries()) {
      if (inline !== undefined) {
        this.#initialise(node, inline, args);
        continue;
      }
      const slot = this.#slots.field(record, index);
      for (let count = unpackedLength ?? 1; count > 0; count--) {
        const value = args.next().value!;
        if (slot !== undefined) this.graph.store(node, slot, this.#values(value));
      }
    }
  }

  /** The array of the texts and the texts' bytes are made together. */
  #arguments(i: Extract<Instruction, { readonly op: "arguments" }>): void {
    const owners = [this.#slots.ofElement(TEXT_ELEMENT), this.#slots.ofElement(BYTE_ELEMENT)];
    const node = this.#allocate(i.dst, i.site, owners);
    this.graph.store(node, this.#slots.component(TEXT_ELEMENT, 0)!, [node]);
  }

  #fill(array: Variable, source: Variable): void {
    if (array.type.kind !== "array") return;
    for (let index = 0; index < array.type.element.components.length; index++) {
      const slot = this.#component(array, index);
      if (slot === undefined) continue;
      for (const into of this.pointees(array)) {
        for (const from of this.pointees(source)) this.graph.store(into, slot, this.graph.load(from, slot));
      }
    }
  }

  /** In the arm of a case the value is one of those that are of this case. */
  #bind(binding: Variable, value: Variable): void {
    if (binding.type.kind !== "record") return;
    for (const node of this.pointees(value)) {
      if (node.owners.has(binding.type.record)) this.graph.add(this.#of(binding), node);
    }
  }

  #call(call: Call, results: readonly Set<Node>[]): void {
    const summary = this.#summaryOf(call.callee);
    let applied = this.#calls.get(call);
    if (applied === undefined) {
      applied = { nodes: new Map(), groups: new Map() };
      this.#calls.set(call, applied);
    }
    for (const input of summary.inputs) this.#applyInput(call, input, applied);
    for (const group of summary.groups) this.#applyGroup(group, applied);
    for (const [node, mine] of applied.nodes) {
      for (const [slot, values] of node.contents) {
        for (const into of mine)
          for (const value of values) this.graph.store(into, slot, applied.nodes.get(value) ?? NONE);
      }
    }
    for (const [index, result] of results.entries()) {
      for (const value of summary.results[index]!) this.graph.addAll(result, applied.nodes.get(value) ?? NONE);
    }
  }

  #applyInput(call: Call, node: Node, applied: Applied): void {
    const { parameter, slot, parents } = node.input!;
    const mine = nodesFor(applied, node);
    if (parameter === GLOBALS && slot === undefined) this.graph.add(mine, this.graph.globals);
    else if (slot === undefined) this.graph.addAll(mine, this.#values(call.args[parameter]!));
    else {
      for (const parent of parents) {
        for (const from of nodesFor(applied, parent)) this.graph.addAll(mine, this.graph.load(from, slot));
      }
    }
  }

  #applyGroup(group: Node, applied: Applied): void {
    let node = applied.groups.get(group.destinations);
    if (node === undefined) {
      node = this.#fresh(group);
      applied.groups.set(group.destinations, node);
      this.graph.add(nodesFor(applied, group), node);
    }
    this.graph.addAll(node.owners, group.owners);
    this.graph.addAll(node.whats, group.whats);
  }
}

function nodesFor(applied: Applied, node: Node): Set<Node> {
  let nodes = applied.nodes.get(node);
  if (nodes === undefined) {
    nodes = new Set();
    applied.nodes.set(node, nodes);
  }
  return nodes;
}
