/**
 * One function while it is lowered: what is live where it may collect, its two registers of the heap, and what it
 * pushes on the shadow stack.
 *
 * The shadow stack is checked at entry for the most words that a call pushes; where only one call pushes any, and not
 * in a loop, the check stands there.
 */

import binaryen from "binaryen";
import { WORD_BYTES } from "#contract";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef, Temporary } from "../../codegen/wasm.ts";
import { freshStores, staticVariables } from "../../ir/freshness.ts";
import type { Atom, Instruction, IrFunction, Variable } from "../../ir/ir.ts";
import { computeLiveness, type LiveAcross } from "../../ir/liveness.ts";
import { forEachInstruction, hasLoop, holdsPointer } from "../../ir/traverse.ts";
import { type PointerKind, pointerKindOf } from "../linear/layout.ts";
import { SHADOW_LIMIT, spill, wordsOf } from "./slow-paths.ts";

const { i32 } = binaryen;

/** Ends the program with `overflow` when the shadow stack would end at `top`, behind its limit. */
export function checkShadowLimit(module: binaryen.Module, top: ExpressionRef, overflow: ExpressionRef): ExpressionRef {
  return module.if(module.i32.gt_u(top, module.global.get(SHADOW_LIMIT, i32)), overflow);
}

/** Where the shadow stack ends, and where the nursery is filled to. */
export interface Registers {
  readonly shadow: Temporary;
  readonly top: Temporary;
}

export class Frame {
  /** Variables that refer to statics only. */
  readonly #statics: ReadonlySet<Variable>;
  /** Stores into objects that have not lived through a safepoint. */
  readonly freshStores: ReadonlySet<Instruction>;
  /** See foldAllocations. */
  readonly shares: ReadonlyMap<Instruction, number>;
  readonly #context: FunctionContext;
  readonly #liveAcross: LiveAcross;
  readonly #mayRefer: (variable: Variable) => boolean;
  readonly #areMarked: boolean;
  readonly #checksAtCall: boolean;
  /** Null in a function that does not pass them. */
  readonly #registers: Registers | null;
  /** Most words that a call of this function pushes, of those that are checked at entry. */
  #words = 0;

  /**
   * @param registers null in a function that does not pass them
   * @param mayRefer whether a variable may refer to the heap
   * @param areMarked slices have a mark in the shadow stack
   */
  constructor(
    context: FunctionContext,
    registers: Registers | null,
    isSafepoint: (instruction: Instruction) => boolean,
    mayRefer: (variable: Variable) => boolean,
    shares: ReadonlyMap<Instruction, number>,
    areMarked: boolean,
  ) {
    const { fn } = context;
    this.#context = context;
    this.#liveAcross = computeLiveness(fn, isSafepoint);
    this.#mayRefer = mayRefer;
    this.#statics = staticVariables(fn);
    this.freshStores = freshStores(fn, isSafepoint);
    this.shares = shares;
    this.#areMarked = areMarked;
    const spills = countSpillingCalls(fn, (call) => isSafepoint(call) && this.rootsAcross(call).length > 0);
    this.#checksAtCall = spills === 1 && !hasLoop(fn);
    this.#registers = registers;
  }

  // Registers

  get hasRegisters(): boolean {
    return this.#registers !== null;
  }

  #own(): Registers {
    if (this.#registers === null) throw new TypeError("a function that cannot collect has no registers of the heap");
    return this.#registers;
  }

  /** Where the nursery is filled to. */
  get top(): Temporary {
    return this.#own().top;
  }

  /** Where the shadow stack ends. */
  shadow(): ExpressionRef {
    return this.#own().shadow.get();
  }

  /** Where the shadow stack ends with `words` pushed. */
  above(words: number): ExpressionRef {
    const op = this.#context.module.i32;
    return words === 0 ? this.shadow() : op.add(this.shadow(), op.const(words * WORD_BYTES));
  }

  /** What a callee gets when `words` are pushed. */
  registers(words: number): ExpressionRef[] {
    return [this.above(words), this.top.get()];
  }

  // Roots

  /** The variables to push around an instruction that may collect. */
  rootsAcross(instruction: Instruction): Variable[] {
    return this.referring(this.#liveAcross(instruction));
  }

  /** The pointer-holding variables that may refer to the heap, each once. */
  referring(atoms: readonly Atom[]): Variable[] {
    const variables = atoms.filter((atom) => atom.kind === "variable");
    return [...new Set(variables)].filter((variable) => holdsPointer(variable.type) && this.refersToHeap(variable));
  }

  /** Whether a variable may refer to the heap. */
  refersToHeap(variable: Variable): boolean {
    return !this.#statics.has(variable) && this.#mayRefer(variable);
  }

  /** As what each stands in the shadow stack. */
  kindsOf(roots: readonly Variable[]): PointerKind[] {
    return roots.map(({ type }) => (this.#areMarked ? (pointerKindOf(type) ?? "box") : "box"));
  }

  /** How many words they take there. */
  wordsOf(roots: readonly Variable[]): number {
    return wordsOf(this.kindsOf(roots));
  }

  /** `statements` between pushing the roots and reading them back. */
  spill(roots: readonly Variable[], statements: readonly ExpressionRef[]): ExpressionRef[] {
    if (roots.length === 0) return [...statements];
    const context = this.#context;
    const kinds = this.kindsOf(roots);
    const { pushes, loads } = spill(
      context.module,
      () => this.shadow(),
      roots.map((root, index) => ({ kind: kinds[index] as PointerKind, address: () => context.read(root) })),
    );
    const pops = roots.map((root, index) => context.assignPart(root, 0, loads[index] as ExpressionRef));
    return [...pushes, ...statements, ...pops];
  }

  // Checks of the shadow stack

  /** Ends the program where the shadow stack has no room for `words`. @param line for the message */
  checkShadow(words: number, line: number): ExpressionRef {
    const { module } = this.#context;
    return checkShadowLimit(module, this.above(words), this.#context.panic("stackOverflow", line));
  }

  /** The check in front of a call that pushes `words`, unless it is made at entry. */
  checkAtCall(words: number): ExpressionRef[] {
    if (words > 0 && this.#checksAtCall) return [this.checkShadow(words, this.#context.fn.line)];
    this.#words = Math.max(this.#words, words);
    return [];
  }

  /** The check at entry, when all calls have been lowered. */
  checkAtEntry(): ExpressionRef[] {
    return this.#words === 0 ? [] : [this.checkShadow(this.#words, this.#context.fn.line)];
  }
}

/** How many calls of the function spill. */
function countSpillingCalls(fn: IrFunction, spills: (instruction: Instruction) => boolean): number {
  let count = 0;
  forEachInstruction(fn.body, (instruction) => {
    if (instruction.op === "call" && spills(instruction)) count++;
  });
  return count;
}
