/** Mote for programs that compile and run it: what `heapwright/lang` exports. */

export {
  MATURE_SPACES,
  type MatureSpace,
  POINTER_REPS,
  type PointerReps,
  START_FINDERS,
  type StartFinder,
} from "../core/settings.ts";
export type { SparseLimits } from "../core/sparse-limits.ts";
export type { BuiltModule } from "./codegen/build.ts";
export { compile } from "./compile.ts";
export { managerNamed, managerNames } from "./managers/registry.ts";
export { BuildOptionError, type BuildOptions, InternalCompilerError } from "./options.ts";
export type { PortFunction, PortType, PortUse } from "./port-abi.ts";
export { type EngineUser, missingEngineFeature, requireEngine, UnsupportedEngineError } from "./run/engine.ts";
export {
  ExternError,
  type ExternFunctions,
  type ExternImport,
  type ExternModule,
  type ExternModules,
  MissingExternError,
  type ProgramMemory,
  requireExterns,
} from "./run/externs.ts";
export { HostPort, type PortHandlers, type Ports, type PortValue } from "./run/ports/host-port.ts";
export { type PauseHooks, type RunOptions, type RunResult, runModule } from "./run/run-module.ts";
export { MoteError, SourceFile } from "./source.ts";
