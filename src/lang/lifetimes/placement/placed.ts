/** What placement finds out: see placement.ts. */

import type { Instruction, IrFunction, IrGlobal, Site, Variable } from "../../ir/ir.ts";
import type { Candidates } from "./candidates.ts";
import type { Destinations } from "./destinations.ts";
import type { Call } from "./flow.ts";
import type { StrongUpdate } from "./strong-updates.ts";

/** Where objects that one instruction makes may go. */
export interface Placed {
  readonly destinations: Destinations;
  /** They become a result, or a part of one, on every path that returns. */
  readonly certain: boolean;
  /** The number of loops around the instruction. */
  readonly loops: number;
  /** Of how many of these loops, from the innermost on, the objects may outlive the iteration that makes them. */
  readonly loopCarried: number;
  /** They are in the collected heap, whoever calls the function: see heap.ts. */
  readonly inHeap: boolean;
  /** They are so because no region bounds their number: others refer to such, or are referred to by them. */
  readonly pilesUp: boolean;
  /** The primary global that gets them, and nothing else: see primary-globals.ts. */
  readonly primary: IrGlobal | null;
}

export interface PlacedSite extends Placed {
  readonly site: Site;
}

/** The objects that a callee makes for its caller, of those that it sends to the same destinations. */
export interface PlacedGroup extends Placed {
  /** Where the callee sends them. */
  readonly origin: Destinations;
  /** What they are, in the source's words. */
  readonly whats: readonly string[];
  /** The callee, or what it calls, makes all of them for primary globals. */
  readonly isPlaced: boolean;
}

/** Whether nobody has to give it a region: it is in the heap, or goes to a primary global. */
export function isPlaced(placed: Placed | PlacedGroup): boolean {
  return placed.inHeap || placed.primary !== null || ("isPlaced" in placed && placed.isPlaced);
}

export interface PlacedCall {
  readonly call: Call;
  readonly groups: readonly PlacedGroup[];
}

/** A field of what a parameter points to, the elements of an array (`[]`), or a global. */
export interface PlacedPart {
  readonly name: string;
  /** Where what is read through it may go, beyond where the parameter takes it along. */
  readonly destinations: Destinations;
}

export interface PlacedParameter {
  readonly index: number;
  /** Where the object that it points to may go, and with it all that it refers to. */
  readonly destinations: Destinations;
  /** It becomes a result, or a part of one, on every path that returns. */
  readonly certain: boolean;
  readonly parts: readonly PlacedPart[];
}

/** What is dead during a call that recurs or is long (dead-at-calls.ts). */
export interface DeadAtCall {
  /** How many loops are around the call. */
  readonly loops: number;
  /** The levels of the function's own regions of which nothing is needed: those of iterations, inner ones first, 0 last. */
  readonly emptied: readonly number[];
  /** Whether some of what is in its other regions may not be needed. */
  readonly isOwnPartlyDead: boolean;
  /** Whether some of what it has made for its results may not be needed. */
  readonly isCallersPartlyDead: boolean;
}

export interface FunctionPlacement {
  readonly fn: IrFunction;
  readonly sites: readonly PlacedSite[];
  /** Only of calls that allocate for the function, tail calls among them. */
  readonly calls: readonly PlacedCall[];
  /** Only of parameters that hold pointers. */
  readonly parameters: readonly PlacedParameter[];
  /** Of globals that it reads, itself or by its calls: where what they refer to may go, other than into globals. */
  readonly globals: readonly PlacedPart[];
  /** What it makes for its results and may return one of without another; null where there is nothing like that. */
  readonly candidates: Candidates | null;
  /** Assignments (`set`) in front of which the variable has the only reference to an array, or to a list with one. */
  readonly strongUpdates: ReadonlyMap<Instruction, StrongUpdate>;
  /** For calls that recur or are long: what the function holds for nothing in the meantime. */
  readonly deadAtCalls: ReadonlyMap<Call, DeadAtCall>;
  /** Whether a variable may refer to the collected heap. */
  readonly mayReferToHeap: (variable: Variable) => boolean;
  /** Whether what a global holds ends where the global is assigned. */
  readonly isPrimary: (global: IrGlobal) => boolean;
}

export type ProgramPlacement = ReadonlyMap<IrFunction, FunctionPlacement>;
