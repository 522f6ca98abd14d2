/**
 * What code generation decides about each function of a program under `regions` and `sparse`, once their pass has
 * changed it (prepare.ts): what lies where in its frame, and what it is handed.
 *
 * The hidden parameters of a function are, in this order:
 *
 *     its callers' regions | if it is resumed: the checkpoints to go on with, or 0 | where its frame begins
 *
 * The last one is there for functions with a frame and for those that call one. So frames need no global that every
 * call would have to move and to put back.
 */

import type { Bound, InstructionOf, IrFunction, IrProgram } from "../../ir/ir.ts";
import { withCallers } from "../../ir/safepoints.ts";
import type { BuildOptions } from "../../options.ts";
import { type FrameLayout, layoutFrame, type Sized } from "./frame-layout.ts";
import { findPromotedLoops } from "./promoted-tops.ts";

/** What the lowering of a function needs besides its instructions. */
export interface FunctionPlan {
  readonly layout: FrameLayout;
  /** What it does about its callers' regions at its beginning. */
  readonly checkpoint: InstructionOf<"regionCheckpoint"> | null;
  /** The loops during which a local says where a region is filled to. */
  readonly promotedLoops: ReadonlyMap<InstructionOf<"loop">, Bound>;
  /** Whether it is told where its frame begins. */
  readonly takesTop: boolean;
}

/**
 * @param bytesOf the size of what an instruction makes; null where only the program's run tells
 * @param options with `debug`, loads are checked: then every function is told where its frame begins, memory says where
 *   regions are filled to, and frames hold no objects, so that uses of ended ones are noticed; with zeal they do, to be
 *   searched like those of other builds
 */
export function planFunctions(
  program: IrProgram,
  bytesOf: (instruction: Sized) => number | null,
  { debug: isDebug = false, zeal }: BuildOptions,
): ReadonlyMap<IrFunction, FunctionPlan> {
  const framesHoldObjects = !isDebug || Boolean(zeal);
  const plans = new Map<IrFunction, Omit<FunctionPlan, "takesTop">>();
  const { functions } = program;
  for (const fn of functions) {
    const checkpoint = fn.body.instructions.find((i) => i.op === "regionCheckpoint") ?? null;
    const layout = layoutFrame(fn, checkpoint, bytesOf, framesHoldObjects);
    const promotedLoops = isDebug ? new Map() : findPromotedLoops(fn, layout, bytesOf);
    plans.set(fn, { layout, checkpoint, promotedLoops });
  }
  const withFrames = functions.filter((fn) => plans.get(fn)!.layout.bytes > 0);
  const takers = isDebug ? new Set(functions) : withCallers(program, withFrames);
  return new Map([...plans].map(([fn, plan]) => [fn, { ...plan, takesTop: takers.has(fn) }]));
}
