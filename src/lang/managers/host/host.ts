/**
 * The manager `host`: WasmGC structs and arrays, allocated and freed by the engine. The yardstick for the others.
 *
 * How types look is in types.ts. A slice is three wasm values: array, offset, length; an empty one refers to an
 * empty array that all share, so that it keeps nothing alive. The engine finds references by itself: there are no
 * safepoints, no shadow stack and no barriers here. Linear memory serves input and output, and what a program allocates
 * itself: only then the core is in the module, for its malloc.
 *
 * Invariants:
 *  - Locals are nullable; `readVariable` makes the value non-null where the type says so. The optimiser drops the check where
 *    it sees the assignment, or an access that checks anyway.
 *  - The offset of an empty slice is arbitrary: nothing but its length may be looked at.
 */

import binaryen from "binaryen";
import { CORE_FEATURES, CORE_MEMORY, openCore } from "../../codegen/core.ts";
import type { FunctionContext, Lent } from "../../codegen/function-context.ts";
import type { ManagerContext, ManagerFactory, ManagerResult, MemoryManager } from "../../codegen/manager.ts";
import type { ExpressionRef, WasmType } from "../../codegen/wasm.ts";
import type { InstructionOf } from "../../ir/ir.ts";
import {
  type Atom,
  BYTE_ELEMENT,
  type ElementType,
  type IrType,
  type MatchArm,
  type RecordType,
  TEXT_ELEMENT,
  type Variable,
} from "../../ir/ir.ts";
import { usesMalloc } from "../../ir/outside.ts";
import { InternalCompilerError } from "../../options.ts";
import { PlainFrames } from "../plain-frames.ts";
import { HostConstants } from "./constants.ts";
import { HostGlobals } from "./globals.ts";
import { HostIo } from "./io.ts";
import { emitMatch } from "./match.ts";
import { emitArrayBytes, longestArray } from "./sizes.ts";
import { HostStatics } from "./statics.ts";
import { type ElementInfo, HostTypes } from "./types.ts";

const MEMORY = "host.memory";
const UNLIMITED_PAGES = -1;
const ARRAY_PART = 0;
const OFFSET_PART = 1;
const LENGTH_PART = 2;

export const host: ManagerFactory = {
  features: CORE_FEATURES | binaryen.Features.GC | binaryen.Features.ReferenceTypes,
  closedWorld: true,
  createModule(options, program) {
    if (usesMalloc(program)) return openCore(options.debug ?? false);
    const module = new binaryen.Module();
    // Loads and stores name their memory when they are made; its size and data are decided at the end.
    module.setMemory(1, UNLIMITED_PAGES, null, [], false, false, MEMORY);
    return module;
  },
  create: (context) => new HostManager(context),
};

class HostManager extends PlainFrames implements MemoryManager {
  readonly #context: ManagerContext;
  readonly #module: binaryen.Module;
  readonly #types: HostTypes;
  readonly #io: HostIo;
  readonly #constants: HostConstants;
  readonly #globals: HostGlobals;
  readonly #statics: HostStatics;
  #labels = 0;

  constructor(context: ManagerContext) {
    super();
    this.#context = context;
    this.#module = context.module;
    this.#types = new HostTypes(context.module, context.program);
    this.#globals = new HostGlobals(context.module, this.#types);
    const { module, data, wasi, ports, counters } = context;
    const bytes = this.#types.element(BYTE_ELEMENT);
    const texts = this.#types.element(TEXT_ELEMENT);
    const constants = new HostConstants(module, data, bytes);
    this.#constants = constants;
    this.#statics = new HostStatics({ module, data, types: this.#types, constants });
    this.#io = new HostIo({ module, data, wasi, ports, counters, constants, bytes, texts });
  }

  // Representation

  representation(type: IrType): readonly WasmType[] {
    return this.#types.representation(type);
  }

  variableTypes(variable: Variable): readonly WasmType[] {
    return this.#types.nullableRepresentation(variable.type);
  }

  readVariable(variable: Variable, part: number, content: ExpressionRef): ExpressionRef {
    if (part !== 0 || this.variableTypes(variable)[0] === this.representation(variable.type)[0]) return content;
    return this.#module.ref.as_non_null(content);
  }

  // Records and unions

  construct(context: FunctionContext, { dst, record, args }: InstructionOf<"construct">): ExpressionRef {
    const { object, counts } = this.#object(context, record, args.values());
    return context.sequence([context.assign(dst, [object]), ...counts]);
  }

  /**
   * A new struct, with those of its parts.
   * @param args of which the record takes its own, those of its parts among them
   */
  #object(
    context: FunctionContext,
    record: RecordType,
    args: Iterator<Atom, undefined>,
  ): { object: ExpressionRef; counts: ExpressionRef[] } {
    const module = this.#module;
    const info = this.#types.record(record);
    const operands = info.tag === null ? [] : [module.i32.const(info.tag)];
    const counts = this.#count(() => module.i32.const(info.bytes));
    const next = (): Atom => args.next().value!;
    record.fields.forEach(({ unpackedLength, inline }, index) => {
      if (inline !== undefined) {
        const part = this.#object(context, inline, args);
        operands.push(part.object);
        counts.push(...part.counts);
        return;
      }
      if (unpackedLength === undefined) {
        operands.push(...context.values(next()));
        return;
      }
      const element = this.#types.element(this.#types.unpackedElement(record, index));
      const atoms = Array.from({ length: unpackedLength }, next);
      const values = atoms.map((atom) => this.#elementValue(element, context.values(atom)));
      operands.push(module.array.new_fixed(element.heapType, values));
      counts.push(...this.#count(() => emitArrayBytes(module, module.i32.const(atoms.length), element.bytes)));
      for (const _ of atoms) counts.push(...this.#countBox(element));
    });
    return { object: module.struct.new(operands, info.heapType), counts };
  }

  immediate(context: FunctionContext, { dst, union, caseIndex }: InstructionOf<"immediate">): ExpressionRef {
    return context.assign(dst, [this.#constants.immediate(union, this.#types.union(union), caseIndex)]);
  }

  field(context: FunctionContext, { dst, object, record, index }: InstructionOf<"field" | "part">): ExpressionRef {
    const types = this.#types.representation(dst.type);
    const first = this.#types.record(record).slots[index] as number;
    const get = (part: number): ExpressionRef =>
      this.#module.struct.get(first + part, context.read(object), types[part] as WasmType, false);
    return context.assign(
      dst,
      types.map((_, part) => get(part)),
    );
  }

  /** What lies inside elsewhere is an object of its own here, set once: WasmGC has no interior references. */
  part(context: FunctionContext, instruction: InstructionOf<"part">): ExpressionRef {
    return this.field(context, instruction);
  }

  setField(context: FunctionContext, { object, record, index, value }: InstructionOf<"setField">): ExpressionRef {
    const first = this.#types.record(record).slots[index] as number;
    const values = context.values(value);
    return context.sequence(
      values.map((each, part) => this.#module.struct.set(first + part, context.read(object), each)),
    );
  }

  globalGet(context: FunctionContext, { dst, global }: InstructionOf<"globalGet">): ExpressionRef {
    return context.assign(dst, this.#globals.get(global));
  }

  globalSet(context: FunctionContext, { global, value }: InstructionOf<"globalSet">): ExpressionRef {
    return context.sequence(this.#globals.set(global, context.values(value)));
  }

  same(context: FunctionContext, { dst, a, b }: InstructionOf<"same">): ExpressionRef {
    return context.assign(dst, [this.#module.ref.eq(context.read(a), context.read(b))]);
  }

  unpackedGet(context: FunctionContext, instruction: InstructionOf<"unpackedGet">): ExpressionRef {
    const { dst, object, record, index, at } = instruction;
    const element = this.#types.element(this.#types.unpackedElement(record, index));
    const array = this.#unpackedArray(context, object, record, index, element);
    return this.#loadElement(context, [dst], element, array, context.value(at));
  }

  unpackedSlice(context: FunctionContext, instruction: InstructionOf<"unpackedSlice">): ExpressionRef {
    const { object, record, index, start } = instruction;
    const element = this.#types.element(this.#types.unpackedElement(record, index));
    const array = this.#unpackedArray(context, object, record, index, element);
    return this.#makeSlice(context, instruction, element, array, context.value(start));
  }

  match(
    context: FunctionContext,
    instruction: InstructionOf<"match">,
    arm: (arm: MatchArm) => ExpressionRef,
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef {
    return emitMatch(this.#types, context, instruction, { arm, otherwise, label: () => `match${this.#labels++}` });
  }

  // Arrays

  arrayNew(
    context: FunctionContext,
    { dst, element, length, site }: InstructionOf<"arrayNew" | "arrayGrow">,
  ): ExpressionRef {
    const module = this.#module;
    const info = this.#types.element(element);
    const longest = longestArray(info.bytes);
    const statements: ExpressionRef[] = [];
    if (length.kind === "variable" || Number(length.value) > longest) {
      const isTooLong = module.i32.gt_u(context.value(length), module.i32.const(longest));
      statements.push(module.if(isTooLong, context.panic("outOfMemory", site.line)));
    }
    statements.push(...this.#count(() => emitArrayBytes(module, context.value(length), info.bytes)));
    statements.push(context.assign(dst, [module.array.new_default(info.heapType, context.value(length))]));
    return context.sequence(statements);
  }

  arrayGrow(context: FunctionContext, instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const module = this.#module;
    const { dst, array, used } = instruction;
    const zero = (): ExpressionRef => module.i32.const(0);
    return context.sequence([
      this.arrayNew(context, instruction),
      module.array.copy(context.read(dst), zero(), context.read(array), zero(), context.value(used)),
    ]);
  }

  arrayLength(context: FunctionContext, { dst, array }: InstructionOf<"arrayLength">): ExpressionRef {
    return context.assign(dst, [this.#module.array.len(context.read(array))]);
  }

  arrayGet(context: FunctionContext, { dsts, array, index }: InstructionOf<"arrayGet">): ExpressionRef {
    return this.#loadElement(context, dsts, this.#elementOf(array), context.read(array), context.value(index));
  }

  arraySet(context: FunctionContext, { array, index, values }: InstructionOf<"arraySet">): ExpressionRef {
    const element = this.#elementOf(array);
    return this.#storeElement(context, element, context.read(array), context.value(index), values);
  }

  /** What is taken out stays until it is overwritten, as under the linear managers. */
  arrayClear(): ExpressionRef {
    return this.#module.nop();
  }

  arrayFill(context: FunctionContext, instruction: InstructionOf<"arrayFill">): ExpressionRef {
    const module = this.#module;
    const { array, at, source, from, count } = instruction;
    const copy = module.array.copy(
      context.read(array),
      context.value(at),
      context.read(source, ARRAY_PART),
      this.#sum(context.read(source, OFFSET_PART), from, context),
      context.value(count),
    );
    // The offset of an empty source may lie outside of its array, which even a copy of nothing would mind.
    return module.if(context.value(count), copy);
  }

  arraySlice(context: FunctionContext, instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const { array, start } = instruction;
    return this.#makeSlice(context, instruction, this.#elementOf(array), context.read(array), context.value(start));
  }

  // Slices

  sliceLength(context: FunctionContext, { dst, slice }: InstructionOf<"sliceLength">): ExpressionRef {
    return context.assign(dst, [context.read(slice, LENGTH_PART)]);
  }

  sliceGet(context: FunctionContext, { dsts, slice, index }: InstructionOf<"sliceGet">): ExpressionRef {
    const at = this.#sum(context.read(slice, OFFSET_PART), index, context);
    return this.#loadElement(context, dsts, this.#elementOf(slice), context.read(slice, ARRAY_PART), at);
  }

  sliceSet(context: FunctionContext, { slice, index, values }: InstructionOf<"sliceSet">): ExpressionRef {
    const at = this.#sum(context.read(slice, OFFSET_PART), index, context);
    return this.#storeElement(context, this.#elementOf(slice), context.read(slice, ARRAY_PART), at, values);
  }

  subslice(context: FunctionContext, instruction: InstructionOf<"subslice">): ExpressionRef {
    const { slice, start } = instruction;
    const from = this.#sum(context.read(slice, OFFSET_PART), start, context);
    const element = this.#elementOf(slice);
    return this.#makeSlice(context, instruction, element, context.read(slice, ARRAY_PART), from);
  }

  sliceEmpty(context: FunctionContext, { dst }: InstructionOf<"sliceEmpty">): ExpressionRef {
    const zero = (): ExpressionRef => this.#module.i32.const(0);
    return context.assign(dst, [this.#constants.empty(this.#elementOf(dst)), zero(), zero()]);
  }

  literal(context: FunctionContext, { dst, bytes }: InstructionOf<"literal">): ExpressionRef {
    return context.assign(dst, this.#constants.literal(bytes));
  }

  static(context: FunctionContext, { dst, source }: InstructionOf<"static">): ExpressionRef {
    return context.assign(dst, this.#statics.get(source));
  }

  // The outside world

  lend(context: FunctionContext, text: Atom, line: number): Lent {
    const { manual } = this.#context;
    const [array, offset, length] = context.values(text) as [ExpressionRef, ExpressionRef, ExpressionRef];
    const copy = context.temporary(binaryen.i32);
    const bytes = (): ExpressionRef => context.values(text)[LENGTH_PART] as ExpressionRef;
    return {
      before: [
        copy.set(manual.malloc(bytes())),
        this.#module.if(this.#module.i32.eqz(copy.get()), context.panic("outOfMemory", line)),
        this.#io.copyOut(array, offset, copy.get(), length),
      ],
      values: [copy.get(), bytes()],
      after: [manual.release(copy.get())],
    };
  }

  write(context: FunctionContext, { stream, bytes }: InstructionOf<"write">): ExpressionRef {
    return this.#io.write(stream, context.values(bytes));
  }

  readInput(context: FunctionContext, { dst }: InstructionOf<"readInput">): ExpressionRef {
    return this.#assignWhole(context, dst, this.#io.readInput(), this.#io.inputType);
  }

  arguments(context: FunctionContext, { dst }: InstructionOf<"arguments">): ExpressionRef {
    return this.#assignWhole(context, dst, this.#io.arguments(), this.#io.argumentsType);
  }

  textSend(context: FunctionContext, { bytes }: InstructionOf<"textSend">): ExpressionRef {
    return this.#io.send(context.values(bytes));
  }

  textReceive(context: FunctionContext, { array }: InstructionOf<"textReceive">): ExpressionRef {
    return this.#io.receive(context.read(array));
  }

  // The module

  finish(): ManagerResult {
    const { program, manual, wasi } = this.#context;
    const statics = this.#statics.start();
    const constants = this.#module.block(null, [this.#constants.start(), statics]);
    const memory = usesMalloc(program) ? CORE_MEMORY : MEMORY;
    const start = usesMalloc(program)
      ? this.#module.block(null, [
          this.#module.if(manual.open(this.#module.i32.const(0)), wasi.panic("outOfMemory", 0)),
          constants,
        ])
      : constants;
    return { start, mainArguments: [], memory: { name: memory, bytes: 0 }, exports: [], neverInline: ["host.*"] };
  }

  // Parts

  #elementOf(variable: Variable): ElementInfo {
    return this.#types.element(elementTypeOf(variable));
  }

  #unpackedArray(
    context: FunctionContext,
    object: Variable,
    record: InstructionOf<"field">["record"],
    index: number,
    element: ElementInfo,
  ): ExpressionRef {
    const slot = this.#types.record(record).slots[index] as number;
    return this.#module.struct.get(slot, context.read(object), element.type, false);
  }

  /**
   * A slice of what `array` holds from `from` to `from + end - start`; `start` and `end` may be relative to a slice.
   */
  #makeSlice(
    context: FunctionContext,
    { dst, start, end }: InstructionOf<"unpackedSlice" | "arraySlice" | "subslice">,
    element: ElementInfo,
    array: ExpressionRef,
    from: ExpressionRef,
  ): ExpressionRef {
    const module = this.#module;
    const isNonEmpty = module.i32.ne(context.value(start), context.value(end));
    return context.assign(dst, [
      module.select(isNonEmpty, array, this.#constants.empty(element)),
      from,
      isZero(start) ? context.value(end) : module.i32.sub(context.value(end), context.value(start)),
    ]);
  }

  #sum(offset: ExpressionRef, index: Atom, context: FunctionContext): ExpressionRef {
    return isZero(index) ? offset : this.#module.i32.add(offset, context.value(index));
  }

  #loadElement(
    context: FunctionContext,
    dsts: readonly Variable[],
    element: ElementInfo,
    array: ExpressionRef,
    index: ExpressionRef,
  ): ExpressionRef {
    const module = this.#module;
    const { box, elementType } = element;
    if (elementType === null) return module.nop();
    const content = module.array.get(array, index, elementType, false);
    if (box === null) return context.assign(dsts[0] as Variable, [content]);
    const record = context.temporary(box.nullable);
    const statements = [record.set(content)];
    dsts.forEach((dst, position) => {
      const types = this.#types.representation(dst.type);
      const first = box.slots[position] as number;
      statements.push(
        context.assign(
          dst,
          types.map((type, part) => module.struct.get(first + part, record.get(), type, false)),
        ),
      );
    });
    return context.sequence(statements);
  }

  #storeElement(
    context: FunctionContext,
    element: ElementInfo,
    array: ExpressionRef,
    index: ExpressionRef,
    atoms: readonly Atom[],
  ): ExpressionRef {
    if (element.elementType === null) return this.#module.nop();
    const value = this.#elementValue(element, context.allValues(atoms));
    return context.sequence([this.#module.array.set(array, index, value), ...this.#countBox(element)]);
  }

  /** What stands in the array for an element with these components. */
  #elementValue(element: ElementInfo, values: readonly ExpressionRef[]): ExpressionRef {
    if (element.box !== null) return this.#module.struct.new(values, element.box.heapType);
    const [value] = values;
    if (value === undefined) throw new InternalCompilerError("an element without components has no value");
    return value;
  }

  /** Assigns a slice of a whole array from a tuple (array, length). */
  #assignWhole(context: FunctionContext, dst: Variable, pair: ExpressionRef, type: WasmType): ExpressionRef {
    const module = this.#module;
    const copy = context.temporary(type);
    return context.sequence([
      copy.set(pair),
      context.assign(dst, [
        module.tuple.extract(copy.get(), 0),
        module.i32.const(0),
        module.tuple.extract(copy.get(), 1),
      ]),
    ]);
  }

  #count(bytes: () => ExpressionRef): ExpressionRef[] {
    return this.#context.counters.countObject(bytes);
  }

  #countBox({ box }: ElementInfo): ExpressionRef[] {
    return box === null ? [] : this.#count(() => this.#module.i32.const(box.bytes));
  }
}

function isZero(atom: Atom): boolean {
  return atom.kind === "constant" && atom.value === 0;
}

function elementTypeOf(variable: Variable): ElementType {
  const { type } = variable;
  if (type.kind !== "array" && type.kind !== "slice")
    throw new InternalCompilerError(`${variable.name} has no elements`);
  return type.element;
}
