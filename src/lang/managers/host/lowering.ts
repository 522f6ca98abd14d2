/**
 * One function under `host`: every access is one of WasmGC.
 *
 * Invariant: the offset of an empty slice is arbitrary; nothing but its length may be looked at.
 */

import binaryen from "binaryen";
import type { FunctionContext, Lent } from "../../codegen/function-context.ts";
import type { FunctionLowering } from "../../codegen/manager.ts";
import type { ExpressionRef, WasmType } from "../../codegen/wasm.ts";
import type { Atom, InstructionOf, MatchArm, RecordType, Variable } from "../../ir/ir.ts";
import { ARRAY_PART, HostElements, LENGTH_PART, OFFSET_PART, type SharedHost } from "./elements.ts";
import { emitMatch } from "./match.ts";
import { emitArrayBytes, longestArray } from "./sizes.ts";

export class HostLowering implements FunctionLowering {
  readonly #shared: SharedHost;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;
  readonly #elements: HostElements;

  constructor(shared: SharedHost, context: FunctionContext) {
    this.#shared = shared;
    this.#context = context;
    this.#module = context.module;
    this.#elements = new HostElements(shared, context);
  }

  // Records and unions

  construct({ dst, record, args }: InstructionOf<"construct">): ExpressionRef {
    const context = this.#context;
    const { object, counts } = this.#object(record, args.values());
    return context.sequence([context.assign(dst, [object]), ...counts]);
  }

  /**
   * A new struct, with those of its parts.
   * @param args of which the record takes its own, those of its parts among them
   */
  #object(record: RecordType, args: Iterator<Atom, undefined>): { object: ExpressionRef; counts: ExpressionRef[] } {
    const context = this.#context;
    const module = this.#module;
    const info = this.#shared.types.record(record);
    const operands = info.tag === null ? [] : [module.i32.const(info.tag)];
    const counts = this.#elements.count(() => module.i32.const(info.bytes));
    const next = (): Atom => args.next().value!;
    record.fields.forEach(({ unpackedLength, inline }, index) => {
      if (inline !== undefined) {
        const part = this.#object(inline, args);
        operands.push(part.object);
        counts.push(...part.counts);
        return;
      }
      if (unpackedLength === undefined) {
        operands.push(...context.values(next()));
        return;
      }
      const element = this.#shared.types.element(this.#shared.types.unpackedElement(record, index));
      const atoms = Array.from({ length: unpackedLength }, next);
      const values = atoms.map((atom) => this.#elements.value(element, context.values(atom)));
      operands.push(module.array.new_fixed(element.heapType, values));
      counts.push(...this.#elements.count(() => emitArrayBytes(module, module.i32.const(atoms.length), element.bytes)));
      for (const _ of atoms) counts.push(...this.#elements.countBox(element));
    });
    return { object: module.struct.new(operands, info.heapType), counts };
  }

  immediate({ dst, union, caseIndex }: InstructionOf<"immediate">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, [this.#shared.constants.immediate(union, this.#shared.types.union(union), caseIndex)]);
  }

  field({ dst, object, record, index }: InstructionOf<"field" | "part">): ExpressionRef {
    const context = this.#context;
    const types = this.#shared.types.representation(dst.type);
    const first = this.#shared.types.record(record).slots[index] as number;
    const get = (part: number): ExpressionRef =>
      this.#module.struct.get(first + part, context.read(object), types[part] as WasmType, false);
    return context.assign(
      dst,
      types.map((_, part) => get(part)),
    );
  }

  /** What lies inside elsewhere is an object of its own here, set once: WasmGC has no interior references. */
  part(instruction: InstructionOf<"part">): ExpressionRef {
    return this.field(instruction);
  }

  setField({ object, record, index, value }: InstructionOf<"setField">): ExpressionRef {
    const context = this.#context;
    const first = this.#shared.types.record(record).slots[index] as number;
    const values = context.values(value);
    return context.sequence(
      values.map((each, part) => this.#module.struct.set(first + part, context.read(object), each)),
    );
  }

  globalGet({ dst, global }: InstructionOf<"globalGet">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, this.#shared.globals.get(global));
  }

  globalSet({ global, value }: InstructionOf<"globalSet">): ExpressionRef {
    const context = this.#context;
    return context.sequence(this.#shared.globals.set(global, context.values(value)));
  }

  same({ dst, a, b }: InstructionOf<"same">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, [this.#module.ref.eq(context.read(a), context.read(b))]);
  }

  unpackedGet(instruction: InstructionOf<"unpackedGet">): ExpressionRef {
    const context = this.#context;
    const { dst, object, record, index, at } = instruction;
    const element = this.#shared.types.element(this.#shared.types.unpackedElement(record, index));
    const array = this.#elements.ofUnpacked(object, record, index, element);
    return this.#elements.load([dst], element, array, context.value(at));
  }

  unpackedSlice(instruction: InstructionOf<"unpackedSlice">): ExpressionRef {
    const context = this.#context;
    const { object, record, index, start } = instruction;
    const element = this.#shared.types.element(this.#shared.types.unpackedElement(record, index));
    const array = this.#elements.ofUnpacked(object, record, index, element);
    return this.#elements.slice(instruction, element, array, context.value(start));
  }

  match(
    instruction: InstructionOf<"match">,
    arm: (arm: MatchArm) => ExpressionRef,
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef {
    const context = this.#context;
    return emitMatch(this.#shared.types, context, instruction, { arm, otherwise });
  }

  // Arrays

  arrayNew({ dst, element, length, site }: InstructionOf<"arrayNew" | "arrayGrow">): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const info = this.#shared.types.element(element);
    const longest = longestArray(info.bytes);
    const statements: ExpressionRef[] = [];
    if (length.kind === "variable" || Number(length.value) > longest) {
      const isTooLong = module.i32.gt_u(context.value(length), module.i32.const(longest));
      statements.push(module.if(isTooLong, context.panic("outOfMemory", site.line)));
    }
    statements.push(...this.#elements.count(() => emitArrayBytes(module, context.value(length), info.bytes)));
    statements.push(context.assign(dst, [module.array.new_default(info.heapType, context.value(length))]));
    return context.sequence(statements);
  }

  arrayGrow(instruction: InstructionOf<"arrayGrow">): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const { dst, array, used } = instruction;
    const zero = (): ExpressionRef => module.i32.const(0);
    return context.sequence([
      this.arrayNew(instruction),
      module.array.copy(context.read(dst), zero(), context.read(array), zero(), context.value(used)),
    ]);
  }

  arrayLength({ dst, array }: InstructionOf<"arrayLength">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, [this.#module.array.len(context.read(array))]);
  }

  arrayGet({ dsts, array, index }: InstructionOf<"arrayGet">): ExpressionRef {
    const context = this.#context;
    return this.#elements.load(dsts, this.#elements.of(array), context.read(array), context.value(index));
  }

  arraySet({ array, index, values }: InstructionOf<"arraySet">): ExpressionRef {
    const context = this.#context;
    const element = this.#elements.of(array);
    return this.#elements.store(element, context.read(array), context.value(index), values);
  }

  /** What is taken out stays until it is overwritten, as under the linear managers. */
  arrayClear(): ExpressionRef {
    return this.#module.nop();
  }

  arrayFill(instruction: InstructionOf<"arrayFill">): ExpressionRef {
    const context = this.#context;
    const module = this.#module;
    const { array, at, source, from, count } = instruction;
    const copy = module.array.copy(
      context.read(array),
      context.value(at),
      context.read(source, ARRAY_PART),
      this.#elements.sum(context.read(source, OFFSET_PART), from),
      context.value(count),
    );
    // The offset of an empty source may lie outside of its array, which even a copy of nothing would mind.
    return module.if(context.value(count), copy);
  }

  arraySlice(instruction: InstructionOf<"arraySlice">): ExpressionRef {
    const context = this.#context;
    const { array, start } = instruction;
    return this.#elements.slice(instruction, this.#elements.of(array), context.read(array), context.value(start));
  }

  // Slices

  sliceLength({ dst, slice }: InstructionOf<"sliceLength">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, [context.read(slice, LENGTH_PART)]);
  }

  sliceGet({ dsts, slice, index }: InstructionOf<"sliceGet">): ExpressionRef {
    const context = this.#context;
    const at = this.#elements.sum(context.read(slice, OFFSET_PART), index);
    return this.#elements.load(dsts, this.#elements.of(slice), context.read(slice, ARRAY_PART), at);
  }

  sliceSet({ slice, index, values }: InstructionOf<"sliceSet">): ExpressionRef {
    const context = this.#context;
    const at = this.#elements.sum(context.read(slice, OFFSET_PART), index);
    return this.#elements.store(this.#elements.of(slice), context.read(slice, ARRAY_PART), at, values);
  }

  subslice(instruction: InstructionOf<"subslice">): ExpressionRef {
    const context = this.#context;
    const { slice, start } = instruction;
    const from = this.#elements.sum(context.read(slice, OFFSET_PART), start);
    const element = this.#elements.of(slice);
    return this.#elements.slice(instruction, element, context.read(slice, ARRAY_PART), from);
  }

  sliceEmpty({ dst }: InstructionOf<"sliceEmpty">): ExpressionRef {
    const context = this.#context;
    const zero = (): ExpressionRef => this.#module.i32.const(0);
    return context.assign(dst, [this.#shared.constants.empty(this.#elements.of(dst)), zero(), zero()]);
  }

  literal({ dst, bytes }: InstructionOf<"literal">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, this.#shared.constants.literal(bytes));
  }

  static({ dst, source }: InstructionOf<"static">): ExpressionRef {
    const context = this.#context;
    return context.assign(dst, this.#shared.statics.get(source));
  }

  // The outside world

  lend(text: Atom, line: number): Lent {
    const context = this.#context;
    const { manual } = this.#shared.context;
    const [array, offset, length] = context.values(text) as [ExpressionRef, ExpressionRef, ExpressionRef];
    const copy = context.temporary(binaryen.i32);
    const bytes = (): ExpressionRef => context.values(text)[LENGTH_PART] as ExpressionRef;
    return {
      before: [
        copy.set(manual.malloc(bytes())),
        this.#module.if(this.#module.i32.eqz(copy.get()), context.panic("outOfMemory", line)),
        this.#shared.io.copyOut(array, offset, copy.get(), length),
      ],
      values: [copy.get(), bytes()],
      after: [manual.release(copy.get())],
    };
  }

  write({ stream, bytes }: InstructionOf<"write">): ExpressionRef {
    const context = this.#context;
    return this.#shared.io.write(stream, context.values(bytes));
  }

  readInput({ dst }: InstructionOf<"readInput">): ExpressionRef {
    return this.#assignWhole(dst, this.#shared.io.readInput(), this.#shared.io.inputType);
  }

  arguments({ dst }: InstructionOf<"arguments">): ExpressionRef {
    return this.#assignWhole(dst, this.#shared.io.arguments(), this.#shared.io.argumentsType);
  }

  textSend({ bytes }: InstructionOf<"textSend">): ExpressionRef {
    const context = this.#context;
    return this.#shared.io.send(context.values(bytes));
  }

  textReceive({ array }: InstructionOf<"textReceive">): ExpressionRef {
    const context = this.#context;
    return this.#shared.io.receive(context.read(array));
  }

  /** Assigns a slice of a whole array from a tuple (array, length). */
  #assignWhole(dst: Variable, pair: ExpressionRef, type: WasmType): ExpressionRef {
    const context = this.#context;
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
}
