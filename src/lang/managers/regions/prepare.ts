/**
 * The pass of `regions` and `sparse` over a program: inserts where regions are opened, reset, emptied and closed, where
 * checkpoints begin sub-regions, what is collected and dropped, and which arrays are freed.
 */

import { insertInto } from "../../ir/insert.ts";
import type { Instruction, InstructionOf, IrFunction, IrProgram, LifetimeInstruction } from "../../ir/ir.ts";
import { accessChecks } from "../../ir/traverse.ts";
import { annotateBounds } from "../../lifetimes/annotate.ts";
import { closeRegions, endIterations, openRegions } from "../../lifetimes/endings.ts";
import type { ProgramPlacement } from "../../lifetimes/placement/placed.ts";
import { type Decisions, decideLifetimes } from "./decisions.ts";
import { type Roots, rootsAmong } from "./roots.ts";

/**
 * Changes a program in place.
 * @param program a copy (ir/copy.ts)
 * @param placement of this copy
 * @param areArraysApart whether single ones can be freed: under `sparse`
 * @param isDebug whether loads and stores are checked
 */
export function prepareRegions(
  program: IrProgram,
  placement: ProgramPlacement,
  areArraysApart: boolean,
  isDebug: boolean,
): void {
  const all = decideLifetimes(program, placement, areArraysApart);
  annotateBounds(program, new Map([...all].map(([fn, { bounds }]) => [fn, bounds])));
  for (const [fn, decisions] of all) new Inserter(fn, decisions, isDebug).insert();
}

class Inserter {
  readonly #fn: IrFunction;
  readonly #decisions: Decisions;
  readonly #isDebug: boolean;
  /** Of the function's own regions. */
  readonly #levels: readonly number[];

  constructor(fn: IrFunction, decisions: Decisions, isDebug: boolean) {
    this.#fn = fn;
    this.#decisions = decisions;
    this.#isDebug = isDebug;
    const { hasFrame, levels } = decisions.bounds;
    this.#levels = hasFrame ? Array.from({ length: levels + 1 }, (_, level) => level) : [];
  }

  insert(): void {
    const { bounds } = this.#decisions;
    const { body } = this.#fn;
    insertInto(this.#fn, {
      inFrontOf: (i) => this.#inFrontOf(i),
      behind: (i) => (i.op === "loop" ? endIterations(bounds, i) : []),
      beginBlock: (block) => (block === body ? [...this.#checkpoint(), ...openRegions(bounds)] : []),
      endBlock: (block) => (block === body ? closeRegions(bounds) : []),
      beginIteration: (loop) => [...endIterations(bounds, loop), ...this.#collect(loop)],
    });
  }

  #checkpoint(): LifetimeInstruction[] {
    const { callerRegions } = this.#decisions;
    if (callerRegions === null) return [];
    const { checkpointed, others, checkpoints, tailCycle, isOutermost } = callerRegions;
    return [
      {
        op: "regionCheckpoint",
        callers: checkpointed,
        others,
        most: checkpoints,
        isResumed: tailCycle.size > 0,
        isProgram: isOutermost,
      },
    ];
  }

  #inFrontOf(i: Instruction): LifetimeInstruction[] {
    const { strongUpdates } = this.#decisions;
    const update = strongUpdates.get(i);
    if (update !== undefined) return [{ op: "arrayFree", owner: update.assignment.dst, field: update.field }];
    const inserted = [...this.#candidate(i), ...this.#checks(i)];
    switch (i.op) {
      case "call":
        return [...inserted, ...this.#endDead(i)];
      case "globalSet":
        return this.#decisions.isPrimary(i.global) ? [...inserted, { op: "globalReset", global: i.global }] : inserted;
      case "return":
        return [...inserted, ...closeRegions(this.#decisions.bounds), ...this.#drop(i)];
      case "tailCall":
        return [...inserted, ...this.#leave(i)];
      default:
        return inserted;
    }
  }

  /** Where the instruction is the first that makes something for a candidate. */
  #candidate(i: Instruction): LifetimeInstruction[] {
    const index = this.#decisions.candidates?.begins.indexOf(i) ?? -1;
    return index < 0 ? [] : [{ op: "regionCandidate", index }];
  }

  #checks(i: Instruction): LifetimeInstruction[] {
    return this.#isDebug ? accessChecks(i) : [];
  }

  /** Ends what is dead during a call. */
  #endDead(call: InstructionOf<"call">): LifetimeInstruction[] {
    const { deadAtCalls, callCollections } = this.#decisions;
    // What is bound there may have gone to the heap.
    const isThere = (level: number): boolean => this.#levels.includes(level);
    const emptied = (deadAtCalls.get(call)?.emptied ?? []).filter(isThere);
    const emptyIts: LifetimeInstruction[] =
      emptied.length === 0 ? [] : [{ op: "regionReset", levels: emptied, releases: true }];
    const collection = callCollections.get(call);
    if (collection === undefined) return emptyIts;
    return [...emptyIts, collect({ ...collection, filled: [], isBeforeCall: true })];
  }

  /** Collects what piles up around a loop. */
  #collect(loop: InstructionOf<"loop">): LifetimeInstruction[] {
    const { loopCollections } = this.#decisions;
    const collection = loopCollections.get(loop);
    if (collection === undefined) return [];
    const { level, filled, ofCaller, roots } = collection;
    const levels = this.#levels.filter((each) => each < level);
    return [collect({ levels, filled, ofCallers: ofCaller.length > 0, isBeforeCall: false, roots })];
  }

  #drop({ values }: InstructionOf<"return">): LifetimeInstruction[] {
    const { callerRegions, candidates } = this.#decisions;
    return callerRegions?.mayDrop ? [{ op: "regionDrop", keeping: values, needs: candidates?.needs ?? [] }] : [];
  }

  /** In a tail-call cycle the next call resumes with the checkpoints of this one, and what they cover is collected. */
  #leave(call: InstructionOf<"tailCall">): LifetimeInstruction[] {
    const { bounds, callerRegions } = this.#decisions;
    const { callee, args } = call;
    // A function that calls itself keeps its frame, and its regions begin anew.
    const reset: LifetimeInstruction[] = bounds.hasFrame ? [{ op: "regionReset", levels: this.#levels }] : [];
    const ended = callee === this.#fn ? reset : closeRegions(this.#decisions.bounds);
    if (!callerRegions?.tailCycle.has(callee)) return ended;
    Object.assign(call, { resumes: true });
    const roots = rootsAmong(args);
    return [...ended, collect({ levels: [], filled: [], ofCallers: true, isBeforeCall: false, roots })];
  }
}

type Collection = Omit<InstructionOf<"regionCollect">, "op" | "roots"> & { readonly roots: Roots };

function collect({ roots: { boxes, slices }, ...collection }: Collection): LifetimeInstruction {
  return { op: "regionCollect", ...collection, roots: [...boxes, ...slices] };
}
