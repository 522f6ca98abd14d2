/**
 * An oracle for placement: while the interpreter runs a program, it looks at the end of each call where the objects
 * that the call made can be reached from, and compares with what the analysis has promised.
 *
 * Each object remembers the frame that made it and where its site may go. What that is for a frame further out follows
 * from the calls in between: each says where a group of the callee's objects goes in the caller. A tail call is the end
 * of its function, and its callee runs in the same frame; what the callee's objects are for the first function of the
 * frame follows from the tail calls in between.
 *
 * Promised, and looked at when a function ends, for each object made since it began:
 *  - reached from a result: it may be (inside) that result;
 *  - reached from an object that was there before: it may be stored into a parameter which that object was reached from;
 *    the same for globals;
 *  - reached from an argument of a tail call: it may go along;
 *  - made by a site that is certain to be returned: it is reached from a result.
 * And at the end of each iteration of a loop, for what it has made: reached from a variable that is live then, it may
 * outlive the iteration.
 * So whatever is promised to stay is found nowhere. The same for what the parameters referred to at the beginning: it
 * is reached from a result, or newly from another parameter's objects, only if that parameter, or a part of it, may go
 * there.
 *
 * Not looked at: calls beyond the first fifty of a function, other than each power of two, and iterations of a loop
 * likewise, other than its last; loops that are left by a jump out of a loop around them.
 */

import type { Observer } from "../../src/lang/interpret/observer.ts";
import type {
  CallInstruction,
  LoopEvent,
  LoopInstruction,
  TailCallInstruction,
} from "../../src/lang/interpret/steps.ts";
import type { RecordObject, Slice, Storage } from "../../src/lang/interpret/values.ts";
import type { Block, Instruction, IrFunction, IrGlobal, Variable } from "../../src/lang/ir/ir.ts";
import { computeLiveness } from "../../src/lang/ir/liveness.ts";
import { blocksOf } from "../../src/lang/ir/traverse.ts";
import {
  asCallerSees,
  type Destinations,
  GLOBAL,
  inside,
  intoParameter,
  NOWHERE,
  TAIL_CALL,
  wholeResult,
  wholeResults,
} from "../../src/lang/lifetimes/placement/destinations.ts";
import type {
  FunctionPlacement,
  Placed,
  PlacedSite,
  ProgramPlacement,
} from "../../src/lang/lifetimes/placement/placed.ts";
import { type HeapObject, objectOf, reachableFrom, referencesOf } from "./heap-walk.ts";

const ALWAYS_CHECKED = 50;
/** What a callee has promised to keep to itself. */
const STAYING: Placed = {
  destinations: NOWHERE,
  certain: false,
  loops: 0,
  loopCarried: 0,
  inHeap: false,
  pilesUp: false,
  primary: null,
};

interface Birth {
  /** Objects are numbered in the order of their allocation. */
  readonly serial: number;
  readonly placed: PlacedSite;
  readonly frame: Frame;
  /** Where it may go, for the first function of its frame. */
  readonly forFirst: Destinations;
}

interface Given {
  /** What the parameter points to, with all that lies inside. */
  readonly tops: ReadonlySet<HeapObject>;
  /** With the tops themselves. */
  readonly objects: ReadonlySet<HeapObject>;
  /** What can be reached from the fields of the top; the top is among them if it is in a circle. */
  readonly below: ReadonlySet<HeapObject>;
}

/** One function that runs in a frame, from a call or a tail call on. */
interface Activation {
  readonly placement: FunctionPlacement;
  /** The serial of the first object it makes. */
  readonly start: number;
  /** What each parameter referred to, and what could be reached from there, when it began; undefined if not checked. */
  readonly before: readonly Given[] | undefined;
  /** What could be reached from globals then. */
  readonly inGlobals: ReadonlySet<HeapObject>;
  /** From destinations of this function to those of the frame's first one; undefined where that is this one. */
  readonly toFirst: ReadonlyMap<Destinations, Destinations> | undefined;
  /** The present iterations of loops. */
  readonly iterations: Map<LoopInstruction, Iteration>;
}

interface Iteration {
  /** The serial of the first object it makes. */
  readonly start: number;
  /** From 1 on. */
  readonly count: number;
}

interface LoopShape {
  /** The number of loops around it. */
  readonly depth: number;
  /** What is live where an iteration begins, and behind the loop. */
  readonly live: readonly Variable[];
  readonly behind: readonly Variable[];
}

interface Frame {
  /** The activation that called, in its frame. */
  readonly caller:
    | { readonly frame: Frame; readonly activation: Activation; readonly call: CallInstruction }
    | undefined;
  readonly first: Activation;
  /** The objects that it has to return. */
  readonly certain: Birth[];
  current: Activation;
}

/** How a function ends. */
interface End {
  readonly results?: readonly unknown[];
  readonly tailArguments?: readonly unknown[];
}

/** Throws where the program does what the analysis has excluded. */
export class EscapeOracle implements Observer {
  /** How many objects were found outside at the end of the function that made them. */
  escapes = 0;
  readonly #program: ProgramPlacement;
  readonly #sites = new Map<number, PlacedSite>();
  readonly #groups = new Map<Instruction, ReadonlyMap<Destinations, Placed>>();
  readonly #births = new WeakMap<HeapObject, Birth>();
  readonly #calls = new Map<IrFunction, number>();
  readonly #loops = new Map<IrFunction, ReadonlyMap<LoopInstruction, LoopShape>>();
  #serial = 0;
  #globals: ReadonlyMap<IrGlobal, unknown> = new Map();
  #frame: Frame | undefined;

  constructor(program: ProgramPlacement) {
    this.#program = program;
    for (const { sites, calls } of program.values()) {
      for (const placed of sites) this.#sites.set(placed.site.id, placed);
      for (const { call, groups } of calls)
        this.#groups.set(call, new Map(groups.map((group) => [group.origin, group])));
    }
  }

  started(globals: ReadonlyMap<IrGlobal, unknown>): void {
    this.#globals = globals;
  }

  entered(call: CallInstruction | null, fn: IrFunction, args: readonly unknown[]): void {
    const outer = this.#frame;
    const caller = outer === undefined || call === null ? undefined : { frame: outer, activation: outer.current, call };
    const first = this.#activate(fn, args, undefined);
    this.#frame = { caller, first, certain: [], current: first };
  }

  replaced(call: TailCallInstruction, args: readonly unknown[]): void {
    const frame = this.#frame!;
    const { current } = frame;
    if (current.before !== undefined) this.#checkEnd(frame, current, { tailArguments: args });
    const groups = [...(this.#groups.get(call) ?? [])];
    const toFirst = new Map(
      groups.map(([origin, { destinations }]) => [origin, this.#forFirst(current, destinations)]),
    );
    frame.current = this.#activate(call.callee, args, toFirst);
  }

  returned(results: readonly unknown[]): void {
    const frame = this.#frame!;
    const { current, first } = frame;
    if (current.before !== undefined) this.#checkEnd(frame, current, { results });
    if (first !== current && first.before !== undefined) this.#checkEnd(frame, first, { results });
    this.#frame = frame.caller?.frame;
  }

  allocated(instruction: Instruction, object: RecordObject | Storage | Slice): void {
    if (!("site" in instruction)) return;
    const frame = this.#frame!;
    const placed = this.#sites.get(instruction.site.id);
    if (placed === undefined)
      throw new Error(`no placement of the ${instruction.site.what} of line ${instruction.site.line}`);
    const forFirst = this.#forFirst(frame.current, placed.destinations);
    const birth: Birth = { serial: this.#serial++, placed, frame, forFirst };
    const made = objectOf(object)!;
    this.#births.set(made, birth);
    // What lies inside a record is a part of it; so are the texts of the command line of their array.
    for (const part of partsOf(made, instruction)) this.#births.set(part, birth);
    if (placed.certain && frame.current.before !== undefined) frame.certain.push(birth);
  }

  #activate(fn: IrFunction, args: readonly unknown[], toFirst: Activation["toFirst"]): Activation {
    const count = (this.#calls.get(fn) ?? 0) + 1;
    this.#calls.set(fn, count);
    const isLookedAt = isChecked(count);
    return {
      placement: this.#program.get(fn)!,
      start: this.#serial,
      before: isLookedAt ? args.map(givenBy) : undefined,
      inGlobals: isLookedAt ? reachableFrom(this.#heldByGlobals()) : new Set(),
      toFirst,
      iterations: new Map(),
    };
  }

  #heldByGlobals(): HeapObject[] {
    return [...this.#globals.values()].map(objectOf).filter((object) => object !== undefined);
  }

  #forFirst({ toFirst, placement }: Activation, destinations: Destinations): Destinations {
    if (toFirst === undefined || destinations === NOWHERE) return destinations;
    const found = toFirst.get(asCallerSees(destinations));
    if (found === undefined) throw new Error(`a tail call of ${placement.fn.name} has no group for what it makes`);
    return found;
  }

  looped(loop: LoopInstruction, event: LoopEvent, read: (variable: Variable) => unknown): void {
    const frame = this.#frame!;
    const { placement, before, iterations } = frame.current;
    if (before === undefined) return;
    const ended = event === "begin" ? undefined : iterations.get(loop);
    iterations.set(loop, { start: this.#serial, count: (ended?.count ?? 0) + 1 });
    if (ended === undefined || ended.start === this.#serial) return;
    if (event === "again" && !isChecked(ended.count)) return;
    const { depth, live, behind } = this.#loopsOf(placement.fn).get(loop)!;
    const variables = event === "again" ? live : behind;
    const held = variables.map((variable) => objectOf(read(variable))).filter((object) => object !== undefined);
    for (const object of reachableFrom(held)) {
      const birth = this.#births.get(object);
      if (birth === undefined || birth.serial < ended.start) continue;
      const { loops, loopCarried } = this.#placed(birth, frame);
      // The loops around the instruction are numbered from the outside, those that it may outlive from the inside.
      if (loopCarried >= loops - depth) continue;
      const { what, line } = birth.placed.site;
      throw new Error(`${placement.fn.name}: the ${what} of line ${line} outlives its iteration`);
    }
  }

  #loopsOf(fn: IrFunction): ReadonlyMap<LoopInstruction, LoopShape> {
    let shapes = this.#loops.get(fn);
    if (shapes === undefined) {
      shapes = loopShapes(fn);
      this.#loops.set(fn, shapes);
    }
    return shapes;
  }

  /** Where an object may go for the first function of a frame at or around the one that made it. */
  #destinationsForFirst(birth: Birth, outer: Frame): Destinations {
    if (birth.frame === outer) return birth.forFirst;
    const { destinations, activation } = this.#climb(birth, outer);
    return this.#forFirst(activation, destinations);
  }

  /** What is promised of an object to the function that runs, or has made the call to what runs, in such a frame. */
  #placed(birth: Birth, outer: Frame): Placed {
    return birth.frame === outer ? birth.placed : this.#climb(birth, outer);
  }

  #climb({ frame, forFirst }: Birth, outer: Frame): Placed & { readonly activation: Activation } {
    let destinations = forFirst;
    for (let at = frame; ; ) {
      const { caller } = at;
      if (caller === undefined) throw new Error("an object was made by a frame that is not around");
      const { activation, call } = caller;
      const group = destinations === NOWHERE ? STAYING : this.#groups.get(call)?.get(asCallerSees(destinations));
      if (group === undefined) throw new Error(`a call of ${call.callee.name} has no group for what it makes`);
      if (caller.frame === outer) return { ...group, activation };
      destinations = this.#forFirst(activation, group.destinations);
      at = caller.frame;
    }
  }

  /** Looks at what one of the functions of a frame has promised, when the current one ends. */
  #checkEnd(frame: Frame, activation: Activation, end: End): void {
    const { placement, start, before } = activation;
    const { results = [], tailArguments = [] } = end;
    const isFirst = activation !== frame.current;
    const { fn } = placement;
    const require = (object: HeapObject, isAllowed: (promised: Destinations) => boolean, where: string): void => {
      const birth = this.#births.get(object);
      const isNew = birth !== undefined && birth.serial >= start;
      if (isNew) this.escapes++;
      const ofNew = () =>
        isFirst ? this.#destinationsForFirst(birth!, frame) : this.#placed(birth!, frame).destinations;
      const promises = isNew ? [ofNew()] : promisesOfGiven(activation, object);
      if (promises.length === 0 || promises.some(isAllowed)) return;
      const what = birth === undefined ? "text" : `${birth.placed.site.what} of line ${birth.placed.site.line}`;
      throw new Error(`${fn.name}: the ${what} is ${where}, which ${promises} exclude`);
    };

    const fromResults = new Set<Birth | undefined>();
    for (const [index, result] of results.entries()) {
      const whole = wholeResult(index);
      const part = inside(whole, whole);
      const top = objectOf(result);
      if (top === undefined) continue;
      require(top, (promised) => (promised & whole) !== NOWHERE, `result ${index}`);
      const itself = this.#births.get(top);
      for (const object of reachableFrom([top])) {
        const birth = this.#births.get(object);
        fromResults.add(birth);
        if (birth !== itself) require(object, (promised) => (promised & part) !== NOWHERE, `in result ${index}`);
      }
    }
    for (const object of reachableFrom(tailArguments.map(objectOf).filter((each) => each !== undefined))) {
      const isNew = (this.#births.get(object)?.serial ?? -1) >= start;
      if (isNew) require(object, (promised) => (promised & TAIL_CALL) !== NOWHERE, "given to a tail call");
    }
    const reached = before!.map(({ objects }) => reachableFrom(objects));
    const fromGlobals = reachableFrom([...activation.inGlobals, ...this.#heldByGlobals()]);
    const requireInto = (object: HeapObject, where: string): void => {
      const isInto = (promised: Destinations) =>
        ((promised & GLOBAL) !== NOWHERE && fromGlobals.has(object)) ||
        reached.some((each, index) => (promised & intoParameter(fn, index)) !== NOWHERE && each.has(object));
      require(object, isInto, where);
    };
    for (const [parameter, objects] of reached.entries()) {
      const where = `in an object of the parameter ${fn.params[parameter]!.name}`;
      for (const object of objects) if (!before![parameter]!.objects.has(object)) requireInto(object, where);
    }
    for (const object of fromGlobals) if (!activation.inGlobals.has(object)) requireInto(object, "in a global");
    if (end.results === undefined) return;
    for (const birth of frame.certain) {
      if (fromResults.has(birth)) continue;
      const { what, line } = birth.placed.site;
      throw new Error(`${fn.name}: the ${what} of line ${line} is not in the result, where it is certain to be`);
    }
  }
}

/** Whether what happens again and again is looked at this time. @param count from 1 on */
function isChecked(count: number): boolean {
  return count <= ALWAYS_CHECKED || (count & (count - 1)) === 0;
}

function loopShapes(fn: IrFunction): ReadonlyMap<LoopInstruction, LoopShape> {
  const liveAt = computeLiveness(fn, ({ op }) => op === "loop" || op === "break");
  const shapes = new Map<LoopInstruction, LoopShape>();
  const visit = (block: Block, around: readonly LoopInstruction[]): void => {
    for (const i of block.instructions) {
      const within = i.op === "loop" ? [...around, i] : around;
      if (i.op === "loop") shapes.set(i, { depth: around.length, live: liveAt(i), behind: [] });
      if (i.op === "break") {
        const left = around.find(({ label }) => label === i.label);
        if (left !== undefined) shapes.set(left, { ...shapes.get(left)!, behind: liveAt(i) });
      }
      for (const inner of blocksOf(i)) visit(inner, within);
    }
  };
  visit(fn.body, []);
  return shapes;
}

function givenBy(argument: unknown): Given {
  const top = objectOf(argument);
  if (top === undefined) return { tops: new Set(), objects: new Set(), below: new Set() };
  const below = reachableFrom(referencesOf(top));
  return { tops: new Set([top, ...insideOf(top)]), objects: new Set([top, ...below]), below };
}

/** Where an object may go that was there before: for each parameter that it could be reached from. */
function promisesOfGiven({ placement, before, inGlobals }: Activation, object: HeapObject): Destinations[] {
  // What a function hands on of globals is promised to nobody in particular.
  if (inGlobals.has(object)) return [];
  const { fn, parameters } = placement;
  const wholes = wholeResults(fn);
  return parameters.flatMap(({ index, destinations, parts }) => {
    const { tops, objects, below } = before![index]!;
    if (!objects.has(object)) return [];
    // Within the objects of a parameter anything may move.
    const itself = destinations | intoParameter(fn, index);
    if (!below.has(object)) return [itself];
    const ofParts = parts.reduce((all, part) => all | part.destinations, NOWHERE);
    const promised = ofParts | inside(itself | ofParts, wholes);
    return [tops.has(object) ? promised | itself : promised];
  });
}

/** What is made together with an object: the arrays and records inside a record, the texts of the command line. */
function partsOf(made: HeapObject, { op }: Instruction): readonly HeapObject[] {
  return op === "arguments" ? referencesOf(made) : insideOf(made);
}

/** The arrays and records that lie inside a record. */
function insideOf(object: HeapObject): HeapObject[] {
  if (!("fields" in object)) return [];
  return object.record.fields.flatMap(({ unpackedLength, inline }, index) => {
    if (inline === undefined && unpackedLength === undefined) return [];
    const part = object.fields[index] as HeapObject;
    return [part, ...insideOf(part)];
  });
}
