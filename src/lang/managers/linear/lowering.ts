/**
 * One function under a manager in linear memory: loads, stores, slices, match, literals. Three small objects say the
 * rest: how memory is had, what a collector wants to know (memory.ts), and what the function's frame does.
 */

import binaryen from "binaryen";
import { ARRAY_HEADER_BYTES, LENGTH_OFFSET } from "#contract";
import {
  beyond,
  elementPlace,
  emitAddress,
  emitLoadInto,
  emitScaled,
  emitSlice,
  emitStore,
  type Place,
} from "../../codegen/access.ts";
import type { FunctionContext, Lent } from "../../codegen/function-context.ts";
import type { FrameLowering, FunctionLowering } from "../../codegen/manager.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import type { Atom, ElementType, InstructionOf, IrType, MatchArm, RecordType, Variable } from "../../ir/ir.ts";
import { type Layouts, pointerKindOf, sizeOf } from "./layout.ts";
import type { LinearManager } from "./linear.ts";
import { emitMatch } from "./match.ts";
import type { Allocator, CollectorHooks, MakesArray, StoreInstruction, TakesInput } from "./memory.ts";
import { arrayStart, componentPlaces, elementOf, fieldPlace, LENGTH_PART, POINTER_PART, sliceStart } from "./places.ts";

const { i32 } = binaryen;

/** What a manager adds to a function. */
export interface LinearParts {
  readonly allocator: Allocator;
  /** Absent where no object moves and no store is observed. */
  readonly hooks?: CollectorHooks | undefined;
  readonly frame?: FrameLowering | undefined;
}

export class LinearLowering implements FunctionLowering {
  readonly frame?: FrameLowering;
  protected readonly manager: LinearManager;
  protected readonly context: FunctionContext;
  protected readonly module: binaryen.Module;
  protected readonly layouts: Layouts;
  readonly #allocator: Allocator;
  readonly #hooks: CollectorHooks | undefined;

  constructor(manager: LinearManager, context: FunctionContext, { allocator, hooks, frame }: LinearParts) {
    this.manager = manager;
    this.context = context;
    this.module = context.module;
    this.layouts = manager.layouts;
    this.#allocator = allocator;
    this.#hooks = hooks;
    if (frame !== undefined) this.frame = frame;
  }

  // Globals

  globalGet({ dst, global }: InstructionOf<"globalGet">): ExpressionRef {
    return this.context.assign(dst, this.manager.globals.get(global));
  }

  globalSet({ global, value }: InstructionOf<"globalSet">): ExpressionRef {
    return this.context.sequence(this.manager.globals.set(global, this.context.values(value)));
  }

  // Records and unions

  construct(instruction: InstructionOf<"construct">): ExpressionRef {
    const { context } = this;
    const { record, args, dst } = instruction;
    const layout = this.layouts.record(record);
    const target = context.temporary(i32);
    const statements = this.#allocator.record(instruction, layout, target);
    statements.push(...this.#initialise({ base: () => target.get(), offset: 0 }, record, args.values()));
    statements.push(...this.manager.countObject(instruction.site, () => this.module.i32.const(layout.bytes)));
    statements.push(context.assign(dst, [target.get()]));
    return context.sequence(statements);
  }

  /**
   * Stores the fields of a new record that lies at `start`.
   * @param args of which the record takes its own, those of its parts among them
   */
  #initialise(start: Place, record: RecordType, args: Iterator<Atom, undefined>): ExpressionRef[] {
    const { context } = this;
    const { offsets } = this.layouts.record(record);
    return record.fields.flatMap(({ type, unpackedLength, inline }, index) => {
      const place = beyond(start, offsets[index] as number);
      if (inline !== undefined) return this.#initialise(place, inline, args);
      return Array.from({ length: unpackedLength ?? 1 }, (_, at) => {
        const values = context.values(args.next().value!);
        return emitStore(this.module, type, beyond(place, at * sizeOf(type)), values);
      }).flat();
    });
  }

  immediate({ dst, union, caseIndex }: InstructionOf<"immediate">): ExpressionRef {
    return this.context.assign(dst, [this.module.i32.const(this.layouts.union(union).immediateOf(caseIndex))]);
  }

  field({ dst, object, record, index }: InstructionOf<"field">): ExpressionRef {
    return emitLoadInto(this.context, [dst], [this.#fieldPlace(object, record, index)]);
  }

  part({ dst, object, record, index }: InstructionOf<"part">): ExpressionRef {
    return this.context.assign(dst, [emitAddress(this.module, this.#fieldPlace(object, record, index))]);
  }

  setField(instruction: InstructionOf<"setField">): ExpressionRef {
    const { context } = this;
    const { object, record, index, value } = instruction;
    const place = this.#fieldPlace(object, record, index);
    return context.sequence(this.#store(instruction, [place], [value]));
  }

  same({ dst, a, b }: InstructionOf<"same">): ExpressionRef {
    return this.context.assign(dst, [this.module.i32.eq(this.context.read(a), this.context.read(b))]);
  }

  unpackedGet(instruction: InstructionOf<"unpackedGet">): ExpressionRef {
    const { context } = this;
    const { dst, object, record, index, at } = instruction;
    const start = this.#fieldPlace(object, record, index);
    return emitLoadInto(context, [dst], [elementPlace(context, start, at, sizeOf(dst.type))]);
  }

  unpackedSlice(instruction: InstructionOf<"unpackedSlice">): ExpressionRef {
    const { context } = this;
    const { object, record, index } = instruction;
    const stride = sizeOf((record.fields[index] as { type: IrType }).type);
    return emitSlice(context, instruction, this.#fieldPlace(object, record, index), stride);
  }

  match(
    instruction: InstructionOf<"match">,
    arm: (arm: MatchArm) => ExpressionRef,
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef {
    return emitMatch(this.context, this.layouts.union(instruction.union), instruction, arm, otherwise);
  }

  // Arrays

  arrayNew(instruction: InstructionOf<"arrayNew">): ExpressionRef {
    const { context } = this;
    const target = context.temporary(i32);
    const allocated = this.#makeArray(instruction, target);
    return context.sequence([...allocated, context.assign(instruction.dst, [target.get()])]);
  }

  /**
   * A new array that takes over the elements. It is fresh, so that a collector need not know of what is copied into it.
   */
  arrayGrow(instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const { module, context } = this;
    const { dst, array, used, element } = instruction;
    const target = context.temporary(i32);
    const start = (base: () => ExpressionRef): ExpressionRef =>
      emitAddress(module, { base, offset: ARRAY_HEADER_BYTES });
    return context.sequence([
      ...this.#makeArray(instruction, target),
      module.memory.copy(
        start(() => target.get()),
        start(() => context.read(array)),
        emitScaled(module, context.value(used), this.layouts.element(element).stride),
      ),
      context.assign(dst, [target.get()]),
    ]);
  }

  #makeArray(instruction: MakesArray, target: Temporary): ExpressionRef[] {
    const { context } = this;
    const { element, length, site } = instruction;
    const layout = this.layouts.array(element);
    const allocated =
      this.#allocator.array?.(instruction, layout, target) ??
      this.manager.newArray(layout, context.value(length), target, () => context.panic("outOfMemory", site.line));
    return [...allocated, ...this.manager.countArray(site, layout, () => context.value(length))];
  }

  arrayLength({ dst, array }: InstructionOf<"arrayLength">): ExpressionRef {
    return this.context.assign(dst, [this.module.i32.load(LENGTH_OFFSET, 4, this.context.read(array))]);
  }

  arrayGet({ dsts, array, index }: InstructionOf<"arrayGet">): ExpressionRef {
    return this.#loadElement(dsts, elementOf(array), arrayStart(this.context, array), index);
  }

  arraySet(instruction: InstructionOf<"arraySet">): ExpressionRef {
    const { context } = this;
    const { array } = instruction;
    return this.#storeElement(instruction, elementOf(array), arrayStart(context, array));
  }

  /** What is taken out stays until it is overwritten: a cleared slot costs more than it saves (bench/NOTES.md). */
  arrayClear(): ExpressionRef {
    return this.module.nop();
  }

  arrayFill(instruction: InstructionOf<"arrayFill">): ExpressionRef {
    const { module, context } = this;
    const { array, at, source, from, count } = instruction;
    const layout = this.layouts.array(elementOf(array));
    const { stride } = layout;
    const target = context.temporary(i32);
    const sourceStart: Place = { base: () => context.read(source, POINTER_PART), offset: 0 };
    const place: Place = { base: () => target.get(), offset: 0 };
    const statements = [
      target.set(emitAddress(module, elementPlace(context, arrayStart(context, array), at, stride))),
      ...(layout.hasPointers ? (this.#hooks?.beforeFill(instruction, layout, place) ?? []) : []),
      module.memory.copy(
        target.get(),
        emitAddress(module, elementPlace(context, sourceStart, from, stride)),
        emitScaled(module, context.value(count), stride),
      ),
    ];
    if (layout.hasPointers) {
      statements.push(...(this.#hooks?.afterFill(instruction, layout, place) ?? []));
    }
    return context.sequence(statements);
  }

  arraySlice(instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const { context } = this;
    const { array } = instruction;
    const { stride } = this.layouts.element(elementOf(array));
    return emitSlice(context, instruction, arrayStart(context, array), stride);
  }

  // Slices

  sliceLength({ dst, slice }: InstructionOf<"sliceLength">): ExpressionRef {
    return this.context.assign(dst, [this.context.read(slice, LENGTH_PART)]);
  }

  sliceGet({ dsts, slice, index }: InstructionOf<"sliceGet">): ExpressionRef {
    return this.#loadElement(dsts, elementOf(slice), sliceStart(this.context, slice), index);
  }

  sliceSet(instruction: InstructionOf<"sliceSet">): ExpressionRef {
    const { context } = this;
    const { slice } = instruction;
    return this.#storeElement(instruction, elementOf(slice), sliceStart(context, slice));
  }

  subslice(instruction: InstructionOf<"subslice">): ExpressionRef {
    const { context } = this;
    const { slice } = instruction;
    const { stride } = this.layouts.element(elementOf(slice));
    return emitSlice(context, instruction, sliceStart(context, slice), stride);
  }

  sliceEmpty({ dst }: InstructionOf<"sliceEmpty">): ExpressionRef {
    return this.context.assign(dst, [this.module.i32.const(0), this.module.i32.const(0)]);
  }

  literal({ dst, bytes }: InstructionOf<"literal">): ExpressionRef {
    const { context } = this;
    const address = bytes.byteLength === 0 ? 0 : this.manager.context.data.constant(bytes);
    return context.assign(dst, [this.module.i32.const(address), this.module.i32.const(bytes.byteLength)]);
  }

  static({ dst, source }: InstructionOf<"static">): ExpressionRef {
    const { context } = this;
    const words = this.manager.statics.words(source.type, source.value);
    return context.assign(
      dst,
      words.map((word) => this.module.i32.const(word)),
    );
  }

  // The outside world

  lend(text: Atom): Lent {
    return { before: [], values: this.context.values(text), after: [] };
  }

  write({ stream, bytes }: InstructionOf<"write">): ExpressionRef {
    const { context } = this;
    return this.manager.context.wasi.write(stream, context.read(bytes, POINTER_PART), context.read(bytes, LENGTH_PART));
  }

  readInput(instruction: InstructionOf<"readInput">): ExpressionRef {
    return this.#callHelper(instruction);
  }

  arguments(instruction: InstructionOf<"arguments">): ExpressionRef {
    return this.#callHelper(instruction);
  }

  textSend({ bytes }: InstructionOf<"textSend">): ExpressionRef {
    const { context } = this;
    return this.manager.context.ports.send(context.read(bytes, POINTER_PART), context.read(bytes, LENGTH_PART));
  }

  textReceive({ array }: InstructionOf<"textReceive">): ExpressionRef {
    const { context } = this;
    const length = this.module.i32.load(LENGTH_OFFSET, 4, context.read(array));
    return this.manager.context.ports.receive(emitAddress(this.module, arrayStart(context, array)), length);
  }

  // Parts

  #callHelper(instruction: TakesInput): ExpressionRef {
    const { module, context } = this;
    const before = this.#allocator.beforeHelper?.(instruction) ?? [];
    const type = binaryen.createType([i32, i32]);
    const call = this.manager.input.call(instruction.op, type);
    const pair = context.temporary(type);
    const called = [pair.set(call)];
    const protectedCall = this.#hooks?.protect(instruction, called) ?? called;
    return context.sequence([
      ...before,
      ...this.manager.context.profile.countAt(context, instruction.site, protectedCall),
      context.assign(instruction.dst, [module.tuple.extract(pair.get(), 0), module.tuple.extract(pair.get(), 1)]),
    ]);
  }

  #loadElement(dsts: readonly Variable[], element: ElementType, start: Place, index: Atom): ExpressionRef {
    const { context } = this;
    const isUsedOnce = dsts.length === 1 && dsts[0]?.type.kind !== "slice";
    const { places, statements } = componentPlaces(context, this.layouts, element, start, index, isUsedOnce);
    return context.sequence([...statements, emitLoadInto(context, dsts, places)]);
  }

  #storeElement(
    instruction: InstructionOf<"arraySet" | "sliceSet">,
    element: ElementType,
    start: Place,
  ): ExpressionRef {
    const { context } = this;
    const { index, values } = instruction;
    const isUsedOnce = values.length === 1 && pointerKindOf((values[0] as Atom).type) === null;
    const { places, statements } = componentPlaces(context, this.layouts, element, start, index, isUsedOnce);
    return context.sequence([...statements, ...this.#store(instruction, places, values)]);
  }

  #store(instruction: StoreInstruction, places: readonly Place[], values: readonly Atom[]): ExpressionRef[] {
    const { context } = this;
    return values.flatMap((value, index) => {
      const slot = places[index] as Place;
      const kind = pointerKindOf(value.type);
      const stores = emitStore(this.module, value.type, slot, context.values(value));
      return kind === null
        ? stores
        : [...(this.#hooks?.beforeStore(instruction, { slot, value, kind }) ?? []), ...stores];
    });
  }

  #fieldPlace(object: Variable, record: RecordType, index: number): Place {
    return fieldPlace(this.context, this.layouts, object, record, index);
  }
}
