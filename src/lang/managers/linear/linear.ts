/**
 * What the managers over linear memory share: layouts, loads, stores, slices, match.
 *
 * A union, record or array is one i32: an address, or an immediate of a union. A slice is two: the address of its first
 * element and its length; the address of an empty slice is 0, so that no slice points behind its object. A manager adds
 * how memory is had, what is protected across a collection, and what follows a store. A reference to a part of a record
 * is the address at which the part's header would be (layout.ts), so that its fields are where they are in all others.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET } from "#contract";
import {
  beyond,
  elementPlace,
  emitAddress,
  emitGranules,
  emitLoad,
  emitLoadInto,
  emitScaled,
  emitSlice,
  emitStore,
  type Place,
} from "../../codegen/access.ts";
import type { FunctionContext, Lent } from "../../codegen/function-context.ts";
import type { Locals } from "../../codegen/locals.ts";
import type { ManagerContext, ManagerResult, MemoryManager } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import {
  type Atom,
  BYTE_ELEMENT,
  type ElementType,
  type IrType,
  type MatchArm,
  type RecordType,
  type Site,
  TEXT_ELEMENT,
  type Variable,
} from "../../ir/ir.ts";
import { PlainFrames } from "../plain-frames.ts";
import { findChanged } from "./changes.ts";
import { Globals } from "./globals.ts";
import { defineArguments, defineReadInput } from "./input.ts";
import { type ArrayLayout, Layouts, type PointerKind, pointerKindOf, type RecordLayout, sizeOf } from "./layout.ts";
import { emitMatch } from "./match.ts";
import { Statics } from "./statics.ts";

const { i32, i64, f64 } = binaryen;
const ONE_VALUE = {
  int: [i32],
  byte: [i32],
  bool: [i32],
  long: [i64],
  float: [f64],
  union: [i32],
  record: [i32],
  array: [i32],
} as const;
const SLICE_VALUES = [i32, i32] as const;
const POINTER_PART = 0;
const LENGTH_PART = 1;

/** A pointer that is about to be stored into an object that is already known elsewhere. */
export interface PointerStore {
  readonly slot: Place;
  readonly value: Atom;
  readonly kind: PointerKind;
}

/** The instructions that store into an object after its construction. */
export type StoreInstruction = InstructionOf<"setField" | "arraySet" | "sliceSet">;

export abstract class LinearManager extends PlainFrames implements MemoryManager {
  protected readonly context: ManagerContext;
  protected readonly module: binaryen.Module;
  protected readonly layouts: Layouts;
  readonly #globals: Globals;
  readonly #statics: Statics;
  #helpers = new Set<string>();

  constructor(context: ManagerContext) {
    super();
    this.context = context;
    this.module = context.module;
    this.layouts = new Layouts(context.data, findChanged(context.program));
    this.#statics = new Statics(context.data, this.layouts);
    this.#globals = new Globals(this.module, (kind) => this.reserveGlobal(kind));
  }

  /** A word for a pointer of the whole program, zero at first. */
  protected abstract reserveGlobal(kind: PointerKind): Place;

  globalGet(context: FunctionContext, { dst, global }: InstructionOf<"globalGet">): ExpressionRef {
    return context.assign(dst, this.#globals.get(global));
  }

  globalSet(context: FunctionContext, { global, value }: InstructionOf<"globalSet">): ExpressionRef {
    return context.sequence(this.#globals.set(global, context.values(value)));
  }

  // What a manager adds

  /** Statements that put the address of a new record into `target`, its header written, its fields not. */
  protected abstract allocateRecord(
    context: FunctionContext,
    instruction: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[];
  /** The wasm function (shape, length) -> reference or 0 that allocates arrays. */
  protected abstract readonly arrayAllocator: string;
  /** Statements that put the address of a new array, its elements zero, into `target`, or end the program. */
  protected allocateArray(
    context: FunctionContext,
    { length, site }: InstructionOf<"arrayNew" | "arrayGrow">,
    layout: ArrayLayout,
    target: Temporary,
  ): ExpressionRef[] {
    return this.#newArray(layout, context.value(length), target, () => context.panic("outOfMemory", site.line));
  }
  /** `statements`, with the variables that are live across `instruction` protected from a collection during them. */
  protected abstract protect(
    context: FunctionContext,
    instruction: InstructionOf<"readInput" | "arguments">,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[];
  /** The same in a helper function, for addresses of objects in some of its locals. */
  protected abstract protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[];
  /** Statements before a pointer is stored. */
  protected abstract beforeStore(
    context: FunctionContext,
    instruction: StoreInstruction,
    store: PointerStore,
  ): ExpressionRef[];
  /** Statements before the elements with pointers at `place` are overwritten by a copy. */
  protected beforeFill(
    _context: FunctionContext,
    _instruction: InstructionOf<"arrayFill">,
    _layout: ArrayLayout,
    _place: Place,
  ): ExpressionRef[] {
    return [];
  }
  /** Statements after `count` elements with pointers were copied to `place`. */
  protected abstract afterFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[];
  abstract finish(): ManagerResult;

  // Representation

  representation(type: IrType): readonly WasmType[] {
    return type.kind === "slice" ? SLICE_VALUES : ONE_VALUE[type.kind];
  }

  variableTypes(variable: Variable): readonly WasmType[] {
    return this.representation(variable.type);
  }

  readVariable(_variable: Variable, _part: number, content: ExpressionRef): ExpressionRef {
    return content;
  }

  // Records and unions

  construct(context: FunctionContext, instruction: InstructionOf<"construct">): ExpressionRef {
    const { record, args, dst } = instruction;
    const layout = this.layouts.record(record);
    const target = context.temporary(i32);
    const statements = this.allocateRecord(context, instruction, layout, target);
    statements.push(...this.#initialise(context, { base: () => target.get(), offset: 0 }, record, args.values()));
    statements.push(...this.#countObject(instruction.site, () => this.module.i32.const(layout.bytes)));
    statements.push(context.assign(dst, [target.get()]));
    return context.sequence(statements);
  }

  /**
   * Stores the fields of a new record that lies at `start`.
   * @param args of which the record takes its own, those of its parts among them
   */
  #initialise(
    context: FunctionContext,
    start: Place,
    record: RecordType,
    args: Iterator<Atom, undefined>,
  ): ExpressionRef[] {
    const { offsets } = this.layouts.record(record);
    return record.fields.flatMap(({ type, unpackedLength, inline }, index) => {
      const place = beyond(start, offsets[index] as number);
      if (inline !== undefined) return this.#initialise(context, place, inline, args);
      return Array.from({ length: unpackedLength ?? 1 }, (_, at) => {
        const values = context.values(args.next().value!);
        return emitStore(this.module, type, beyond(place, at * sizeOf(type)), values);
      }).flat();
    });
  }

  immediate(context: FunctionContext, { dst, union, caseIndex }: InstructionOf<"immediate">): ExpressionRef {
    return context.assign(dst, [this.module.i32.const(this.layouts.union(union).immediateOf(caseIndex))]);
  }

  field(context: FunctionContext, { dst, object, record, index }: InstructionOf<"field">): ExpressionRef {
    return emitLoadInto(context, [dst], [this.#fieldPlace(context, object, record, index)]);
  }

  /** The value of a field, which is a single one. */
  protected loadField(context: FunctionContext, object: Variable, record: RecordType, index: number): ExpressionRef {
    const place = this.#fieldPlace(context, object, record, index);
    return emitLoad(this.module, record.fields[index]!.type, place)[0]!;
  }

  part(context: FunctionContext, { dst, object, record, index }: InstructionOf<"part">): ExpressionRef {
    return context.assign(dst, [emitAddress(this.module, this.#fieldPlace(context, object, record, index))]);
  }

  setField(context: FunctionContext, instruction: InstructionOf<"setField">): ExpressionRef {
    const { object, record, index, value } = instruction;
    const place = this.#fieldPlace(context, object, record, index);
    return context.sequence(this.#store(context, instruction, [place], [value]));
  }

  same(context: FunctionContext, { dst, a, b }: InstructionOf<"same">): ExpressionRef {
    return context.assign(dst, [this.module.i32.eq(context.read(a), context.read(b))]);
  }

  unpackedGet(context: FunctionContext, instruction: InstructionOf<"unpackedGet">): ExpressionRef {
    const { dst, object, record, index, at } = instruction;
    const start = this.#fieldPlace(context, object, record, index);
    return emitLoadInto(context, [dst], [elementPlace(context, start, at, sizeOf(dst.type))]);
  }

  unpackedSlice(context: FunctionContext, instruction: InstructionOf<"unpackedSlice">): ExpressionRef {
    const { object, record, index } = instruction;
    const stride = sizeOf((record.fields[index] as { type: IrType }).type);
    return emitSlice(context, instruction, this.#fieldPlace(context, object, record, index), stride);
  }

  match(
    context: FunctionContext,
    instruction: InstructionOf<"match">,
    arm: (arm: MatchArm) => ExpressionRef,
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef {
    return emitMatch(context, this.layouts.union(instruction.union), instruction, arm, otherwise);
  }

  // Arrays

  arrayNew(context: FunctionContext, instruction: InstructionOf<"arrayNew">): ExpressionRef {
    const target = context.temporary(i32);
    const allocated = this.#makeArray(context, instruction, target);
    return context.sequence([...allocated, context.assign(instruction.dst, [target.get()])]);
  }

  /**
   * A new array that takes over the elements. It is fresh, so that a collector need not know of what is copied into it.
   */
  arrayGrow(context: FunctionContext, instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const { module } = this;
    const { dst, array, used, element } = instruction;
    const target = context.temporary(i32);
    const start = (base: () => ExpressionRef): ExpressionRef =>
      emitAddress(module, { base, offset: ARRAY_HEADER_BYTES });
    return context.sequence([
      ...this.#makeArray(context, instruction, target),
      module.memory.copy(
        start(() => target.get()),
        start(() => context.read(array)),
        emitScaled(module, context.value(used), this.layouts.element(element).stride),
      ),
      context.assign(dst, [target.get()]),
    ]);
  }

  #makeArray(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "arrayGrow">,
    target: Temporary,
  ): ExpressionRef[] {
    const { element, length, site } = instruction;
    const layout = this.layouts.array(element);
    const allocated = this.allocateArray(context, instruction, layout, target);
    return [...allocated, ...this.countArray(site, layout, () => context.value(length))];
  }

  arrayLength(context: FunctionContext, { dst, array }: InstructionOf<"arrayLength">): ExpressionRef {
    return context.assign(dst, [this.module.i32.load(LENGTH_OFFSET, 4, context.read(array))]);
  }

  arrayGet(context: FunctionContext, { dsts, array, index }: InstructionOf<"arrayGet">): ExpressionRef {
    return this.#loadElement(context, dsts, elementOf(array), this.#arrayStart(context, array), index);
  }

  arraySet(context: FunctionContext, instruction: InstructionOf<"arraySet">): ExpressionRef {
    const { array } = instruction;
    return this.#storeElement(context, instruction, elementOf(array), this.#arrayStart(context, array));
  }

  /** What is taken out stays until it is overwritten: a cleared slot costs more than it saves (bench/NOTES.md). */
  arrayClear(): ExpressionRef {
    return this.module.nop();
  }

  arrayFill(context: FunctionContext, instruction: InstructionOf<"arrayFill">): ExpressionRef {
    const { module } = this;
    const { array, at, source, from, count } = instruction;
    const layout = this.layouts.array(elementOf(array));
    const { stride } = layout;
    const target = context.temporary(i32);
    const sourceStart: Place = { base: () => context.read(source, POINTER_PART), offset: 0 };
    const place: Place = { base: () => target.get(), offset: 0 };
    const statements = [
      target.set(emitAddress(module, elementPlace(context, this.#arrayStart(context, array), at, stride))),
      ...(layout.hasPointers ? this.beforeFill(context, instruction, layout, place) : []),
      module.memory.copy(
        target.get(),
        emitAddress(module, elementPlace(context, sourceStart, from, stride)),
        emitScaled(module, context.value(count), stride),
      ),
    ];
    if (layout.hasPointers) {
      statements.push(...this.afterFill(context, instruction, layout, place));
    }
    return context.sequence(statements);
  }

  arraySlice(context: FunctionContext, instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const { array } = instruction;
    const { stride } = this.layouts.element(elementOf(array));
    return emitSlice(context, instruction, this.#arrayStart(context, array), stride);
  }

  // Slices

  sliceLength(context: FunctionContext, { dst, slice }: InstructionOf<"sliceLength">): ExpressionRef {
    return context.assign(dst, [context.read(slice, LENGTH_PART)]);
  }

  sliceGet(context: FunctionContext, { dsts, slice, index }: InstructionOf<"sliceGet">): ExpressionRef {
    return this.#loadElement(context, dsts, elementOf(slice), this.#sliceStart(context, slice), index);
  }

  sliceSet(context: FunctionContext, instruction: InstructionOf<"sliceSet">): ExpressionRef {
    const { slice } = instruction;
    return this.#storeElement(context, instruction, elementOf(slice), this.#sliceStart(context, slice));
  }

  subslice(context: FunctionContext, instruction: InstructionOf<"subslice">): ExpressionRef {
    const { slice } = instruction;
    const { stride } = this.layouts.element(elementOf(slice));
    return emitSlice(context, instruction, this.#sliceStart(context, slice), stride);
  }

  sliceEmpty(context: FunctionContext, { dst }: InstructionOf<"sliceEmpty">): ExpressionRef {
    return context.assign(dst, [this.module.i32.const(0), this.module.i32.const(0)]);
  }

  literal(context: FunctionContext, { dst, bytes }: InstructionOf<"literal">): ExpressionRef {
    const address = bytes.byteLength === 0 ? 0 : this.context.data.constant(bytes);
    return context.assign(dst, [this.module.i32.const(address), this.module.i32.const(bytes.byteLength)]);
  }

  static(context: FunctionContext, { dst, source }: InstructionOf<"static">): ExpressionRef {
    const words = this.#statics.words(source.type, source.value);
    return context.assign(
      dst,
      words.map((word) => this.module.i32.const(word)),
    );
  }

  // The outside world

  lend(context: FunctionContext, text: Atom): Lent {
    return { before: [], values: context.values(text), after: [] };
  }

  write(context: FunctionContext, { stream, bytes }: InstructionOf<"write">): ExpressionRef {
    return this.context.wasi.write(stream, context.read(bytes, POINTER_PART), context.read(bytes, LENGTH_PART));
  }

  readInput(context: FunctionContext, instruction: InstructionOf<"readInput">): ExpressionRef {
    return this.#callHelper(context, instruction, "linear.readInput", defineReadInput);
  }

  arguments(context: FunctionContext, instruction: InstructionOf<"arguments">): ExpressionRef {
    return this.#callHelper(context, instruction, "linear.arguments", defineArguments);
  }

  textSend(context: FunctionContext, { bytes }: InstructionOf<"textSend">): ExpressionRef {
    return this.context.ports.send(context.read(bytes, POINTER_PART), context.read(bytes, LENGTH_PART));
  }

  textReceive(context: FunctionContext, { array }: InstructionOf<"textReceive">): ExpressionRef {
    const length = this.module.i32.load(LENGTH_OFFSET, 4, context.read(array));
    return this.context.ports.receive(emitAddress(this.module, this.#arrayStart(context, array)), length);
  }

  #callHelper(
    context: FunctionContext,
    instruction: InstructionOf<"readInput" | "arguments">,
    name: string,
    define: typeof defineReadInput,
  ): ExpressionRef {
    const { module } = this;
    if (!this.#helpers.has(name)) {
      this.#helpers.add(name);
      define(name, {
        module,
        wasi: this.context.wasi,
        allocate: (element, length, target) => {
          const layout = this.layouts.array(element);
          return [
            ...this.#newArray(layout, length(), target, () => this.context.wasi.panic("outOfMemory", 0)),
            ...this.countArray(null, layout, length),
          ];
        },
        protect: (locals, addresses, statements) => this.protectLocals(locals, addresses, statements),
        bytes: BYTE_ELEMENT,
        texts: TEXT_ELEMENT,
      });
    }
    const type = binaryen.createType([i32, i32]);
    const pair = context.temporary(type);
    return context.sequence([
      ...this.context.profile.countAt(
        context,
        instruction.site,
        this.protect(context, instruction, [pair.set(module.call(name, [], type))]),
      ),
      context.assign(instruction.dst, [module.tuple.extract(pair.get(), 0), module.tuple.extract(pair.get(), 1)]),
    ]);
  }

  // Parts

  #newArray(
    layout: ArrayLayout,
    length: ExpressionRef,
    target: Temporary,
    outOfMemory: () => ExpressionRef,
  ): ExpressionRef[] {
    const { module } = this;
    const { counters } = this.context;
    return [
      ...counters.pauseBegin(),
      target.set(module.call(this.arrayAllocator, [module.i32.const(layout.shape), length], i32)),
      ...counters.pauseEnd(),
      module.if(module.i32.eqz(target.get()), outOfMemory()),
    ];
  }

  /** Counts an array, if the build counts. @param site where it is made; null where only what stands around it knows */
  protected countArray(site: Site | null, layout: ArrayLayout, length: () => ExpressionRef): ExpressionRef[] {
    const { module } = this;
    return this.#countObject(site, () =>
      emitGranules(
        module,
        module.i32.add(emitScaled(module, length(), layout.stride), module.i32.const(ARRAY_HEADER_BYTES)),
      ),
    );
  }

  #countObject(site: Site | null, bytes: () => ExpressionRef): ExpressionRef[] {
    const { counters, profile } = this.context;
    return [...counters.countObject(bytes), ...profile.countObject(site, bytes)];
  }

  #fieldPlace(
    context: FunctionContext,
    object: Variable,
    record: InstructionOf<"field">["record"],
    index: number,
  ): Place {
    const offset = this.layouts.record(record).offsets[index] as number;
    return { base: () => context.read(object), offset };
  }

  #arrayStart(context: FunctionContext, array: Variable): Place {
    return { base: () => context.read(array), offset: ARRAY_HEADER_BYTES };
  }

  #sliceStart(context: FunctionContext, slice: Variable): Place {
    return { base: () => context.read(slice, POINTER_PART), offset: 0 };
  }

  /** The places of an element's components; a computed address is kept in a local when it is used more than once. */
  #componentPlaces(
    context: FunctionContext,
    element: ElementType,
    start: Place,
    index: Atom,
    isUsedOnce: boolean,
  ): { places: Place[]; statements: ExpressionRef[] } {
    const layout = this.layouts.element(element);
    let place = elementPlace(context, start, index, layout.stride);
    const statements: ExpressionRef[] = [];
    if (index.kind === "variable" && !isUsedOnce) {
      const address = context.temporary(i32);
      statements.push(address.set(place.base()));
      place = { base: () => address.get(), offset: place.offset };
    }
    return { places: layout.offsets.map((offset) => beyond(place, offset)), statements };
  }

  #loadElement(
    context: FunctionContext,
    dsts: readonly Variable[],
    element: ElementType,
    start: Place,
    index: Atom,
  ): ExpressionRef {
    const isUsedOnce = dsts.length === 1 && dsts[0]?.type.kind !== "slice";
    const { places, statements } = this.#componentPlaces(context, element, start, index, isUsedOnce);
    return context.sequence([...statements, emitLoadInto(context, dsts, places)]);
  }

  #storeElement(
    context: FunctionContext,
    instruction: InstructionOf<"arraySet" | "sliceSet">,
    element: ElementType,
    start: Place,
  ): ExpressionRef {
    const { index, values } = instruction;
    const isUsedOnce = values.length === 1 && pointerKindOf((values[0] as Atom).type) === null;
    const { places, statements } = this.#componentPlaces(context, element, start, index, isUsedOnce);
    return context.sequence([...statements, ...this.#store(context, instruction, places, values)]);
  }

  #store(
    context: FunctionContext,
    instruction: StoreInstruction,
    places: readonly Place[],
    values: readonly Atom[],
  ): ExpressionRef[] {
    return values.flatMap((value, index) => {
      const slot = places[index] as Place;
      const kind = pointerKindOf(value.type);
      const stores = emitStore(this.module, value.type, slot, context.values(value));
      return kind === null ? stores : [...this.beforeStore(context, instruction, { slot, value, kind }), ...stores];
    });
  }
}

function elementOf(variable: Variable): ElementType {
  const { type } = variable;
  if (type.kind !== "array" && type.kind !== "slice") throw new TypeError(`${variable.name} has no elements`);
  return type.element;
}
