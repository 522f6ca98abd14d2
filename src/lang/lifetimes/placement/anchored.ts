/**
 * What is *anchored*: certainly stored where nothing is ever replaced or removed, in something older than the call. It
 * lives as long as that does, so no collector could free it earlier: a region bounds it.
 *
 *     fn fill(nodes: List[Node], n: Int) { for i in 0..n { nodes.push(Node(i)) } }
 *
 * Nodes are anchored, if the program never pops, removes or overwrites an element of a list of nodes. Kept apart by the
 * elements' types only: the arrays of one type are one.
 *
 * An error here costs memory or time, and nothing else.
 */

import type { Atom, Instruction, InstructionOf, IrFunction, RecordType, Variable } from "../../ir/ir.ts";
import { forEachInstruction, holdsPointer, writesOf } from "../../ir/traverse.ts";
import { type Certainty, computeCertainty, type KeepingRules } from "./certain.ts";
import type { Component } from "./components.ts";
import { NOWHERE, onlyReturned } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import type { Owner, Slots } from "./slots.ts";

/**
 * For each function, what it makes or has made that is anchored.
 * @param components callees before their callers
 */
export function findAnchored(
  components: readonly Component[],
  flows: ReadonlyMap<IrFunction, Flow>,
  slots: Slots,
): ReadonlyMap<IrFunction, Certainty> {
  const replaced = new Replaced(flows.keys(), slots);
  const rules: KeepingRules = {
    returned: false,
    stays: (record, index) => !replaced.hasField(record, index),
    storedBy: (fn, i) => (i.op === "arraySet" && isKept(flows.get(fn)!, i) ? i.values : []),
  };
  const isKept = (flow: Flow, i: InstructionOf<"arraySet">): boolean => {
    if (!replaced.isAppend(i) || replaced.hasElements(i.array)) return false;
    return [...flow.pointees(i.array)].every(
      ({ input, destinations }) =>
        input !== undefined || (destinations !== NOWHERE && !onlyReturned(flow.fn, destinations)),
    );
  };
  return computeCertainty(components, rules);
}

/** What a program replaces somewhere: fields by record and index, elements by their kind. */
class Replaced {
  readonly #fields = new Map<RecordType, Set<number>>();
  readonly #elements = new Set<Owner>();
  readonly #appends = new Set<Instruction>();
  readonly #slots: Slots;

  constructor(functions: Iterable<IrFunction>, slots: Slots) {
    this.#slots = slots;
    for (const fn of functions) this.#scan(fn);
  }

  hasField(record: RecordType, index: number): boolean {
    return this.#fields.get(record)?.has(index) ?? false;
  }

  hasElements({ type }: Variable): boolean {
    return type.kind !== "array" || this.#elements.has(this.#slots.ofElement(type.element));
  }

  /** Whether an instruction writes behind the last element of a list. */
  isAppend(i: InstructionOf<"arraySet">): boolean {
    return this.#appends.has(i);
  }

  #scan(fn: IrFunction): void {
    const definitions = new Map<Variable, Instruction>();
    forEachInstruction(fn.body, (i) => {
      for (const variable of writesOf(i)) definitions.set(variable, i);
    });
    const definitionOf = (atom: Atom): Instruction | undefined =>
      atom.kind === "variable" ? definitions.get(atom) : undefined;
    forEachInstruction(fn.body, (i) => {
      switch (i.op) {
        case "arraySet":
          if (isLength(definitionOf(i.index))) this.#appends.add(i);
          else this.#replaceElements(i.array);
          return;
        case "arrayFill":
          this.#replaceElements(i.array);
          return;
        case "sliceSet":
          this.#replaceElements(i.slice);
          return;
        case "setField":
          this.#setField(i, definitionOf(i.value));
          return;
      }
    });
  }

  #setField({ record, index }: InstructionOf<"setField">, value: Instruction | undefined): void {
    const storage = record.fields.find(({ isOwner }) => isOwner);
    const isStorage = record.fields[index] === storage;
    if (storage !== undefined && storage.type.kind === "array" && !isStorage) {
      // A list is longer afterwards, or elements have gone.
      if (value?.op !== "binary" || value.operator !== "add")
        this.#elements.add(this.#slots.ofElement(storage.type.element));
      return;
    }
    // A growing list takes its elements along.
    if (isStorage && value?.op === "arrayGrow") return;
    const known = this.#fields.get(record) ?? new Set();
    this.#fields.set(record, known.add(index));
  }

  #replaceElements({ type }: Variable): void {
    if (type.kind !== "array" && type.kind !== "slice") return;
    if (type.element.components.some(holdsPointer)) this.#elements.add(this.#slots.ofElement(type.element));
  }
}

/** Whether an instruction reads the length of a list. */
function isLength(definition: Instruction | undefined): boolean {
  if (definition?.op !== "field") return false;
  const { fields } = definition.record;
  return fields.some(({ isOwner }) => isOwner) && !fields[definition.index]!.isOwner;
}
