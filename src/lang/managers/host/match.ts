/**
 * Telling the cases of a union apart, with one check for each arm: a null check, a type test that hands on the record
 * it found, or the tag and then the cast that WasmGC wants.
 */

import binaryen from "binaryen";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { InstructionOf, MatchArm, Variable } from "../../ir/ir.ts";
import type { HostTypes, UnionInfo } from "./types.ts";

const { i32, none } = binaryen;
const TAG_SLOT = 0;

interface Bodies {
  readonly arm: (arm: MatchArm) => ExpressionRef;
  readonly otherwise: (() => ExpressionRef) | null;
}

/** Emits a `match`. Bodies are lowered at most once each. */
export function emitMatch(
  types: HostTypes,
  context: FunctionContext,
  instruction: InstructionOf<"match">,
  bodies: Bodies,
): ExpressionRef {
  const { value, union, arms } = instruction;
  const info = types.union(union);
  const nullArm = arms.find((arm) => arm.caseIndex === info.nullCase);
  const otherArms = arms.filter((arm) => arm !== nullArm);
  const isNullOtherwise = info.nullCase >= 0 && nullArm === undefined;
  const emitter = new MatchEmitter(types, context, value, bodies);
  const { module } = context;

  if (nullArm === undefined) return emitter.cases(info, otherArms, isNullOtherwise ? info.nullCase : -1);
  const isNull = module.ref.is_null(context.read(value));
  if (otherArms.length === 0) {
    const rest = bodies.otherwise?.();
    return rest === undefined ? bodies.arm(nullArm) : module.if(isNull, bodies.arm(nullArm), rest);
  }
  return module.if(isNull, bodies.arm(nullArm), emitter.cases(info, otherArms, -1));
}

class MatchEmitter {
  readonly #types: HostTypes;
  readonly #context: FunctionContext;
  readonly #module: binaryen.Module;
  readonly #value: Variable;
  readonly #bodies: Bodies;

  constructor(types: HostTypes, context: FunctionContext, value: Variable, bodies: Bodies) {
    this.#types = types;
    this.#context = context;
    this.#module = context.module;
    this.#value = value;
    this.#bodies = bodies;
  }

  /**
   * The arms that are not for null. @param nullCase a case whose null may still come and goes to `otherwise`; -1: none
   */
  cases(info: UnionInfo, arms: readonly MatchArm[], nullCase: number): ExpressionRef {
    switch (info.kind) {
      case "direct":
        return this.#direct(arms, nullCase);
      case "tested":
        return this.#tested(info, arms);
      case "tagged":
        return this.#tagged(arms, nullCase);
    }
  }

  #read(): ExpressionRef {
    return this.#context.read(this.#value);
  }

  #otherwise(): ExpressionRef {
    return this.#bodies.otherwise?.() ?? this.#module.unreachable();
  }

  /** The value is the record: there is nothing to test but null. */
  #direct(arms: readonly MatchArm[], nullCase: number): ExpressionRef {
    const [arm] = arms;
    if (arm === undefined) return this.#otherwise();
    const body = (): ExpressionRef => this.#bind(arm, this.#read());
    if (nullCase < 0) return body();
    return this.#module.if(this.#module.ref.is_null(this.#read()), this.#otherwise(), body());
  }

  #tested(info: UnionInfo, arms: readonly MatchArm[]): ExpressionRef {
    const module = this.#module;
    const last = arms.at(-1);
    if (last === undefined) return this.#otherwise();
    const end = this.#context.newLabel("match");
    const statements: ExpressionRef[] = [];
    const tested = this.#bodies.otherwise === null ? arms.slice(0, -1) : arms;
    for (const arm of tested) {
      const type = this.#recordType(arm);
      if (arm.binding === undefined) {
        const body = module.block(null, [this.#bodies.arm(arm), module.br(end)]);
        statements.push(module.if(module.ref.test(this.#read(), type), body));
      } else {
        const failed = this.#context.newLabel("match");
        const record = module.br_on_cast_fail(failed, this.#read(), type);
        statements.push(module.drop(module.block(failed, [this.#bind(arm, record), module.br(end)], info.nullable)));
      }
    }
    const rest =
      this.#bodies.otherwise === null
        ? this.#bind(last, last.binding === undefined ? null : this.#cast(last))
        : this.#otherwise();
    if (statements.length === 0) return rest;
    return module.block(end, [...statements, rest], none);
  }

  #tagged(arms: readonly MatchArm[], nullCase: number): ExpressionRef {
    const module = this.#module;
    const tag = module.struct.get(TAG_SLOT, this.#read(), i32, false);
    const selector = nullCase < 0 ? tag : module.if(module.ref.is_null(this.#read()), module.i32.const(nullCase), tag);
    return this.#context.dispatch(
      selector,
      arms.map((arm) => ({
        values: [arm.caseIndex],
        body: () => this.#bind(arm, arm.binding === undefined ? null : this.#cast(arm)),
      })),
      this.#bodies.otherwise,
    );
  }

  #cast(arm: MatchArm): ExpressionRef {
    return this.#module.ref.cast(this.#read(), this.#recordType(arm));
  }

  /** Non-null reference to the record of the arm's case. */
  #recordType(arm: MatchArm): binaryen.Type {
    const { type } = this.#value;
    const record = type.kind === "union" ? type.union.cases[arm.caseIndex]?.record : undefined;
    if (!record) throw new TypeError(`${this.#value.name} has no record in case ${arm.caseIndex}`);
    return this.#types.record(record).type;
  }

  #bind(arm: MatchArm, record: ExpressionRef | null): ExpressionRef {
    const body = this.#bodies.arm(arm);
    if (arm.binding === undefined || record === null) return body;
    return this.#context.sequence([this.#context.assign(arm.binding, [record]), body]);
  }
}
