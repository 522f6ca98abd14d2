/** Internal names of what the collected heap uses of the core, and of its own constants. */

import type binaryen from "binaryen";
import { coreName } from "../../codegen/core.ts";

/** Where the nursery is: a constant, though its size is not, since the engine may grant less than is asked for. */
export const NURSERY_BASE = "gc.nurseryBase";
/** Where the shadow stack begins: a constant as well. */
export const SHADOW_BASE = "gc.shadowBase";

const CORE_NAMES = [
  "gcInit",
  "gcAllocRecord",
  "gcAllocArray",
  "gcReserve",
  "memoryClear",
  "nurseryTop",
  "nurseryLimit",
  "nurseryBase",
  "nurseryBytes",
  "nurseryStartBits",
  "nurserySideTop",
  "shadowTop",
  "barrierBase",
  "barrierBytes",
  "barrierBox",
  "barrierSlice",
] as const;
export type CoreName = (typeof CORE_NAMES)[number];
export type CoreNames = Readonly<Record<CoreName, string>>;

/** The names in a module that has the core. */
export function heapNames(module: binaryen.Module): CoreNames {
  return Object.fromEntries(CORE_NAMES.map((name) => [name, coreName(module, name)])) as Record<CoreName, string>;
}
