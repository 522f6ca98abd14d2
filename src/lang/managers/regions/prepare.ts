/**
 * The pass of `regions` and `sparse` over a program: inserts where regions are reset, emptied and closed, where
 * checkpoints begin sub-regions, what is collected and dropped, and which arrays are freed.
 */

import { insertInto } from "../../ir/insert.ts";
import type { Instruction, InstructionOf, IrFunction, IrProgram, LifetimeInstruction } from "../../ir/ir.ts";
import { accessChecks } from "../../ir/traverse.ts";
import { annotateBounds } from "../../lifetimes/annotate.ts";
import { closeRegions, endIterations } from "../../lifetimes/endings.ts";
import type { ProgramPlacement } from "../../lifetimes/placement/placed.ts";
import { rootsAmong } from "./loop-collections.ts";
import { type Lifetimes, planLifetimes } from "./plan.ts";

/**
 * Changes a program in place.
 * @param program a copy (ir/copy.ts)
 * @param placement of this copy
 * @param areArraysApart whether single ones can be freed: under `sparse`
 * @param isDebug whether loads and stores are checked
 * @returns what has been decided for each function
 */
export function prepareRegions(
  program: IrProgram,
  placement: ProgramPlacement,
  areArraysApart: boolean,
  isDebug: boolean,
): ReadonlyMap<IrFunction, Lifetimes> {
  const all = planLifetimes(program, placement, areArraysApart);
  annotateBounds(program, new Map([...all].map(([fn, { bounds }]) => [fn, bounds])));
  for (const [fn, lifetimes] of all) new Inserter(fn, lifetimes, isDebug).insert();
  return all;
}

class Inserter {
  readonly #fn: IrFunction;
  readonly #lifetimes: Lifetimes;
  readonly #isDebug: boolean;
  /** Of the function's own regions. */
  readonly #levels: readonly number[];

  constructor(fn: IrFunction, lifetimes: Lifetimes, isDebug: boolean) {
    this.#fn = fn;
    this.#lifetimes = lifetimes;
    this.#isDebug = isDebug;
    const { hasFrame, levels } = lifetimes.bounds;
    this.#levels = hasFrame ? Array.from({ length: levels + 1 }, (_, level) => level) : [];
  }

  insert(): void {
    const { bounds } = this.#lifetimes;
    insertInto(this.#fn, {
      inFrontOf: (i) => this.#inFrontOf(i),
      behind: (i) => (i.op === "loop" ? endIterations(bounds, i) : []),
      endBlock: (block) => (block === this.#fn.body ? closeRegions(bounds) : []),
      beginIteration: (loop) => [...endIterations(bounds, loop), ...this.#collect(loop)],
    });
  }

  #inFrontOf(i: Instruction): LifetimeInstruction[] {
    const { strongUpdates, emptied } = this.#lifetimes;
    const update = strongUpdates.get(i);
    if (update !== undefined) return [{ op: "arrayFree", owner: update.assignment.dst, field: update.field }];
    const inserted = [...this.#checkpoint(i), ...this.#checks(i)];
    switch (i.op) {
      case "call": {
        // What is bound there may have gone to the heap.
        const levels = (emptied.get(i) ?? []).filter((level) => this.#levels.includes(level));
        return levels.length === 0 ? inserted : [...inserted, { op: "regionReset", levels, releases: true }];
      }
      case "return":
        return [...inserted, ...closeRegions(this.#lifetimes.bounds), ...this.#drop(i)];
      case "tailCall":
        return [...inserted, ...this.#leave(i)];
      default:
        return inserted;
    }
  }

  /** Where the instruction is the first that makes something for a candidate. */
  #checkpoint(i: Instruction): LifetimeInstruction[] {
    const index = this.#lifetimes.candidates?.begins.indexOf(i) ?? -1;
    return index < 0 ? [] : [{ op: "regionCheckpoint", index }];
  }

  #checks(i: Instruction): LifetimeInstruction[] {
    return this.#isDebug ? accessChecks(i) : [];
  }

  /** Collects what piles up around a loop. */
  #collect(loop: InstructionOf<"loop">): LifetimeInstruction[] {
    const { loopCollections } = this.#lifetimes;
    const collection = loopCollections.get(loop);
    if (collection === undefined) return [];
    const { level, filled, ofCaller, roots } = collection;
    const levels = this.#levels.filter((each) => each < level);
    const ofCallers = ofCaller.length > 0;
    return [{ op: "regionCollect", levels, filled, ofCallers, roots: [...roots.boxes, ...roots.slices] }];
  }

  #drop({ values }: InstructionOf<"return">): LifetimeInstruction[] {
    return this.#lifetimes.callerRegions?.mayDrop ? [{ op: "regionDrop", keeping: values }] : [];
  }

  /** In a tail-call cycle the next call resumes with the checkpoints of this one, and what they cover is collected. */
  #leave({ callee, args }: InstructionOf<"tailCall">): LifetimeInstruction[] {
    const { bounds, callerRegions } = this.#lifetimes;
    // A function that calls itself keeps its frame, and its regions begin anew.
    const reset: LifetimeInstruction[] = bounds.hasFrame ? [{ op: "regionReset", levels: this.#levels }] : [];
    const ended = callee === this.#fn ? reset : closeRegions(this.#lifetimes.bounds);
    if (!callerRegions?.tailCycle.has(callee)) return ended;
    const { boxes, slices } = rootsAmong(args);
    return [...ended, { op: "regionCollect", levels: [], filled: [], ofCallers: true, roots: [...boxes, ...slices] }];
  }
}
