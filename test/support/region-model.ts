/**
 * A model of regions, for programs with lifetimes in the interpreter (managers/regions/prepare.ts): it knows of each
 * object where it lies and when it ends, and stops at the first use of one that has ended. A collection ends all that
 * its roots do not reach, so that a root that is missing shows.
 */

import type { Observer } from "../../src/lang/interpret/observer.ts";
import type { LoopEvent, LoopInstruction } from "../../src/lang/interpret/steps.ts";
import type { RecordObject, Slice, Storage } from "../../src/lang/interpret/values.ts";
import type {
  Bound,
  Instruction,
  InstructionOf,
  IrFunction,
  IrGlobal,
  LifetimeInstruction,
  Variable,
} from "../../src/lang/ir/ir.ts";
import { printFunction } from "../../src/lang/ir/print.ts";
import { type Access, accessChecks, forEachLoop } from "../../src/lang/ir/traverse.ts";
import { type HeapObject, objectOf, reachableFrom, referencesOf } from "./heap-walk.ts";

/** A use of what has ended, or a frame that leaves its regions open. */
export class BrokenLifetime extends Error {}

interface Life {
  readonly what: string;
  endedBy: string | null;
}

interface Region {
  readonly objects: HeapObject[];
}

/** The region of what a primary global holds, and that of what it gets next. */
interface Primary {
  readonly held: Region;
  readonly next: Region;
}

/** What was allocated in a region since a call began. */
interface Since {
  readonly region: Region;
  readonly from: number;
}

interface Frame {
  fn: IrFunction;
  /** While they are open, those of the function itself. */
  own: readonly Region[] | null;
  /** Regions of callers, null for the heap. */
  callers: readonly (Region | null)[];
  /** The call's parts of them, once they have begun. */
  checkpoints: readonly Since[] | null;
  isProgram: boolean;
  /** Where in the part the sub-regions of candidates begin, by their numbers. */
  candidates: Map<number, number>;
  /** What the iteration before had made for itself. */
  iterations: Map<LoopInstruction, ReadonlySet<HeapObject>>;
}

type Read = (variable: Variable) => unknown;

export class RegionModel implements Observer {
  readonly #every: number;
  readonly #program: Region = { objects: [] };
  readonly #lives = new WeakMap<HeapObject, Life>();
  readonly #wholes = new WeakMap<HeapObject, HeapObject>();
  readonly #frames: Frame[] = [];
  readonly #primaries = new Map<IrGlobal, Primary>();
  readonly #levels = new Map<IrFunction, ReadonlyMap<LoopInstruction, number>>();
  #globals: ReadonlyMap<IrGlobal, unknown> = new Map();
  #collections = 0;

  /** @param every how many chances of a collection go by for one that is taken */
  constructor(every = 1) {
    this.#every = every;
  }

  started(globals: ReadonlyMap<IrGlobal, unknown>): void {
    this.#globals = globals;
  }

  entered(call: Extract<Instruction, { op: "call" }> | null, fn: IrFunction): void {
    const callers = call === null ? fn.regions!.map(() => this.#program) : this.#resolve(call.bounds!);
    this.#frames.push({
      fn,
      own: null,
      callers,
      checkpoints: null,
      isProgram: false,
      candidates: new Map(),
      iterations: new Map(),
    });
  }

  replaced(call: Extract<Instruction, { op: "tailCall" }>): void {
    const frame = this.#top();
    const { callee, bounds, resumes } = call;
    const callers = this.#resolve(bounds!);
    const isAgain = callee === frame.fn;
    if (!isAgain) this.#requireClosed(frame);
    if (!isAgain && !resumes) Object.assign(frame, { checkpoints: null, candidates: new Map() });
    Object.assign(frame, { fn: callee, callers, iterations: new Map() });
  }

  returned(): void {
    this.#requireClosed(this.#top());
    this.#frames.pop();
  }

  allocated(instruction: Instruction, object: RecordObject | Storage | Slice): void {
    if (!("bound" in instruction) || !("site" in instruction)) return;
    const region = this.#regionOf(instruction.bound!);
    const life: Life = { what: instruction.site.what, endedBy: null };
    const made = objectOf(object)!;
    // What is made together, such as the texts of the arguments, ends together.
    for (const each of instruction.op === "arguments" ? reachableFrom([made]) : [made]) {
      this.#lives.set(each, life);
      region?.objects.push(each);
      if ("record" in each) this.#addParts(each, each);
    }
  }

  /** Records and arrays that lie in a record: whoever refers to them refers to it. */
  #addParts(whole: HeapObject, { record, fields }: RecordObject): void {
    for (const [index, { inline, unpackedLength }] of record.fields.entries()) {
      if (inline === undefined && unpackedLength === undefined) continue;
      const part = fields[index] as HeapObject;
      this.#wholes.set(part, whole);
      if ("record" in part) this.#addParts(whole, part);
    }
  }

  #wholeOf(value: unknown): HeapObject | undefined {
    const object = objectOf(value);
    return object && (this.#wholes.get(object) ?? object);
  }

  #reachedFrom(roots: readonly unknown[]): ReadonlySet<HeapObject> {
    const reached = new Set(roots.flatMap((root) => this.#wholeOf(root) ?? []));
    // A set is iterated in the order of insertion, so what is added here is visited, too.
    for (const object of reached) {
      for (const referred of referencesOf(object)) {
        const whole = this.#wholes.get(referred) ?? referred;
        reached.add(whole);
        // A part is read through, since what it refers to is not among the fields of the whole.
        if (whole === object)
          for (const inner of reachableFrom([referred])) reached.add(this.#wholes.get(inner) ?? inner);
      }
    }
    return reached;
  }

  /** What an iteration has made for itself has ended when the next one ends. */
  looped(loop: LoopInstruction, event: LoopEvent): void {
    const frame = this.#top();
    const region = frame.own?.[this.#levelsOf(frame.fn).get(loop)!];
    if (region === undefined || event === "left") return;
    const { objects } = region;
    const before = frame.iterations.get(loop);
    if (event === "again" && objects.some((object) => before?.has(object)))
      throw new BrokenLifetime(`${frame.fn.name} keeps what an iteration has made`);
    frame.iterations.set(loop, event === "again" ? new Set(objects) : new Set());
  }

  accessed(instruction: Access, read: Read): void {
    for (const check of accessChecks(instruction))
      if (check.op === "accessCheck") this.#use(check.object, read, instruction.op);
  }

  lifetime(i: LifetimeInstruction, read: Read): void {
    const frame = this.#top();
    const by = `${i.op} in ${frame.fn.name}`;
    switch (i.op) {
      case "regionReset":
        // Arrays of inner regions lie above those of outer ones on a sparse stack.
        for (const [level, { objects }] of this.#ownOf(frame).entries()) {
          if (level > Math.min(...i.levels) && !i.levels.includes(level) && objects.length > 0)
            throw new BrokenLifetime(`${by} ends a region around one that is not empty`);
        }
        for (const level of i.levels) this.#end({ region: this.#ownOf(frame)[level]!, from: 0 }, by);
        return;
      case "regionClose":
        for (const region of this.#ownOf(frame)) this.#end({ region, from: 0 }, by);
        frame.own = null;
        return;
      case "regionOpen":
        frame.own ??= i.levels.map(() => ({ objects: [] }));
        return;
      case "regionCheckpoint":
        frame.checkpoints ??= this.#checkpoints(i, frame.callers);
        frame.isProgram = i.isProgram;
        return;
      case "regionCandidate": {
        const [part] = frame.checkpoints!;
        if (part !== undefined) frame.candidates.set(i.index, part.region.objects.length);
        return;
      }
      case "regionCollect": {
        if (this.#collections++ % this.#every !== 0) return;
        const own = i.levels.map((level) => ({ region: this.#ownOf(frame)[level]!, from: 0 }));
        const roots = [...i.roots.map(read), ...(i.ofCallers && frame.isProgram ? this.#globals.values() : [])];
        this.#collect([...(i.ofCallers ? frame.checkpoints! : []), ...own], roots, by);
        return;
      }
      case "regionDrop": {
        const results = i.keeping.map((atom) => (atom.kind === "variable" ? read(atom) : atom.value));
        this.#endCandidates(frame, i.needs, results, by);
        this.#collect(frame.checkpoints!, results, by);
        return;
      }
      case "globalReset": {
        const { held, next } = this.#primaryOf(i.global);
        this.#end({ region: held, from: 0 }, by);
        this.#primaries.set(i.global, { held: next, next: held });
        return;
      }
      case "arrayFree": {
        const value = read(i.owner);
        const array = objectOf(i.field === null ? value : (value as RecordObject).fields[i.field]);
        const life = array && this.#lives.get(array);
        if (life !== undefined) life.endedBy ??= by;
        return;
      }
      case "accessCheck":
        this.#use(i.object, read, "check");
        return;
      case "lifetime":
        throw new BrokenLifetime(`${by} is none of regions`);
    }
  }

  /** As the core sets them: one for each region, and none if one of them is a region that anything may refer to. */
  #checkpoints(i: InstructionOf<"regionCheckpoint">, callers: readonly (Region | null)[]): Since[] {
    if (i.isProgram) return [{ region: this.#program, from: 0 }];
    const checkpointed = new Set(i.callers.map((index) => callers[index]!));
    if (i.others.some((index) => checkpointed.has(callers[index]!))) return [];
    return [...checkpointed].flatMap((region) => (region === null ? [] : [{ region, from: region.objects.length }]));
  }

  #resolve(bounds: readonly Bound[]): (Region | null)[] {
    return bounds.map((bound) => this.#regionOf(bound));
  }

  #regionOf(bound: Bound): Region | null {
    const frame = this.#top();
    switch (bound.of) {
      case "frame":
        return this.#ownOf(frame)[0]!;
      case "iteration":
        return this.#ownOf(frame)[bound.level]!;
      case "caller":
        return frame.callers[bound.index]!;
      case "global":
        return this.#primaryOf(bound.global).next;
      case "heap":
        return null;
    }
  }

  #primaryOf(global: IrGlobal): Primary {
    const known = this.#primaries.get(global) ?? { held: { objects: [] }, next: { objects: [] } };
    this.#primaries.set(global, known);
    return known;
  }

  #end({ region, from }: Since, by: string, isKept: (object: HeapObject) => boolean = () => false): void {
    const kept: HeapObject[] = [];
    for (const object of region.objects.splice(from)) {
      if (isKept(object)) kept.push(object);
      else this.#lives.get(object)!.endedBy ??= by;
    }
    region.objects.push(...kept);
  }

  /** As the core does: ends the sub-regions that those of the results do not need, whatever refers to them. */
  #endCandidates({ checkpoints, candidates }: Frame, needs: readonly number[], results: unknown[], by: string): void {
    const [part] = checkpoints!;
    if (needs.length === 0 || part === undefined) return;
    const { objects } = part.region;
    const numbers = new Map<HeapObject, number>();
    for (const [at, object] of objects.entries()) {
      const begun = [...candidates].filter(([, from]) => from <= at).map(([index]) => index + 1);
      if (at >= part.from) numbers.set(object, Math.max(0, ...begun));
    }
    const needed = results.reduce<number>((all, result) => {
      const object = this.#wholeOf(result);
      const number = object && numbers.get(object);
      return number === undefined ? all : all | needs[number]!;
    }, 0);
    if (needed !== 0) this.#end(part, by, (object) => ((needed >> numbers.get(object)!) & 1) === 1);
  }

  #collect(parts: readonly Since[], roots: readonly unknown[], by: string): void {
    if (parts.length === 0) return;
    const reached = this.#reachedFrom(roots);
    for (const part of parts) this.#end(part, by, (object) => reached.has(object));
  }

  #use(variable: Variable, read: Read, op: string): void {
    const object = this.#wholeOf(read(variable));
    const life = object && this.#lives.get(object);
    if (life === undefined || life.endedBy === null) return;
    const { fn } = this.#top();
    throw new BrokenLifetime(
      `${fn.name}: ${op} of ${variable.name} uses a ${life.what} that ended by ${life.endedBy}\n${printFunction(fn)}`,
    );
  }

  #ownOf({ fn, own }: Frame): readonly Region[] {
    if (own === null) throw new BrokenLifetime(`${fn.name} uses a region that is not open`);
    return own;
  }

  #requireClosed({ fn, own }: Frame): void {
    if (own !== null) throw new BrokenLifetime(`${fn.name} leaves its regions open`);
  }

  #levelsOf(fn: IrFunction): ReadonlyMap<LoopInstruction, number> {
    let levels = this.#levels.get(fn);
    if (levels === undefined) {
      const found = new Map<LoopInstruction, number>();
      forEachLoop(fn.body, (loop, level) => found.set(loop, level));
      levels = found;
      this.#levels.set(fn, levels);
    }
    return levels;
  }

  #top(): Frame {
    return this.#frames.at(-1)!;
  }
}
