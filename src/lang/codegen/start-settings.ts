/**
 * Sizes that a module begins with: constants of the build, or, in an adjustable one, globals that its host may set
 * before `_start`. A manager asks for each size where it opens its heap; what no manager asks for is not exported.
 */

import binaryen from "binaryen";
import type { BuildOptions, StartSetting } from "../options.ts";
import type { ExpressionRef, ModuleExport } from "./wasm.ts";

export class StartSettings {
  readonly #module: binaryen.Module;
  readonly #options: BuildOptions;
  readonly #globals = new Set<StartSetting>();

  constructor(module: binaryen.Module, options: BuildOptions) {
    this.#module = module;
    this.#options = options;
  }

  /** The value of a setting (i32, unsigned); 0 where nobody chose one. */
  value(name: StartSetting): ExpressionRef {
    const initial = this.#module.i32.const((this.#options[name] ?? 0) | 0);
    if (!this.#options.adjustable) return initial;
    if (!this.#globals.has(name)) {
      this.#globals.add(name);
      this.#module.addGlobal(globalName(name), binaryen.i32, true, initial);
    }
    return this.#module.global.get(globalName(name), binaryen.i32);
  }

  /** The globals of an adjustable build. */
  get exports(): readonly ModuleExport[] {
    return [...this.#globals].map((name) => ({ kind: "global", internal: globalName(name), external: name }));
  }
}

function globalName(name: StartSetting): string {
  return `setting.${name}`;
}
