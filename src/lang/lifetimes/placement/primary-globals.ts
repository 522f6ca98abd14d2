/**
 * Globals that have the only lasting reference to their arrays: *primary* globals. What such a global holds ends where
 * the global is assigned, whoever assigns it and however often.
 *
 *     global line = ""
 *     fn show(i: Int) { line = "line {i}" }       the text before ends here; no caller has to keep it
 *
 * A global of arrays or slices without references in their elements is primary if, in the whole program,
 *
 *  1. what is read from it is only looked at, sliced, or handed to calls that keep nothing of it and do not assign the
 *     global; and nothing that was read is live behind an assignment of the global, or a call that may come to one;
 *  2. what is assigned was made for that: in front of the assignment, in the same block, with nothing in between that
 *     may leave the block or assign the global. So it is not what the global has;
 *  3. nothing but the global, and objects that the function keeps to itself, refers to it; and no variable leads there
 *     behind the assignment; and
 *  4. no loop in between makes any of it, but for growing lists. So what is made in vain is bounded.
 *
 * So no local, field, slice or running call still has the array when it ends. A local that gets it has a copy of the
 * pointer (1); an array that a global gets is handed over (2, 3).
 *
 * Source: seed note 004, Global Arrays.
 */

import type { Block, Instruction, IrFunction, IrGlobal, Label, Variable } from "../../ir/ir.ts";
import { computeLiveSets, type LiveSets } from "../../ir/liveness.ts";
import { allocates } from "../../ir/safepoints.ts";
import { blocksOf, forEachBlock, forEachInstruction, holdsPointer, readsOf } from "../../ir/traverse.ts";
import { asCallerSees, type Destinations, GLOBAL, NOWHERE, TAIL_CALL } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import { type Node, reachableFrom, setAt } from "./graph.ts";
import type { Slots } from "./slots.ts";

export interface PrimaryGlobals {
  /** Whether there is any. */
  readonly isAny: boolean;
  has(global: IrGlobal): boolean;
  /** The primary global that gets what a node of a function stands for; null where there is none. */
  globalOf(fn: IrFunction, node: Node): IrGlobal | null;
  /** Whether all that a function makes for a destination goes to primary globals: its callers need not place it. */
  isPlaced(fn: IrFunction, origin: Destinations): boolean;
}

/** @param flows solved */
export function findPrimaryGlobals(flows: readonly Flow[], slots: Slots): PrimaryGlobals {
  const program = new Program(flows);
  const others = new Set<IrGlobal>();
  const made = new Map<Flow, Map<Node, Set<IrGlobal>>>();
  for (const flow of flows) {
    const found = new Map<Node, Set<IrGlobal>>();
    made.set(flow, found);
    if (program.globals.size === 0) continue;
    const uses = new Uses(flow, program, slots);
    for (const global of uses.findOthers()) others.add(global);
    for (const [node, globals] of uses.assigned) found.set(node, globals);
  }
  const has = (global: IrGlobal): boolean => program.globals.has(global) && !others.has(global);
  const byFunction = new Map([...made].map(([flow, nodes]) => [flow.fn, nodes] as const));
  const globalOf = (fn: IrFunction, node: Node): IrGlobal | null => {
    const [global] = byFunction.get(fn)!.get(node) ?? [];
    return global !== undefined && has(global) ? global : null;
  };
  const open = findOpen(flows, globalOf);
  return { isAny: [...program.globals].some(has), has, globalOf, isPlaced: (fn, origin) => !open.get(fn)!.has(origin) };
}

/** For each function, the destinations of what it makes, but for what goes to primary globals. */
function findOpen(
  flows: readonly Flow[],
  globalOf: PrimaryGlobals["globalOf"],
): ReadonlyMap<IrFunction, ReadonlySet<Destinations>> {
  const open = new Map(flows.map(({ fn }) => [fn, new Set<Destinations>()]));
  for (let news = true; news; ) {
    news = false;
    for (const flow of flows) {
      const own = open.get(flow.fn)!;
      const before = own.size;
      const add = (node: Node): void => {
        if (globalOf(flow.fn, node) === null) own.add(asCallerSees(node.destinations));
      };
      for (const node of flow.sites.values()) add(node);
      for (const [callee, origin, node] of flow.groups()) if (open.get(callee)!.has(origin)) add(node);
      news ||= own.size > before;
    }
  }
  return open;
}

/** What the functions of a program do about globals, all together. */
class Program {
  /** Those that may be primary by their types. */
  readonly globals = new Set<IrGlobal>();
  readonly #flows: ReadonlyMap<IrFunction, Flow>;
  readonly #assigns = new Map<IrFunction, Set<IrGlobal>>();
  readonly #grows = new Map<IrFunction, Map<Destinations, boolean>>();

  constructor(flows: readonly Flow[]) {
    this.#flows = new Map(flows.map((flow) => [flow.fn, flow]));
    const callees = new Map<IrFunction, Set<IrFunction>>();
    for (const { fn } of flows) {
      const assigned = setAt(this.#assigns, fn);
      forEachInstruction(fn.body, (i) => {
        if (i.op === "call" || i.op === "tailCall") setAt(callees, fn).add(i.callee);
        if (i.op !== "globalSet") return;
        assigned.add(i.global);
        const { type } = i.global;
        const isArray = type.kind === "array" || type.kind === "slice";
        if (isArray && !type.element.components.some(holdsPointer)) this.globals.add(i.global);
      });
    }
    for (let news = true; news; ) {
      news = false;
      for (const [fn, called] of callees) {
        const assigned = this.#assigns.get(fn)!;
        const before = assigned.size;
        for (const callee of called) for (const global of this.#assigns.get(callee)!) assigned.add(global);
        news ||= assigned.size > before;
      }
    }
  }

  /** Whether an instruction may assign a global, itself or by a call. */
  mayAssign(i: Instruction, global: IrGlobal): boolean {
    if (i.op === "globalSet") return i.global === global;
    return (i.op === "call" || i.op === "tailCall") && this.#assigns.get(i.callee)!.has(global);
  }

  /** Whether a function keeps nothing of an argument. */
  onlyLooks(fn: IrFunction, parameter: number): boolean {
    const root = this.#flows.get(fn)!.graph.roots[parameter];
    return root === undefined || (root.destinations & ~TAIL_CALL) === NOWHERE;
  }

  /** Whether a function makes nothing for a destination but what growing lists move to. */
  onlyGrows(fn: IrFunction, origin: Destinations): boolean {
    const known = this.#grows.get(fn) ?? new Map<Destinations, boolean>();
    this.#grows.set(fn, known);
    const answer = known.get(origin);
    if (answer !== undefined) return answer;
    // A function that calls itself adds nothing by that.
    known.set(origin, true);
    const flow = this.#flows.get(fn)!;
    const goesThere = (node: Node | undefined): boolean =>
      node !== undefined && asCallerSees(node.destinations) === origin;
    let isGrowing = true;
    forEachInstruction(fn.body, (i) => {
      if (allocates(i) && "site" in i && i.op !== "arrayGrow" && goesThere(flow.sites.get(i.site))) isGrowing = false;
      if (i.op !== "call" && i.op !== "tailCall") return;
      for (const [theirs, node] of flow.groupsOf(i))
        if (goesThere(node) && !this.onlyGrows(i.callee, theirs)) isGrowing = false;
    });
    known.set(origin, isGrowing);
    return isGrowing;
  }
}

/** What one function does with globals that may be primary. */
class Uses {
  /** What is made for which globals. */
  readonly assigned = new Map<Node, Set<IrGlobal>>();
  readonly #flow: Flow;
  readonly #program: Program;
  readonly #slots: Slots;
  readonly #others = new Set<IrGlobal>();
  readonly #holders = new Map<Node, Set<Node>>();
  #live: LiveSets | null = null;

  constructor(flow: Flow, program: Program, slots: Slots) {
    this.#flow = flow;
    this.#program = program;
    this.#slots = slots;
    for (const holder of flow.graph.nodes) {
      for (const values of holder.contents.values())
        for (const value of values) setAt(this.#holders, value).add(holder);
    }
  }

  /** The globals that are not primary, for what this function does. */
  findOthers(): ReadonlySet<IrGlobal> {
    const { fn } = this.#flow;
    const read = this.#findRead();
    forEachInstruction(fn.body, (i) => this.#checkReads(i, read));
    const readFrom = new Map<IrGlobal, Set<Variable>>();
    for (const [variable, globals] of read) for (const global of globals) setAt(readFrom, global).add(variable);
    forEachInstruction(fn.body, (i) => {
      for (const [global, variables] of readFrom) {
        if (this.#program.mayAssign(i, global) && this.#liveBehind(i).some((variable) => variables.has(variable)))
          this.#others.add(global);
      }
    });
    forEachBlock(fn.body, (block) => {
      for (const [index, i] of block.instructions.entries()) {
        if (i.op === "globalSet" && this.#program.globals.has(i.global) && !this.#isHandedOver(block, index, i))
          this.#others.add(i.global);
      }
    });
    return this.#others;
  }

  /** The variables that have been read from globals, or are slices of what was. */
  #findRead(): ReadonlyMap<Variable, ReadonlySet<IrGlobal>> {
    const read = new Map<Variable, Set<IrGlobal>>();
    const take = (dst: Variable, globals: Iterable<IrGlobal>): boolean => {
      const before = read.get(dst)?.size ?? 0;
      for (const global of globals) setAt(read, dst).add(global);
      return (read.get(dst)?.size ?? 0) > before;
    };
    for (let news = true; news; ) {
      news = false;
      forEachInstruction(this.#flow.fn.body, (i) => {
        if (i.op === "globalGet" && this.#program.globals.has(i.global)) news = take(i.dst, [i.global]) || news;
        const source = sliced(i);
        if (source !== null && "dst" in i) news = take(i.dst, read.get(source) ?? []) || news;
      });
    }
    return read;
  }

  #checkReads(i: Instruction, read: ReadonlyMap<Variable, ReadonlySet<IrGlobal>>): void {
    for (const atom of readsOf(i)) {
      if (atom.kind !== "variable") continue;
      for (const global of read.get(atom) ?? []) if (!this.#isHarmless(i, atom, global)) this.#others.add(global);
    }
  }

  /** Whether an instruction only looks at what a variable has from a global. */
  #isHarmless(i: Instruction, variable: Variable, global: IrGlobal): boolean {
    switch (i.op) {
      case "set":
      case "subslice":
      case "arraySlice":
      case "sliceLength":
      case "sliceGet":
      case "sliceSet":
      case "arrayLength":
      case "arrayGet":
      case "arraySet":
      case "arrayFill":
      case "write":
      case "textSend":
      case "textReceive":
      case "callExtern":
        return true;
      case "call":
      case "tailCall":
        return (
          !this.#program.mayAssign(i, global) &&
          i.args.every((arg, index) => arg !== variable || this.#program.onlyLooks(i.callee, index))
        );
      default:
        return false;
    }
  }

  /** Whether what is assigned was made for the global, and nothing else leads there. */
  #isHandedOver(block: Block, index: number, i: Extract<Instruction, { op: "globalSet" }>): boolean {
    const { value, global } = i;
    if (value.kind !== "variable") return false;
    const nodes = this.#flow.pointees(value);
    if (![...nodes].every((node) => this.#isOnlyIn(node, global))) return false;
    const first = block.instructions.findIndex((each) => this.#makesAny(each, nodes));
    for (const node of nodes) setAt(this.assigned, node).add(global);
    // Literals and statics belong to nobody.
    if (first < 0) return nodes.size === 0;
    const between = block.instructions.slice(first, index);
    if (!this.#areAllMadeIn(between, nodes) || !this.#isUndisturbed(between, global)) return false;
    return this.#liveBehind(i).every((variable) =>
      [...reachableFrom(this.#flow.pointees(variable))].every((node) => !nodes.has(node)),
    );
  }

  /** Whether nothing refers to what a node stands for but one global, and objects that the function keeps to itself. */
  #isOnlyIn(node: Node, global: IrGlobal): boolean {
    if (node.input !== undefined || (node.destinations & ~TAIL_CALL) !== GLOBAL) return false;
    const { globals } = this.#flow.graph;
    for (const holder of this.#holders.get(node) ?? []) {
      if (holder !== globals && (holder.input !== undefined || holder.destinations !== NOWHERE)) return false;
    }
    const slot = this.#slots.global(global);
    return [...globals.contents].every(([each, values]) => each === slot || !values.has(node));
  }

  #makesAny(i: Instruction, nodes: ReadonlySet<Node>): boolean {
    let makes = false;
    forEachInstruction({ instructions: [i] }, (each) => {
      makes ||= this.#madeBy(each).some((node) => nodes.has(node));
    });
    return makes;
  }

  #madeBy(i: Instruction): Node[] {
    if (i.op === "call" || i.op === "tailCall") return [...this.#flow.groupsOf(i).values()];
    const node = allocates(i) && "site" in i ? this.#flow.sites.get(i.site) : undefined;
    return node === undefined ? [] : [node];
  }

  /** Whether some instructions make all of these objects, in no loop but by growing lists. */
  #areAllMadeIn(instructions: readonly Instruction[], nodes: ReadonlySet<Node>): boolean {
    const inside = new Set<Instruction>();
    let isBounded = true;
    const visit = (i: Instruction, isRepeated: boolean): void => {
      inside.add(i);
      if (isRepeated && !this.#onlyGrows(i, nodes)) isBounded = false;
      for (const { instructions } of blocksOf(i))
        for (const each of instructions) visit(each, isRepeated || i.op === "loop");
    };
    for (const i of instructions) visit(i, false);
    forEachInstruction(this.#flow.fn.body, (i) => {
      if (!inside.has(i) && this.#madeBy(i).some((node) => nodes.has(node))) isBounded = false;
    });
    return isBounded;
  }

  #onlyGrows(i: Instruction, nodes: ReadonlySet<Node>): boolean {
    if (i.op !== "call" && i.op !== "tailCall")
      return i.op === "arrayGrow" || !this.#madeBy(i).some((node) => nodes.has(node));
    return [...this.#flow.groupsOf(i)].every(
      ([origin, node]) => !nodes.has(node) || this.#program.onlyGrows(i.callee, origin),
    );
  }

  /** Whether control comes from the first of some instructions to the end of the last, and the global stays. */
  #isUndisturbed(instructions: readonly Instruction[], global: IrGlobal): boolean {
    const labels = new Set<Label>();
    let isUndisturbed = true;
    forEachInstruction({ instructions: [...instructions] }, (i) => {
      if (i.op === "loop" || i.op === "block") labels.add(i.label);
      const leaves = (i.op === "break" || i.op === "continue") && !labels.has(i.label);
      if (leaves || i.op === "return" || i.op === "tailCall" || this.#program.mayAssign(i, global))
        isUndisturbed = false;
    });
    return isUndisturbed;
  }

  #liveBehind(i: Instruction): readonly Variable[] {
    this.#live ??= computeLiveSets(this.#flow.fn);
    return this.#live.behind(i);
  }
}

/** The variable that an instruction makes another one of, for the same array. */
function sliced(i: Instruction): Variable | null {
  switch (i.op) {
    case "set":
      return i.src.kind === "variable" ? i.src : null;
    case "subslice":
      return i.slice;
    case "arraySlice":
      return i.array;
    default:
      return null;
  }
}
