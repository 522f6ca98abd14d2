/**
 * A pass that counts references, as plain as can be, and a model that holds its counts: what a manager for reference
 * counting needs of the IR. Each variable has a count of its own from where it gets a reference to its last use; what is
 * passed takes a count along.
 */

import type { Observer } from "../../src/lang/interpret/observer.ts";
import type { RecordObject, Slice, Storage } from "../../src/lang/interpret/values.ts";
import { insertInto, variableMaker } from "../../src/lang/ir/insert.ts";
import type {
  Atom,
  Block,
  Instruction,
  InstructionOf,
  IrFunction,
  IrGlobal,
  IrProgram,
  IrType,
  LifetimeInstruction,
  MatchArm,
  OwnLifetime,
  Variable,
} from "../../src/lang/ir/ir.ts";
import { computeLiveSets, type LiveSets } from "../../src/lang/ir/liveness.ts";
import { referencesOf } from "../../src/lang/ir/references.ts";
import {
  type Access,
  accessChecks,
  blocksOf,
  forEachInstruction,
  holdsPointer,
  readsOf,
  writesOf,
} from "../../src/lang/ir/traverse.ts";
import { type HeapObject, objectOf } from "./heap-walk.ts";

export const RETAIN: OwnLifetime = { name: "retain" };
export const RELEASE: OwnLifetime = { name: "release" };

/** Gives what a global holds, if it has been set. */
export class Overwritten implements OwnLifetime {
  readonly name: string;
  readonly global: IrGlobal;

  constructor(global: IrGlobal) {
    this.name = `overwritten ${global.name}`;
    this.global = global;
  }
}

/** Changes a program in place. @param program a copy (ir/copy.ts) */
export function insertCounts(program: IrProgram): void {
  for (const fn of program.functions) new Inserter(fn).insert();
}

function counted(what: OwnLifetime, variables: Iterable<Variable>): LifetimeInstruction[] {
  return [...variables].map((variable) => ({ op: "lifetime", what, operands: [variable], dsts: [] }));
}

function pointersOf(atoms: readonly Atom[]): Set<Variable> {
  return new Set(atoms.filter((atom) => atom.kind === "variable").filter(({ type }) => holdsPointer(type)));
}

interface Around {
  readonly inFront: readonly Instruction[];
  readonly behind: readonly Instruction[];
}

class Inserter {
  readonly #fn: IrFunction;
  readonly #live: LiveSets;
  readonly #make: ReturnType<typeof variableMaker>;
  /** What comes into a block and is not needed there. */
  readonly #ended = new Map<Block, readonly Variable[]>();
  readonly #around = new Map<Instruction, Around>();

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.#live = computeLiveSets(fn);
    this.#make = variableMaker(fn);
  }

  insert(): void {
    const { body, params } = this.#fn;
    this.#end(body, pointersOf(params));
    forEachInstruction(body, (i) => {
      this.#around.set(i, this.#countsOf(i));
      if (i.op === "if" || i.op === "switch" || i.op === "match") this.#branch(i);
    });
    insertInto(this.#fn, {
      inFrontOf: (i) => this.#around.get(i)!.inFront,
      behind: (i) => this.#around.get(i)!.behind,
      beginBlock: (block, arm) => [
        ...counted(RETAIN, this.#bound(block, arm)),
        ...counted(RELEASE, this.#ended.get(block) ?? []),
      ],
    });
  }

  #end(block: Block, coming: ReadonlySet<Variable>): void {
    const live = new Set(this.#live.beginning(block));
    this.#ended.set(
      block,
      [...coming].filter((variable) => !live.has(variable)),
    );
  }

  /** What one branch needs comes into the others as well. */
  #branch(i: InstructionOf<"if" | "switch" | "match">): void {
    const coming = pointersOf(readsOf(i));
    for (const block of blocksOf(i)) for (const variable of this.#live.beginning(block)) coming.add(variable);
    if (i.op === "match") for (const { binding } of i.arms) if (binding !== undefined) coming.delete(binding);
    for (const block of blocksOf(i)) this.#end(block, coming);
  }

  /** The binding of an arm, if it is needed. */
  #bound(block: Block, arm: MatchArm | undefined): Variable[] {
    return this.#live.beginning(block).filter((variable) => variable === arm?.binding);
  }

  #countsOf(i: Instruction): Around {
    if (blocksOf(i).length > 0) return { inFront: [], behind: [] };
    const across = new Set(this.#live.across(i));
    const behind = new Set(this.#live.behind(i));
    const { passed, copied, given } = referencesOf(i);
    const written = new Set(writesOf(i));
    const retained = [...new Set(passed)].flatMap((variable) => {
      const times = passed.filter((each) => each === variable).length;
      return Array.from({ length: across.has(variable) ? times : times - 1 }, () => variable);
    });
    const dying = [...pointersOf(readsOf(i))].filter((each) => !across.has(each) && !passed.includes(each));
    // What is overwritten with what it leads to is still there until then.
    const saved = dying
      .filter((each) => written.has(each))
      .map((src) => ({ src, dst: this.#make(src.type, src.name) }));
    const replaced = this.#replacedBy(i);
    return {
      inFront: [
        ...counted(RETAIN, retained),
        ...saved.map(({ src, dst }): Instruction => ({ op: "set", dst, src })),
        ...replaced.found,
      ],
      behind: [
        ...counted(
          RETAIN,
          copied.filter((each) => behind.has(each)),
        ),
        ...counted(RELEASE, [
          ...given.filter((each) => !behind.has(each)),
          ...dying.filter((each) => !written.has(each)),
          ...saved.map(({ dst }) => dst),
          ...replaced.values,
        ]),
      ],
    };
  }

  /** Finds what an instruction overwrites; an element of an array is taken out of it. */
  #replacedBy(i: Instruction): { readonly found: readonly Instruction[]; readonly values: readonly Variable[] } {
    const nothing = { found: [], values: [] };
    switch (i.op) {
      case "setField": {
        const { type, name } = i.record.fields[i.index]!;
        if (!holdsPointer(type)) return nothing;
        const dst = this.#make(type, name);
        return { found: [{ op: "field", dst, object: i.object, record: i.record, index: i.index }], values: [dst] };
      }
      case "sliceSet": {
        const { slice, index } = i;
        const dsts = componentsOf(slice).map((type) => this.#make(type, "old"));
        return { found: [{ op: "sliceGet", dsts, slice, index }], values: [...pointersOf(dsts)] };
      }
      case "arraySet": {
        const { array, index, isFirst = false } = i;
        if (isFirst || !componentsOf(array).some(holdsPointer)) return nothing;
        const count: Atom = { kind: "constant", type: { kind: "int" }, value: 1 };
        return { found: [{ op: "arrayClear", array, at: index, count }], values: [] };
      }
      case "globalSet": {
        const { global } = i;
        if (!holdsPointer(global.type)) return nothing;
        const dst = this.#make(global.type, global.name);
        return { found: [{ op: "lifetime", what: new Overwritten(global), operands: [], dsts: [dst] }], values: [dst] };
      }
      default:
        return nothing;
    }
  }
}

function componentsOf({ type }: Variable): readonly IrType[] {
  return type.kind === "array" || type.kind === "slice" ? type.element.components : [];
}

/** A use of what has been freed, a count that is none, or one that is left. */
export class BrokenCount extends Error {}

type Read = (variable: Variable) => unknown;

/** Holds the count of each object. What loses its last reference is freed at once. */
export class CountModel implements Observer {
  /** Freed objects. */
  freed = 0;
  /** The instructions that have changed a count, or found what is overwritten. */
  readonly effective = new Set<Instruction>();
  /** By object; 0 for one that has been freed. */
  readonly #counts = new Map<HeapObject, number>();
  /** For records and arrays that lie in a record: that. */
  readonly #wholes = new Map<HeapObject, HeapObject>();
  #globals: ReadonlyMap<IrGlobal, unknown> = new Map();

  started(globals: ReadonlyMap<IrGlobal, unknown>): void {
    this.#globals = globals;
  }

  entered(_call: InstructionOf<"call"> | null, _fn: IrFunction): void {}

  replaced(): void {}

  returned(): void {}

  looped(): void {}

  get live(): number {
    return this.#counts.size - this.freed;
  }

  allocated(instruction: Instruction, made: RecordObject | Storage | Slice): void {
    const object = objectOf(made)!;
    this.#counts.set(object, 1);
    if ("record" in object) this.#addParts(object, object);
    // The texts are made together with their array.
    if (instruction.op === "arguments") for (const text of heldBy(object)) this.#counts.set(text, 1);
  }

  #addParts(whole: HeapObject, { record, fields }: RecordObject): void {
    for (const [index, { inline, unpackedLength }] of record.fields.entries()) {
      if (inline === undefined && unpackedLength === undefined) continue;
      const part = fields[index] as HeapObject;
      this.#wholes.set(part, whole);
      if ("record" in part) this.#addParts(whole, part);
    }
  }

  accessed(instruction: Access, read: Read): void {
    for (const check of accessChecks(instruction)) if (check.op === "accessCheck") this.#use(read(check.object));
    const int = (atom: Atom): number => (atom.kind === "variable" ? read(atom) : atom.value) as number;
    const elements = ({ data, width }: Storage, at: number, count: number): unknown[] => [
      ...data.slice(at * width, (at + count) * width),
    ];
    switch (instruction.op) {
      case "arrayClear": {
        const { array, at, count } = instruction;
        for (const value of elements(read(array) as Storage, int(at), int(count))) this.#release(value, instruction);
        return;
      }
      case "arrayFill": {
        const { array, at, source, from, count } = instruction;
        const { storage, start } = read(source) as Slice;
        const old = elements(read(array) as Storage, int(at), int(count));
        for (const value of elements(storage, start + int(from), int(count))) this.#retain(value, instruction);
        for (const value of old) this.#release(value, instruction);
        return;
      }
      case "arraySet": {
        const old = elements(read(instruction.array) as Storage, int(instruction.index), 1);
        if (old.some((value) => objectOf(value) !== undefined)) throw new BrokenCount("an element is overwritten");
        return;
      }
    }
  }

  lifetime(i: LifetimeInstruction, read: Read, write: (variable: Variable, value: unknown) => void): void {
    if (i.op !== "lifetime") return;
    const [operand] = i.operands;
    if (i.what instanceof Overwritten) {
      const value = this.#globals.get(i.what.global);
      write(i.dsts[0]!, value);
      if (this.#use(value) !== undefined) this.effective.add(i);
    } else if (i.what === RETAIN) this.#retain(read(operand as Variable), i);
    else this.#release(read(operand as Variable), i);
  }

  /** When the program has ended: what is left is referred to by globals, or by what is left. */
  requireBalance(): void {
    const expected = new Map<HeapObject, number>();
    const refer = (object: HeapObject | undefined): void => {
      if (object !== undefined) expected.set(object, (expected.get(object) ?? 0) + 1);
    };
    for (const value of this.#globals.values()) refer(this.#wholeOf(value));
    for (const [object, count] of this.#counts) {
      if (count > 0) for (const held of heldBy(object)) refer(this.#wholeOf(held));
    }
    for (const [object, count] of this.#counts) {
      const references = expected.get(object) ?? 0;
      if (count !== references) throw new BrokenCount(`${nameOf(object)} has ${count} counts, not ${references}`);
    }
  }

  #wholeOf(value: unknown): HeapObject | undefined {
    const object = objectOf(value);
    return object && (this.#wholes.get(object) ?? object);
  }

  /** The object that a value refers to, if it is one that is counted: neither static nor literal. */
  #use(value: unknown): HeapObject | undefined {
    const object = this.#wholeOf(value);
    const count = object && this.#counts.get(object);
    if (count === 0) throw new BrokenCount(`${nameOf(object!)} has been freed`);
    return count === undefined ? undefined : object;
  }

  #retain(value: unknown, by: Instruction): void {
    const object = this.#use(value);
    if (object === undefined) return;
    this.effective.add(by);
    this.#counts.set(object, this.#counts.get(object)! + 1);
  }

  #release(value: unknown, by: Instruction): void {
    const pending = [value];
    for (let next = pending.pop(); next !== undefined || pending.length > 0; next = pending.pop()) {
      const object = this.#use(next);
      if (object === undefined) continue;
      this.effective.add(by);
      const count = this.#counts.get(object)! - 1;
      this.#counts.set(object, count);
      if (count > 0) continue;
      this.freed++;
      for (const held of heldBy(object)) pending.push(held);
    }
  }
}

/** What the references of an object lead to, those of its parts among them: one as often as there are references. */
function heldBy(object: HeapObject): HeapObject[] {
  if ("data" in object && object.data instanceof Uint8Array) return [];
  if ("data" in object) return [...object.data].flatMap((value) => objectOf(value) ?? []);
  return object.record.fields.flatMap(({ inline, unpackedLength }, index) => {
    const value = object.fields[index];
    const isPart = inline !== undefined || unpackedLength !== undefined;
    return isPart ? heldBy(value as HeapObject) : (objectOf(value) ?? []);
  });
}

function nameOf(object: HeapObject): string {
  return "record" in object ? object.record.name : "an array";
}
