/**
 * Telling the cases of a union apart in linear memory.
 *
 * A case without a record is a small number, one with a record an address whose header names it. With one record case
 * and all others as arms no header is read.
 */

import binaryen from "binaryen";
import { FIRST_ADDRESS, SHAPE_SHIFT } from "#contract";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { InstructionOf, MatchArm, Variable } from "../../ir/ir.ts";
import type { UnionLayout } from "./layout.ts";

const { none } = binaryen;

/** Emits a match; see `FunctionLowering.match`. */
export function emitMatch(
  context: FunctionContext,
  layout: UnionLayout,
  instruction: InstructionOf<"match">,
  arm: (arm: MatchArm) => ExpressionRef,
  otherwise: (() => ExpressionRef) | null,
): ExpressionRef {
  const { module } = context;
  const { value, arms } = instruction;
  const body = (each: MatchArm) => (): ExpressionRef => {
    const bind = each.binding === undefined ? [] : [context.assign(each.binding, [context.read(value)])];
    return context.sequence([...bind, arm(each)]);
  };
  const recordArms = arms
    .filter((each) => layout.ordinalOf(each.caseIndex) >= 0)
    .map((each) => ({ values: [layout.ordinalOf(each.caseIndex)], body: body(each) }));
  const immediateArms = arms
    .filter((each) => layout.ordinalOf(each.caseIndex) < 0)
    .map((each) => ({ values: [layout.immediateOf(each.caseIndex)], body: body(each) }));

  if (layout.immediateCount === 0) {
    return context.dispatch(ordinalOf(context, value, layout), recordArms, otherwise);
  }
  if (layout.recordCount === 1) {
    // All other values are immediates: comparing with them leaves the record, without a look at its header.
    const [record] = recordArms;
    if (record !== undefined && immediateArms.length === layout.immediateCount) {
      return context.dispatch(context.read(value), immediateArms, record.body);
    }
  }
  if (otherwise === null) {
    return module.if(
      isImmediate(context, value, layout),
      context.dispatch(context.read(value), immediateArms, null),
      context.dispatch(ordinalOf(context, value, layout), recordArms, null),
    );
  }
  // Two selections lead to one common body.
  const label = context.newLabel("match");
  const end = `${label}.end`;
  const toOtherwise = (): ExpressionRef => module.br(label);
  return module.block(
    end,
    [
      module.block(
        label,
        [
          module.if(
            isImmediate(context, value, layout),
            context.dispatch(context.read(value), immediateArms, toOtherwise),
            context.dispatch(ordinalOf(context, value, layout), recordArms, toOtherwise),
          ),
          module.br(end),
        ],
        none,
      ),
      otherwise(),
    ],
    none,
  );
}

function isImmediate(context: FunctionContext, value: Variable, layout: UnionLayout): ExpressionRef {
  const { module } = context;
  if (layout.immediateCount === 1) return module.i32.eqz(context.read(value));
  return module.i32.lt_u(context.read(value), module.i32.const(FIRST_ADDRESS));
}

/** Which record case a pointer's header names. */
function ordinalOf(context: FunctionContext, value: Variable, layout: UnionLayout): ExpressionRef {
  const { module } = context;
  if (layout.recordCount === 1) return module.i32.const(0);
  const header = module.i32.load(0, 4, context.read(value));
  const distance = module.i32.sub(header, module.i32.const(layout.shapeBase));
  return module.i32.shr_u(distance, module.i32.const(SHAPE_SHIFT));
}
