/**
 * The one interface between the compiler and a memory manager.
 *
 *     lower.ts                                a manager (gc/, leak/, host/, ...)
 *     walks the IR once: control flow,   ->   everything that touches memory: how a value looks in wasm,
 *     arithmetic, variables, calls            allocation, loads, stores, slices, match, roots, frames
 *
 * A manager has two parts: a `Manager` for the module, and a `FunctionLowering` for each function, whose fields are all
 * that is known of that function.
 *
 * Order of events in a build: `createModule`, `create`, then for each function `lower`, one method of the lowering for
 * each instruction that concerns memory, `epilogue` and `prologue` of its frame; at last `finish`. Every instruction is
 * lowered exactly once and in the order of the IR. A callback (an arm of a match, the emission of a call) must be
 * called at most once.
 *
 * Invariants:
 *  - A value of an IrType travels as `representation(type)`: the same list of wasm types in parameters,
 *    results and variables (a variable may be nullable where the value is not: `LocalValues`).
 *  - A method returns one statement (wasm type none or unreachable); what the instruction defines it assigns with
 *    `FunctionContext.assign`.
 *  - An atom may be evaluated several times and in any order: atoms have no side effects.
 */

import type binaryen from "binaryen";
import type {
  Atom,
  InstructionOf,
  IrFunction,
  IrProgram,
  IrType,
  LifetimeInstruction,
  MatchArm,
  Variable,
} from "../ir/ir.ts";
import type { ProgramPlacement } from "../lifetimes/placement/placed.ts";
import type { BuildOptions } from "../options.ts";
import type { Counters } from "./counters.ts";
import type { Externs } from "./externs.ts";
import type { FunctionContext, Lent } from "./function-context.ts";
import type { ManualMemory } from "./manual-memory.ts";
import type { HostPorts } from "./ports.ts";
import type { Profile } from "./profile.ts";
import type { StartSettings } from "./start-settings.ts";
import type { StaticData } from "./static-data.ts";
import type { Wasi } from "./wasi/wasi.ts";
import type { ExpressionRef, ModuleExport, Temporary, WasmType } from "./wasm.ts";

/** What makes a manager for a build. What is known of it before that is in managers/entry.ts. */
export interface ManagerFactory {
  /** Nothing outside of the module sees its types (WasmGC), so that the optimiser may change them. */
  readonly closedWorld?: boolean;
  /**
   * Makes the module that the program's functions are added to: the core's for linear managers and for programs that
   * use its malloc, an empty one otherwise. The module has its linear memory already, and the features of WebAssembly
   * that the manager needs.
   */
  createModule(options: BuildOptions, program: IrProgram): binaryen.Module;
  /** Makes the manager for a program, or a pass over the program that makes it. */
  readonly create: ManagerMaker | { readonly prepare: LifetimePass };
}

export type ManagerMaker = (context: ManagerContext) => Manager;

/**
 * Inserts into a program what it does about memory besides allocating (`LifetimeInstruction`).
 * @param program a copy, to be changed in place
 * @returns what makes the manager that lowers it
 */
export type LifetimePass = (program: IrProgram, context: Pick<ManagerContext, "options" | "placement">) => ManagerMaker;

/** What a manager may use during a whole build. */
export interface ManagerContext {
  readonly module: binaryen.Module;
  readonly program: IrProgram;
  readonly options: BuildOptions;
  /** Where the program's values may go: analysed when it is first asked for. */
  readonly placement: () => ProgramPlacement;
  /** Bytes at fixed addresses of the linear memory; becomes the data segments when the build finishes. */
  readonly data: StaticData;
  /** Input, output, panics and exit as functions over linear memory. */
  readonly wasi: Wasi;
  /** Ports of the host. */
  readonly ports: HostPorts;
  /** Counts of objects and bytes, and calls of the host around pauses; emits nothing unless the options ask for it. */
  readonly counters: Counters;
  /** Sizes that the module begins with. */
  readonly settings: StartSettings;
  /** Counts by site and by function; emits nothing unless the options ask for it. */
  readonly profile: Profile;
  /** Memory that the program manages itself; only where `usesMalloc`. */
  readonly manual: ManualMemory;
  readonly externs: Externs;
}

/** A memory manager, for one module. */
export interface Manager {
  /** The wasm types of a value in parameters and results. */
  representation(type: IrType): readonly WasmType[];
  /** How values are kept in locals; absent: as `representation` says. */
  readonly locals?: LocalValues;
  /** Wasm types of parameters of its own, in front of the program's (a region of the caller, say); absent: none. */
  hiddenParameters?(fn: IrFunction): readonly WasmType[];
  /** Wasm types of results of its own, behind the program's. The same for both ends of a tail call; absent: none. */
  hiddenResults?(fn: IrFunction): readonly WasmType[];
  /** Begins with a function. */
  lower(context: FunctionContext): FunctionLowering;
  /** After all functions: helper functions, globals. @returns what `_start` does before it calls main. */
  finish(): ManagerResult;
}

/** How a variable that is not a parameter is kept in locals. */
export interface LocalValues {
  /** The wasm types of its locals: as `representation`, or nullable. */
  types(variable: Variable): readonly WasmType[];
  /** Turns the content of such a local into the value (`ref.as_non_null`, or nothing). */
  read(variable: Variable, part: number, content: ExpressionRef): ExpressionRef;
}

/** The frame of one function: what a manager does where the function begins, calls, and ends. Absent: nothing. */
export interface FrameLowering {
  /** Statements in front of the body, when all of it has been lowered. */
  prologue?(): readonly ExpressionRef[];
  /** Statements behind the body, where it falls off its end, asked for before the prologue. */
  epilogue?(): readonly ExpressionRef[];
  /** A call. `emit` makes it with the given hidden arguments and assigns its results, the hidden ones to `targets`. */
  call?(
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[], targets: readonly Temporary[]) => ExpressionRef,
  ): ExpressionRef;
  tailCall?(
    instruction: InstructionOf<"tailCall">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef;
  /** A return. `emit` makes it; what it evaluates are atoms, so it may stand after an epilogue. */
  return?(emit: (hiddenResults: readonly ExpressionRef[]) => ExpressionRef): ExpressionRef;
  /** Statements in front of a loop. */
  beginLoop?(loop: InstructionOf<"loop">): readonly ExpressionRef[];
  /** Statements behind a loop. */
  endLoop?(loop: InstructionOf<"loop">): readonly ExpressionRef[];
  /** What the manager's own pass has inserted; null for what that does not insert. */
  lifetime?(instruction: LifetimeInstruction): ExpressionRef | null;
}

/** One function while it is lowered: a method for each instruction that touches memory. */
export interface FunctionLowering {
  /** Absent where the manager passes nothing from function to function, and does nothing at their ends. */
  readonly frame?: FrameLowering;

  // Globals
  globalGet(instruction: InstructionOf<"globalGet">): ExpressionRef;
  globalSet(instruction: InstructionOf<"globalSet">): ExpressionRef;

  // Records and unions
  construct(instruction: InstructionOf<"construct">): ExpressionRef;
  immediate(instruction: InstructionOf<"immediate">): ExpressionRef;
  field(instruction: InstructionOf<"field">): ExpressionRef;
  setField(instruction: InstructionOf<"setField">): ExpressionRef;
  same(instruction: InstructionOf<"same">): ExpressionRef;
  part(instruction: InstructionOf<"part">): ExpressionRef;
  unpackedGet(instruction: InstructionOf<"unpackedGet">): ExpressionRef;
  unpackedSlice(instruction: InstructionOf<"unpackedSlice">): ExpressionRef;
  /** `arm` and `otherwise` lower the bodies on demand; the manager assigns each arm's binding in front of its body. */
  match(
    instruction: InstructionOf<"match">,
    arm: (arm: MatchArm) => ExpressionRef,
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef;

  // Arrays
  arrayNew(instruction: InstructionOf<"arrayNew">): ExpressionRef;
  arrayGrow(instruction: InstructionOf<"arrayGrow">): ExpressionRef;
  arrayLength(instruction: InstructionOf<"arrayLength">): ExpressionRef;
  arrayGet(instruction: InstructionOf<"arrayGet">): ExpressionRef;
  arraySet(instruction: InstructionOf<"arraySet">): ExpressionRef;
  /** Behind the load of what is taken out: a manager that does not free it then may do nothing. */
  arrayClear(instruction: InstructionOf<"arrayClear">): ExpressionRef;
  arrayFill(instruction: InstructionOf<"arrayFill">): ExpressionRef;
  arraySlice(instruction: InstructionOf<"arraySlice">): ExpressionRef;

  // Slices
  sliceLength(instruction: InstructionOf<"sliceLength">): ExpressionRef;
  sliceGet(instruction: InstructionOf<"sliceGet">): ExpressionRef;
  sliceSet(instruction: InstructionOf<"sliceSet">): ExpressionRef;
  subslice(instruction: InstructionOf<"subslice">): ExpressionRef;
  sliceEmpty(instruction: InstructionOf<"sliceEmpty">): ExpressionRef;
  literal(instruction: InstructionOf<"literal">): ExpressionRef;
  /** Of a record, union or slice: numbers and texts have become constants and literals before. */
  static(instruction: InstructionOf<"static">): ExpressionRef;

  // The outside world
  /** A text for a call of another module: its bytes in linear memory, as address and length, until the call is over. */
  lend(text: Atom, line: number): Lent;
  write(instruction: InstructionOf<"write">): ExpressionRef;
  readInput(instruction: InstructionOf<"readInput">): ExpressionRef;
  arguments(instruction: InstructionOf<"arguments">): ExpressionRef;
  textSend(instruction: InstructionOf<"textSend">): ExpressionRef;
  textReceive(instruction: InstructionOf<"textReceive">): ExpressionRef;
}

export interface ManagerResult {
  /** A statement that initialises the manager; runs once, first in `_start`. */
  readonly start: ExpressionRef;
  /** The hidden arguments with which `_start` calls main; evaluated after `start`. */
  readonly mainArguments: readonly ExpressionRef[];
  /** The global that gets main's hidden result; absent: nobody asks for it. */
  readonly mainResult?: string;
  /** The linear memory's internal name in the module, and its least size in bytes (static data is added to it). */
  readonly memory: { readonly name: string; readonly bytes: number };
  /** Globals and functions that are exported besides `memory` and `_start`. */
  readonly exports: readonly ModuleExport[];
  /** Names of the shapes, by the addresses of their descriptors; absent where nothing has one. */
  readonly shapes?: ReadonlyMap<number, string>;
  /** Internal names of functions that must not be inlined (slow paths); `*` stands for any characters. */
  readonly neverInline: readonly string[];
}
