/**
 * The manager `gc`: the core's nursery and mature space, as assembly/README.md asks for it.
 *
 * A record is bumped inline; everything else of an allocation is in the slow arm, the spills included. Around a call that
 * may collect, the pointers that live across it stand in the shadow stack; around one that cannot, nothing is done. A
 * pointer stored into an object that has lived through a safepoint is followed by the write barrier.
 *
 * Invariants: `shadowTop` is the same at every instruction of a function, at its tail calls and its return. What is
 * pushed is read back before it is used again.
 */

import binaryen from "binaryen";
import type { Locals } from "../emit.ts";
import { freshStores, staticVariables } from "../freshness.ts";
import type { Atom, Instruction, IrFunction, Variable } from "../ir.ts";
import { CORE_FEATURES, CORE_MEMORY, coreName, openCore } from "../link.ts";
import { computeLiveness, type LiveAcross } from "../liveness.ts";
import { BuildOptionError } from "../options.ts";
import { allocates, functionsThatMayCollect } from "../safepoints.ts";
import { forEachInstruction, hasLoop, holdsPointer } from "../traverse.ts";
import type { Place } from "./access.ts";
import { Barriers } from "./barriers.ts";
import { type ArrayLayout, pointerKindOf, type RecordLayout, WORD_BYTES } from "./layout.ts";
import { LinearManager, type PointerStore, type StoreInstruction } from "./linear.ts";
import type {
  ExpressionRef,
  FunctionContext,
  InstructionOf,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
  Temporary,
} from "./manager.ts";

const { i32, none } = binaryen;
/** In front of a slice in the shadow stack; no Box is 2. */
const SLICE_MARK = 2;
/** One byte of start bits covers eight granules of eight bytes. */
const START_BYTE_SHIFT = 6;
const GRANULE_SHIFT = 3;

export const gc: ManagerFactory = {
  name: "gc",
  summary: "generational: a bump-allocated nursery, evacuated into mark-region blocks",
  features: CORE_FEATURES,
  createModule(options) {
    if (options.zeal && !options.debug) {
      throw new BuildOptionError("zeal needs the core's debug build; add the option debug");
    }
    return openCore(options.debug ?? false);
  },
  create: (context) => new GcManager(context),
};

/** What is known of the function that is being lowered. */
interface FrameState {
  readonly liveAcross: LiveAcross;
  readonly statics: ReadonlySet<Variable>;
  readonly freshStores: ReadonlySet<Instruction>;
  /** The shadow stack is checked where the only call that spills stands, not at entry. */
  readonly checksAtCall: boolean;
  /** `shadowTop` as it was at entry; set by the prologue. */
  base: Temporary | null;
  /** Most words that a call of this function pushes. */
  words: number;
}

class GcManager extends LinearManager {
  protected readonly arrayAllocator: string;
  /** The core clears arrays with pointers only. */
  protected readonly arraysAreClear = false;
  readonly #mayCollect: ReadonlySet<IrFunction>;
  readonly #isSafepoint: (instruction: Instruction) => boolean;
  readonly #names: Readonly<Record<CoreName, string>>;
  readonly #barriers: Barriers;
  #frame: FrameState | null = null;

  constructor(context: ManagerContext) {
    super(context);
    this.#names = Object.fromEntries(CORE_NAMES.map((name) => [name, coreName(this.module, name)])) as Record<
      CoreName,
      string
    >;
    this.arrayAllocator = this.#names.allocArray;
    this.#barriers = new Barriers(this.module, this.#names);
    this.#mayCollect = functionsThatMayCollect(context.program);
    this.#isSafepoint = (instruction) =>
      allocates(instruction) || (instruction.op === "call" && this.#mayCollect.has(instruction.callee));
  }

  // Frames and calls

  override beginFunction(context: FunctionContext): void {
    const { fn } = context;
    const liveAcross = computeLiveness(fn, this.#isSafepoint);
    const statics = staticVariables(fn);
    const spills = countSpillingCalls(
      fn,
      (call) => this.#isSafepoint(call) && liveAcross(call).some((variable) => !statics.has(variable)),
    );
    this.#frame = {
      liveAcross,
      statics,
      freshStores: freshStores(fn, this.#isSafepoint),
      checksAtCall: spills === 1 && !hasLoop(fn),
      base: null,
      words: 0,
    };
  }

  override finishFunction(context: FunctionContext, body: ExpressionRef): ExpressionRef {
    const { base, words } = this.#current();
    this.#frame = null;
    if (base === null) return body;
    const { module } = this;
    return module.block(null, [
      base.set(this.#shadowTop()),
      this.#checkShadow(base, words, context.panic("stackOverflow", context.fn.line)),
      body,
    ]);
  }

  override call(
    context: FunctionContext,
    instruction: InstructionOf<"call">,
    emit: (hiddenArguments: readonly ExpressionRef[]) => ExpressionRef,
  ): ExpressionRef {
    const frame = this.#current();
    const roots = this.#isSafepoint(instruction) ? this.#rootsAcross(instruction) : [];
    if (roots.length === 0) return emit([]);
    if (frame.checksAtCall) return context.sequence(this.#spillHere(context, roots, context.fn.line, [emit([])]));
    frame.base ??= context.temporary(i32);
    frame.words = Math.max(frame.words, wordsOf(roots));
    return context.sequence(this.#spill(context, frame.base, roots, [emit([])]));
  }

  // Allocation

  protected allocateRecord(
    context: FunctionContext,
    instruction: InstructionOf<"construct">,
    layout: RecordLayout,
    target: Temporary,
  ): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const { counters } = this.context;
    const { line } = instruction.site;
    const end = context.temporary(i32);
    const slow = [
      ...counters.pauseBegin(),
      target.set(module.call(this.#names.allocRecord, [op.const(layout.shape)], i32)),
      ...counters.pauseEnd(),
    ];
    const roots = this.#withoutStatics([...this.#rootsAcross(instruction), ...instruction.args]);
    return [
      target.set(this.#global("nurseryTop")),
      module.if(
        op.gt_u(end.tee(op.add(target.get(), op.const(layout.bytes))), this.#global("nurseryLimit")),
        module.block(null, [
          ...(roots.length === 0 ? slow : this.#spillHere(context, roots, line, slow)),
          module.if(op.eqz(target.get()), context.panic("outOfMemory", line)),
        ]),
        module.block(null, [
          module.global.set(this.#names.nurseryTop, end.get()),
          ...(layout.sliceable ? this.#setStartBit(context, target) : []),
        ]),
      ),
      op.store(0, 4, target.get(), op.const(layout.shape)),
    ];
  }

  #setStartBit(context: FunctionContext, ref: Temporary): ExpressionRef[] {
    const { module } = this;
    const op = module.i32;
    const at = context.temporary(i32);
    const bit = op.and(op.shr_u(ref.get(), op.const(GRANULE_SHIFT)), op.const(7));
    return [
      at.set(op.add(this.#global("startBits"), op.shr_u(ref.get(), op.const(START_BYTE_SHIFT)))),
      op.store8(0, 1, at.get(), op.or(op.load8_u(0, 1, at.get()), op.shl(op.const(1), bit))),
    ];
  }

  // Roots

  protected protect(
    context: FunctionContext,
    instruction: InstructionOf<"arrayNew" | "readInput" | "arguments">,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const roots = this.#rootsAcross(instruction);
    if (roots.length === 0) return [...statements];
    return this.#spillHere(context, roots, instruction.site.line, statements);
  }

  protected protectLocals(
    locals: Locals,
    addresses: readonly Temporary[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const { module } = this;
    const base = locals.add(i32);
    return [
      base.set(this.#shadowTop()),
      this.#checkShadow(base, addresses.length, this.context.wasi.panic("stackOverflow", 0)),
      ...addresses.map((address, index) => module.i32.store(index * WORD_BYTES, 4, base.get(), address.get())),
      this.#setShadowTop(base, addresses.length),
      ...statements,
      this.#setShadowTop(base, 0),
      ...addresses.map((address, index) => address.set(module.i32.load(index * WORD_BYTES, 4, base.get()))),
    ];
  }

  /** `statements` between pushing and popping the roots, in a place that is rare: with its own check. */
  #spillHere(
    context: FunctionContext,
    roots: readonly Variable[],
    line: number,
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const base = context.temporary(i32);
    return [
      base.set(this.#shadowTop()),
      this.#checkShadow(base, wordsOf(roots), context.panic("stackOverflow", line)),
      ...this.#spill(context, base, roots, statements),
    ];
  }

  /** `statements` between pushing and popping the roots; `base` holds shadowTop. */
  #spill(
    context: FunctionContext,
    base: Temporary,
    roots: readonly Variable[],
    statements: readonly ExpressionRef[],
  ): ExpressionRef[] {
    const { module } = this;
    const pushes: ExpressionRef[] = [];
    const pops: ExpressionRef[] = [];
    let offset = 0;
    for (const root of roots) {
      if (pointerKindOf(root.type) === "slice") {
        pushes.push(module.i32.store(offset, 4, base.get(), module.i32.const(SLICE_MARK)));
        offset += WORD_BYTES;
      }
      pushes.push(module.i32.store(offset, 4, base.get(), context.read(root)));
      pops.push(context.assignPart(root, 0, module.i32.load(offset, 4, base.get())));
      offset += WORD_BYTES;
    }
    return [...pushes, this.#setShadowTop(base, wordsOf(roots)), ...statements, this.#setShadowTop(base, 0), ...pops];
  }

  #rootsAcross(instruction: Instruction): Variable[] {
    return this.#withoutStatics(this.#current().liveAcross(instruction));
  }

  /** The pointer-holding variables that may refer to the heap, each once. */
  #withoutStatics(atoms: readonly Atom[]): Variable[] {
    const { statics } = this.#current();
    const variables = atoms.filter((atom) => atom.kind === "variable");
    return [...new Set(variables)].filter((variable) => holdsPointer(variable.type) && !statics.has(variable));
  }

  #current(): FrameState {
    if (this.#frame === null) throw new TypeError("no function is being lowered");
    return this.#frame;
  }

  #global(name: CoreName): ExpressionRef {
    return this.module.global.get(this.#names[name], i32);
  }

  #shadowTop(): ExpressionRef {
    return this.#global("shadowTop");
  }

  #setShadowTop(base: Temporary, words: number): ExpressionRef {
    const { module } = this;
    const top = words === 0 ? base.get() : module.i32.add(base.get(), module.i32.const(words * WORD_BYTES));
    return module.global.set(this.#names.shadowTop, top);
  }

  #checkShadow(base: Temporary, words: number, overflow: ExpressionRef): ExpressionRef {
    const op = this.module.i32;
    const top = op.add(base.get(), op.const(words * WORD_BYTES));
    return this.module.if(op.gt_u(top, this.#global("shadowLimit")), overflow);
  }

  // Write barriers

  protected afterStore(
    context: FunctionContext,
    instruction: StoreInstruction,
    { slot, value, kind }: PointerStore,
  ): ExpressionRef[] {
    const { freshStores: fresh, statics } = this.#current();
    if (value.kind === "constant" || statics.has(value) || fresh.has(instruction)) return [];
    return [this.#barriers.store(slot, () => context.read(value), kind)];
  }

  protected afterFill(
    context: FunctionContext,
    instruction: InstructionOf<"arrayFill">,
    layout: ArrayLayout,
    place: Place,
  ): ExpressionRef[] {
    if (this.#current().freshStores.has(instruction)) return [];
    return [this.#barriers.fill(layout, instruction.array, place, context.value(instruction.count))];
  }

  // The module

  finish(): ManagerResult {
    const { module, context } = this;
    const { options, wasi, data } = context;
    const op = module.i32;
    const failed = wasi.panic("outOfMemory", 0);
    const sizes = [options.nurseryBytes, options.shadowStackBytes, options.heapLimitBytes, options.growthPercent];
    const settings = [data.seal(), ...sizes.map((size) => size ?? 0)].map((setting) => op.const(setting | 0));
    const start = [module.if(module.call(this.#names.init, settings, i32), failed)];
    if (options.zeal) start.push(module.call(coreName(module, "setZeal"), [op.const(options.zeal)], none));
    const isMeasured = options.measure || options.pauses;
    return {
      start: module.block(null, start),
      memory: { name: CORE_MEMORY, bytes: 0 },
      exports: isMeasured
        ? [{ kind: "function", internal: coreName(module, "statistics"), external: "statistics" }]
        : [],
      neverInline: [
        this.#names.allocRecord,
        this.#names.allocArray,
        this.#names.rememberBox,
        this.#names.rememberSlice,
        "gc.remember*",
      ],
    };
  }
}

const CORE_NAMES = [
  "init",
  "allocRecord",
  "allocArray",
  "nurseryTop",
  "nurseryLimit",
  "nurseryBase",
  "nurseryBytes",
  "startBits",
  "shadowTop",
  "shadowLimit",
  "rememberBox",
  "rememberSlice",
] as const;
type CoreName = (typeof CORE_NAMES)[number];

function wordsOf(roots: readonly Variable[]): number {
  return roots.reduce((words, root) => words + (pointerKindOf(root.type) === "slice" ? 2 : 1), 0);
}

/** How many calls of the function spill. */
function countSpillingCalls(fn: IrFunction, spills: (instruction: Instruction) => boolean): number {
  let count = 0;
  forEachInstruction(fn.body, (instruction) => {
    if (instruction.op === "call" && spills(instruction)) count++;
  });
  return count;
}
