/**
 * Which values certainly become a result, or a part of one, once they exist: not "may", but on every path that returns.
 *
 * A variable is kept at a point if on all paths from there its present value ends in the result. Walked backwards, as
 * liveness is, but a join keeps what both sides keep, and a loop begins with everything. Sets are bit sets in a bigint;
 * -1, all bits, stands in front of what never returns.
 *
 * Not counted, because it may be overwritten: what is stored into elements and mutable fields. Counted although it may
 * not be so: a slice keeps its array, even if it turns out to be empty. An error here frees later or earlier than
 * planned within the caller's region; it never makes a value outlive its memory.
 */

import type { Atom, Block, FieldType, Instruction, IrFunction, Label, RecordType, Variable } from "../../ir/ir.ts";
import { allocates } from "../../ir/safepoints.ts";
import { holdsPointer, writesOf } from "../../ir/traverse.ts";
import type { Component } from "./components.ts";

type Kept = bigint;

const NOTHING: Kept = 0n;
const EVERYTHING: Kept = -1n;

export interface Certainty {
  /** The allocations and calls of which all that they define is kept. */
  readonly kept: ReadonlySet<Instruction>;
  /** The parameters that are kept from the start. */
  readonly parameters: ReadonlySet<number>;
}

/** What counts as kept. */
export interface KeepingRules {
  /** Whether what is returned is kept. */
  readonly returned: boolean;
  /** What an instruction stores where it is kept. */
  storedBy(fn: IrFunction, instruction: Instruction): readonly Atom[];
  /** Whether what a record's field is given at its construction stays in it. */
  stays(record: RecordType, index: number): boolean;
}

const AS_RESULTS: KeepingRules = {
  returned: true,
  storedBy: () => [],
  stays: ({ fields }, index) => !fields[index]!.mutable,
};

/** For all functions; callees come before their callers. */
export function computeCertainty(
  components: readonly Component[],
  rules: KeepingRules = AS_RESULTS,
): ReadonlyMap<IrFunction, Certainty> {
  const found = new Map<IrFunction, Certainty>();
  // Within a component everything is certain until a path is found on which it is not.
  const isKept = (callee: IrFunction, index: number) => found.get(callee)?.parameters.has(index) ?? true;
  for (const { functions, isRecursive } of components) {
    for (let news = true; news; ) {
      news = false;
      for (const fn of functions) {
        const before = found.get(fn)?.parameters.size ?? fn.params.length;
        const certainty = new Keeping(fn, isKept, rules).run();
        found.set(fn, certainty);
        news ||= isRecursive && certainty.parameters.size < before;
      }
    }
  }
  return found;
}

class Keeping {
  readonly #fn: IrFunction;
  readonly #rules: KeepingRules;
  readonly #isKept: (callee: IrFunction, index: number) => boolean;
  readonly #bits = new Map<Variable, bigint>();
  readonly #kept = new Map<Instruction, boolean>();
  readonly #atBreak = new Map<Label, Kept>();
  /** Kept between rounds, so that nested loops settle quickly. */
  readonly #atHead = new Map<Label, Kept>();

  constructor(fn: IrFunction, isKept: (callee: IrFunction, index: number) => boolean, rules: KeepingRules) {
    this.#fn = fn;
    this.#isKept = isKept;
    this.#rules = rules;
  }

  run(): Certainty {
    const fn = this.#fn;
    const atStart = this.#block(fn.body, NOTHING);
    const parameters = fn.params.flatMap((param, index) => (this.#has(atStart, param) ? [index] : []));
    const kept = [...this.#kept].filter(([, isKept]) => isKept).map(([instruction]) => instruction);
    return { kept: new Set(kept), parameters: new Set(parameters) };
  }

  #bit(variable: Variable): bigint {
    let bit = this.#bits.get(variable);
    if (bit === undefined) {
      bit = 1n << BigInt(this.#bits.size);
      this.#bits.set(variable, bit);
    }
    return bit;
  }

  #has(kept: Kept, variable: Variable): boolean {
    return holdsPointer(variable.type) && (kept & this.#bit(variable)) !== NOTHING;
  }

  #with(kept: Kept, atoms: readonly Atom[]): Kept {
    let all = kept;
    for (const atom of atoms) if (atom.kind === "variable" && holdsPointer(atom.type)) all |= this.#bit(atom);
    return all;
  }

  #without(kept: Kept, variables: readonly Variable[]): Kept {
    return variables.reduce((rest, variable) => rest & ~this.#bit(variable), kept);
  }

  #block(block: Block, behind: Kept): Kept {
    return block.instructions.reduceRight((kept, instruction) => this.#before(instruction, kept), behind);
  }

  #before(i: Instruction, behind: Kept): Kept {
    switch (i.op) {
      case "if":
        return this.#block(i.then, behind) & this.#block(i.otherwise, behind);
      case "switch":
        return i.arms.reduce((kept, { body }) => kept & this.#block(body, behind), this.#block(i.otherwise, behind));
      case "match": {
        let kept = i.otherwise === undefined ? EVERYTHING : this.#block(i.otherwise, behind);
        for (const { binding, body } of i.arms) {
          const inArm = this.#block(body, behind);
          kept &= binding !== undefined && this.#has(inArm, binding) ? this.#with(inArm, [i.value]) : inArm;
        }
        return kept;
      }
      case "block":
        this.#atBreak.set(i.label, behind);
        return this.#block(i.body, behind);
      case "loop":
        return this.#loop(i.label, i.body, behind);
      case "break":
        return this.#atBreak.get(i.label)!;
      case "continue":
        return this.#atHead.get(i.label)!;
      case "panic":
        return EVERYTHING;
      case "return":
        return this.#rules.returned ? this.#with(NOTHING, i.values) : NOTHING;
      case "tailCall":
        this.#kept.set(i, true);
        return this.#with(NOTHING, this.#keptArguments(i));
      default:
        return this.#defining(i, behind);
    }
  }

  #loop(label: Label, body: Block, behind: Kept): Kept {
    this.#atBreak.set(label, behind);
    let head = this.#atHead.get(label) ?? EVERYTHING;
    for (;;) {
      this.#atHead.set(label, head);
      const next = head & this.#block(body, head);
      if (next === head) return head;
      head = next;
    }
  }

  #defining(i: Instruction, behind: Kept): Kept {
    const pointers = writesOf(i).filter(({ type }) => holdsPointer(type));
    if (pointers.length === 0) return this.#with(behind, this.#alsoKept(i));
    const isKept = pointers.every((variable) => this.#has(behind, variable));
    if (allocates(i) || i.op === "call") this.#kept.set(i, isKept);
    const rest = this.#without(behind, pointers);
    return this.#with(isKept ? this.#with(rest, this.#keptWith(i)) : rest, this.#alsoKept(i));
  }

  /** What an instruction keeps whatever becomes of what it defines. */
  #alsoKept(i: Instruction): readonly Atom[] {
    if (this.#rules.returned) return [];
    return i.op === "call" ? this.#keptArguments(i) : this.#rules.storedBy(this.#fn, i);
  }

  /** What an instruction reads and keeps, if what it defines is kept. */
  #keptWith(i: Instruction): readonly Atom[] {
    switch (i.op) {
      case "set":
        return [i.src];
      case "construct":
        // With others among the fields, arguments and fields do not match.
        return i.record.fields.every(isSingle) ? i.args.filter((_, index) => this.#rules.stays(i.record, index)) : [];
      case "arraySlice":
        return [i.array];
      case "subslice":
        return [i.slice];
      case "unpackedSlice":
      case "part":
        return [i.object];
      case "call":
        return this.#keptArguments(i);
      default:
        return [];
    }
  }

  #keptArguments({ callee, args }: Extract<Instruction, { readonly op: "call" | "tailCall" }>): readonly Atom[] {
    return args.filter((_, index) => this.#isKept(callee, index));
  }
}

/** Whether a field is one value: elements, and the fields of what lies inline, may be overwritten. */
function isSingle({ unpackedLength, inline }: FieldType): boolean {
  return unpackedLength === undefined && inline === undefined;
}
