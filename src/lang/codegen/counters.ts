/**
 * Measuring builds: counts of objects and bytes, and calls of the host around pauses.
 *
 * With `measure` two mutable i64 globals, exported as `objects` and `bytes`, are incremented at each allocation (bytes
 * as occupied: header and rounding included). With `pauses` whatever may collect, mostly a slow allocation, stands
 * between calls of two imports, so that the host can time it. Without them nothing is emitted: a build that is timed
 * carries neither.
 */

import binaryen from "binaryen";
import type { BuildOptions } from "../options.ts";
import type { ModuleExport } from "./wasm.ts";

const OBJECTS = "heapwright.objects";
const BYTES = "heapwright.bytes";
const PAUSE_BEGIN = "heapwright.pauseBegin";
const PAUSE_END = "heapwright.pauseEnd";

export class Counters {
  readonly #module: binaryen.Module;
  readonly #measure: boolean;
  readonly #pauses: boolean;

  constructor(module: binaryen.Module, options: BuildOptions) {
    this.#module = module;
    this.#measure = options.measure ?? false;
    this.#pauses = options.pauses ?? false;
    if (this.#measure) {
      for (const name of [OBJECTS, BYTES]) module.addGlobal(name, binaryen.i64, true, module.i64.const(0n));
    }
    if (this.#pauses) {
      module.addFunctionImport(PAUSE_BEGIN, "heapwright", "pauseBegin", binaryen.none, binaryen.none);
      module.addFunctionImport(PAUSE_END, "heapwright", "pauseEnd", binaryen.none, binaryen.none);
    }
  }

  /** The globals a measuring build exports. */
  get exports(): readonly ModuleExport[] {
    if (!this.#measure) return [];
    return [
      { kind: "global", internal: OBJECTS, external: "objects" },
      { kind: "global", internal: BYTES, external: "bytes" },
    ];
  }

  /**
   * Statements that count one object.
   * @param bytes makes the number of bytes it occupies (i32, unsigned); not called when nothing is counted
   */
  countObject(bytes: () => binaryen.ExpressionRef): binaryen.ExpressionRef[] {
    if (!this.#measure) return [];
    const module = this.#module;
    const add = (name: string, amount: binaryen.ExpressionRef): binaryen.ExpressionRef =>
      module.global.set(name, module.i64.add(module.global.get(name, binaryen.i64), amount));
    return [add(OBJECTS, module.i64.const(1n)), add(BYTES, module.i64.extend_u(bytes()))];
  }

  /** Statements in front of what may collect. */
  pauseBegin(): binaryen.ExpressionRef[] {
    return this.#pauses ? [this.#module.call(PAUSE_BEGIN, [], binaryen.none)] : [];
  }

  /** Statements behind it. */
  pauseEnd(): binaryen.ExpressionRef[] {
    return this.#pauses ? [this.#module.call(PAUSE_END, [], binaryen.none)] : [];
  }
}
