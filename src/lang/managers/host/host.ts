/**
 * The manager `host`: WasmGC structs and arrays, allocated and freed by the engine. The yardstick for the others.
 *
 * How types look is in types.ts. A slice is three wasm values: array, offset, length; an empty one refers to an
 * empty array that all share, so that it keeps nothing alive. The engine finds references by itself: there are no
 * safepoints, no shadow stack and no barriers here. Linear memory serves input and output, and what a program allocates
 * itself: only then the core is in the module, for its malloc.
 *
 * Invariants:
 *  - Locals are nullable; `locals.read` makes the value non-null where the type says so. The optimiser drops the check where
 *    it sees the assignment, or an access that checks anyway.
 */

import binaryen from "binaryen";
import { CORE_FEATURES, CORE_MEMORY, openCore } from "../../codegen/core.ts";
import type { FunctionContext } from "../../codegen/function-context.ts";
import type {
  FunctionLowering,
  LocalValues,
  Manager,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
} from "../../codegen/manager.ts";
import type { WasmType } from "../../codegen/wasm.ts";
import { BYTE_ELEMENT, type IrType, TEXT_ELEMENT } from "../../ir/ir.ts";
import { usesMalloc } from "../../ir/outside.ts";
import { HostConstants } from "./constants.ts";
import type { SharedHost } from "./elements.ts";
import { HostGlobals } from "./globals.ts";
import { HostIo } from "./io.ts";
import { HostLowering } from "./lowering.ts";
import { HostStatics } from "./statics.ts";
import { HostTypes } from "./types.ts";

const MEMORY = "host.memory";
const UNLIMITED_PAGES = -1;

export const host: ManagerFactory = {
  closedWorld: true,
  createModule(options, program) {
    const module = usesMalloc(program) ? openCore(options.debug ?? false) : emptyModule();
    module.setFeatures(CORE_FEATURES | binaryen.Features.GC | binaryen.Features.ReferenceTypes);
    return module;
  },
  create: (context) => new HostManager(context),
};

function emptyModule(): binaryen.Module {
  const module = new binaryen.Module();
  // Loads and stores name their memory when they are made; its size and data are decided at the end.
  module.setMemory(1, UNLIMITED_PAGES, null, [], false, false, MEMORY);
  return module;
}

class HostManager implements Manager {
  readonly locals: LocalValues;
  readonly #shared: SharedHost;

  constructor(context: ManagerContext) {
    const { module, data, wasi, ports, counters, program } = context;
    const types = new HostTypes(module, program);
    const globals = new HostGlobals(module, types);
    const bytes = types.element(BYTE_ELEMENT);
    const texts = types.element(TEXT_ELEMENT);
    const constants = new HostConstants(module, data, bytes);
    const statics = new HostStatics({ module, data, types, constants });
    const io = new HostIo({ module, data, wasi, ports, counters, constants, bytes, texts });
    this.#shared = { context, types, io, constants, globals, statics };
    this.locals = {
      types: ({ type }) => types.nullableRepresentation(type),
      read: ({ type }, part, content) => {
        if (part !== 0 || types.nullableRepresentation(type)[0] === types.representation(type)[0]) return content;
        return module.ref.as_non_null(content);
      },
    };
  }

  representation(type: IrType): readonly WasmType[] {
    return this.#shared.types.representation(type);
  }

  lower(context: FunctionContext): FunctionLowering {
    return new HostLowering(this.#shared, context);
  }

  finish(): ManagerResult {
    const { context, constants: shared, statics: own } = this.#shared;
    const { module, program, manual, wasi } = context;
    const statics = own.start();
    const constants = module.block(null, [shared.start(), statics]);
    const memory = usesMalloc(program) ? CORE_MEMORY : MEMORY;
    const start = usesMalloc(program)
      ? module.block(null, [module.if(manual.open(module.i32.const(0)), wasi.panic("outOfMemory", 0)), constants])
      : constants;
    return { start, mainArguments: [], memory: { name: memory, bytes: 0 }, exports: [], neverInline: ["host.*"] };
  }
}
