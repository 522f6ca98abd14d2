/**
 * Profiling builds: a table of 64-bit counters in static memory, for each site, call of the library and function.
 * Emitted code counts as things happen, so that the table can be read at any time, also of a program that has failed.
 *
 *      0   objects in all          24   of each maker: objects, bytes
 *      8   bytes in all                 of each function: FUNCTION_COUNTERS
 *     16   most bytes of frames
 *
 * Bytes are as occupied, headers and rounding included. What was allocated in a region since a checkpoint, and went on to
 * further segments, counts with their headers and with what was lost at their ends (assembly/region/checkpoint.ts).
 * Without the option `profile` nothing is emitted.
 */

import binaryen from "binaryen";
import type { ProgramCopy } from "../ir/copy.ts";
import type { Instruction, IrFunction, IrProgram, Site } from "../ir/ir.ts";
import { allocates } from "../ir/safepoints.ts";
import { forEachInstruction } from "../ir/traverse.ts";
import type { Maker } from "../lifetimes/placement/lines.ts";
import type { BuildOptions } from "../options.ts";
import type { FunctionContext } from "./function-context.ts";
import { defineFunction } from "./locals.ts";
import type { StaticData } from "./static-data.ts";
import type { ExpressionRef } from "./wasm.ts";

export interface MakerCounts {
  readonly objects: number;
  readonly bytes: number;
}

/** What became of what calls of one function made, all calls together. */
export interface FunctionCounts {
  /**
   * Bytes allocated in its caller's regions since a checkpoint, and kept when it returned; what its callees made among
   * them.
   */
  readonly adopted: number;
  /** Bytes that came to them and ended when it returned. */
  readonly dropped: number;
  /** Its collections, between iterations, at tail calls and at returns. */
  readonly collections: number;
  /** Bytes that these copied. */
  readonly copied: number;
  /** The most bytes of segments that its own regions had in one call at the same time. */
  readonly segments: number;
}

const FUNCTION_COUNTERS = ["adopted", "dropped", "collections", "copied", "segments"] as const;
export type FunctionCounter = (typeof FUNCTION_COUNTERS)[number];

/** Where a module keeps its profile, and of what. */
export interface ProfileTable {
  readonly address: number;
  readonly makers: readonly Maker[];
  readonly functions: readonly IrFunction[];
}

export interface ProgramProfile extends MakerCounts {
  /** The most bytes of the stack of frames that were in use at the same time. */
  readonly frameBytes: number;
  readonly makers: ReadonlyMap<Maker, MakerCounts>;
  readonly functions: ReadonlyMap<IrFunction, FunctionCounts>;
}

const { i32, i64 } = binaryen;
const COUNTER_BYTES = 8;
const TOTAL = { objects: 0, bytes: 8, frames: 16 } as const;
const MAKERS_OFFSET = 24;
const MAKER_BYTES = 2 * COUNTER_BYTES;
const FUNCTION_BYTES = FUNCTION_COUNTERS.length * COUNTER_BYTES;
const RAISE = "profile.raise";

/** Reads the counters. @param data all of the memory */
export function readProfile(data: DataView, { address, makers, functions }: ProfileTable): ProgramProfile {
  const at = (offset: number): number => Number(data.getBigUint64(address + offset, true));
  const ofMaker = (index: number): MakerCounts => {
    const offset = MAKERS_OFFSET + index * MAKER_BYTES;
    return { objects: at(offset), bytes: at(offset + COUNTER_BYTES) };
  };
  const ofFunction = (index: number): FunctionCounts => {
    const offset = functionsOffset(makers) + index * FUNCTION_BYTES;
    const counts = FUNCTION_COUNTERS.map((name, counter) => [name, at(offset + counter * COUNTER_BYTES)] as const);
    return Object.fromEntries(counts) as Record<FunctionCounter, number>;
  };
  return {
    objects: at(TOTAL.objects),
    bytes: at(TOTAL.bytes),
    frameBytes: at(TOTAL.frames),
    makers: new Map(makers.map((maker, index) => [maker, ofMaker(index)])),
    functions: new Map(functions.map((fn, index) => [fn, ofFunction(index)])),
  };
}

function functionsOffset(makers: readonly Maker[]): number {
  return MAKERS_OFFSET + makers.length * MAKER_BYTES;
}

export class Profile {
  /** Null in a build without a profile. */
  readonly table: ProfileTable | null;
  readonly #module: binaryen.Module;

  constructor(module: binaryen.Module, data: StaticData, program: IrProgram, options: BuildOptions) {
    this.#module = module;
    if (!options.profile) {
      this.table = null;
      return;
    }
    const { functions } = program;
    const makers = makersOf(program);
    const bytes = functionsOffset(makers) + functions.length * FUNCTION_BYTES;
    this.table = { address: data.reserve(bytes, COUNTER_BYTES), makers, functions };
    defineFunction(module, RAISE, [i32, i64], [], (locals) => {
      const [at, value] = [locals.parameter(0), locals.parameter(1)];
      const isMore = module.i64.gt_u(value.get(), module.i64.load(0, COUNTER_BYTES, at.get()));
      return [module.if(isMore, module.i64.store(0, COUNTER_BYTES, at.get(), value.get()))];
    });
  }

  /** The table, in words of the program that has been copied. @param origins what its functions and calls are copies of */
  tableOf(origins: ProgramCopy["origins"]): ProfileTable | null {
    if (this.table === null) return null;
    const { makers, functions } = this.table;
    const original = <T>(copy: T): T => (origins.get(copy as Instruction) as T | undefined) ?? copy;
    return { ...this.table, makers: makers.map(original), functions: functions.map(original) };
  }

  /**
   * Statements that count one object.
   * @param site where it is made; null where only what stands around it knows (`countAt`)
   * @param bytes makes the number of bytes it occupies (i32, unsigned)
   */
  countObject(site: Site | null, bytes: () => ExpressionRef): ExpressionRef[] {
    if (this.table === null) return [];
    const { i64: op } = this.#module;
    const size = (): ExpressionRef => op.extend_u(bytes());
    const counted = [this.#add(TOTAL.objects, op.const(1n)), this.#add(TOTAL.bytes, size())];
    if (site === null) return counted;
    const at = this.#makerOffset(site);
    return [...counted, this.#add(at, op.const(1n)), this.#add(at + COUNTER_BYTES, size())];
  }

  /**
   * Statements, with the objects that are counted during them taken for those of a site, or of a call if it is a maker.
   */
  countAt(context: FunctionContext, maker: Maker, statements: readonly ExpressionRef[]): ExpressionRef[] {
    if (!this.table?.makers.includes(maker)) return [...statements];
    const at = this.#makerOffset(maker);
    const total = (offset: number) => () => this.#load(offset);
    return this.#follow(
      context,
      [
        [at, total(TOTAL.objects)],
        [at + COUNTER_BYTES, total(TOTAL.bytes)],
      ],
      statements,
    );
  }

  /**
   * Statements, with what other counters count during them added to those of a function.
   * @param read makes the value of such a counter (i64)
   */
  countFor(
    context: FunctionContext,
    read: Readonly<Partial<Record<FunctionCounter, () => ExpressionRef>>>,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    if (this.table === null) return [...statements];
    const rows = FUNCTION_COUNTERS.flatMap((counter) => {
      const source = read[counter];
      return source === undefined ? [] : [[this.#functionOffset(context.fn, counter), source] as const];
    });
    return this.#follow(context, rows, statements);
  }

  /** Statements that add to a counter of a function. @param amount makes an i32, unsigned */
  add(fn: IrFunction, counter: FunctionCounter, amount: () => ExpressionRef): ExpressionRef[] {
    if (this.table === null) return [];
    return [this.#add(this.#functionOffset(fn, counter), this.#module.i64.extend_u(amount()))];
  }

  /** Statements that raise a counter of a function to a value. @param value makes an i32, unsigned */
  raise(fn: IrFunction, counter: FunctionCounter, value: () => ExpressionRef): ExpressionRef[] {
    return this.table === null ? [] : [this.#raise(this.#functionOffset(fn, counter), value())];
  }

  /** Statements that note how many bytes of the stack of frames are in use. @param bytes makes an i32, unsigned */
  countFrames(bytes: () => ExpressionRef): ExpressionRef[] {
    return this.table === null ? [] : [this.#raise(TOTAL.frames, bytes())];
  }

  /** Statements, behind which each row has grown by as much as what `read` reads has during them. */
  #follow(
    context: FunctionContext,
    rows: readonly (readonly [row: number, read: () => ExpressionRef])[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const followed = rows.map(([row, read]) => ({ row, read, before: context.temporary(i64) }));
    return [
      ...followed.map(({ read, before }) => before.set(read())),
      ...statements,
      ...followed.map(({ row, read, before }) => this.#add(row, this.#module.i64.sub(read(), before.get()))),
    ];
  }

  #load(offset: number): ExpressionRef {
    return this.#module.i64.load(0, COUNTER_BYTES, this.#at(offset));
  }

  #add(offset: number, amount: ExpressionRef): ExpressionRef {
    const { i64: op } = this.#module;
    return op.store(0, COUNTER_BYTES, this.#at(offset), op.add(this.#load(offset), amount));
  }

  #raise(offset: number, value: ExpressionRef): ExpressionRef {
    return this.#module.call(RAISE, [this.#at(offset), this.#module.i64.extend_u(value)], binaryen.none);
  }

  #at(offset: number): ExpressionRef {
    return this.#module.i32.const(this.table!.address + offset);
  }

  #makerOffset(maker: Maker): number {
    return MAKERS_OFFSET + this.table!.makers.indexOf(maker) * MAKER_BYTES;
  }

  #functionOffset(fn: IrFunction, counter: FunctionCounter): number {
    const { makers, functions } = this.table!;
    const row = functionsOffset(makers) + functions.indexOf(fn) * FUNCTION_BYTES;
    return row + FUNCTION_COUNTERS.indexOf(counter) * COUNTER_BYTES;
  }
}

function makersOf({ functions }: IrProgram): Maker[] {
  const makers = new Set<Maker>();
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (allocates(i) && "site" in i) makers.add(i.site);
      if (i.op === "call" && i.callee.internal && i.line !== undefined) makers.add(i);
    });
  }
  return [...makers];
}
