/**
 * Extern modules beside a running program: JavaScript functions, or a wasm module that may share the program's memory.
 *
 * The program imports functions of the extern modules, and they its memory and allocator. The circle is broken here:
 * the program gets functions that call what is known later, when the extern modules have been given what the program
 * exports.
 */

import { PORTS_MODULE } from "../port-abi.ts";

/** Modules that a program imports from for purposes of its own. */
export const OWN_MODULES: readonly string[] = ["heapwright", "host", PORTS_MODULE, "wasi_snapshot_preview1"];

/** What an extern module may use of the program; a wasm module imports it from the module `heapwright`. */
export interface ProgramMemory {
  readonly memory: WebAssembly.Memory;
  /** Allocates zeroed bytes. @returns their address; 0 when there is no memory */
  allocate(bytes: number): number;
  /** @returns the address of memory with the same contents, and zeros behind; 0 when there is none */
  resize(address: number, bytes: number): number;
  free(address: number): void;
}

/**
 * By the names that the program declares. Int, Byte, Bool and pointers are numbers, a Long is a bigint, a Text an
 * address and a length.
 */
export type ExternFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** A wasm module, functions, or what makes them when the program's memory is there. */
export type ExternModule = WebAssembly.Module | ExternFunctions | ((program: ProgramMemory) => ExternFunctions);

export type ExternModules = Readonly<Record<string, ExternModule>>;

/** A function that a program imports. */
export interface ExternImport {
  readonly module: string;
  readonly name: string;
}

/** A program needs an extern module that is not given. */
export class MissingExternError extends Error {
  override readonly name = "MissingExternError";
}

/** An extern module cannot be used, or one of its functions failed. */
export class ExternError extends Error {
  override readonly name = "ExternError";
}

/**
 * Makes sure that all modules are given.
 * @throws MissingExternError
 */
export function requireExterns(imports: readonly ExternImport[], given: ReadonlySet<string>): void {
  const missing = imports.find(({ module }) => !given.has(module));
  if (missing === undefined) return;
  const { module, name } = missing;
  throw new MissingExternError(
    `the program needs the extern module ${module}, for its function ${name}: give it with --extern ${module}=FILE`,
  );
}

type Callable = (...args: unknown[]) => unknown;

export class ExternLinker {
  readonly #imports: readonly ExternImport[];
  readonly #modules: ExternModules;
  readonly #bound = new Map<string, Callable>();

  /** @throws MissingExternError */
  constructor(imports: readonly ExternImport[], modules: ExternModules) {
    requireExterns(imports, new Set(Object.keys(modules)));
    this.#imports = imports;
    this.#modules = modules;
  }

  /** What the program is instantiated with. */
  imports(): WebAssembly.Imports {
    const imports: Record<string, Record<string, Callable>> = {};
    for (const { module, name } of this.#imports) {
      imports[module] ??= {};
      imports[module][name] = (...args) => this.#call(module, name, args);
    }
    return imports;
  }

  /**
   * Instantiates the extern modules that the program calls; before it starts.
   * @throws ExternError
   */
  attach({ memory, allocate, resize, free }: ProgramMemory): void {
    const program: ProgramMemory = { memory, allocate, resize, free };
    for (const module of new Set(this.#imports.map((each) => each.module))) {
      const functions = instantiate(module, this.#modules[module]!, program);
      for (const { name } of this.#imports.filter((each) => each.module === module)) {
        const callable = functions[name];
        if (typeof callable !== "function")
          throw new ExternError(`the extern module ${module} has no function ${name}`);
        this.#bound.set(`${module} ${name}`, callable as Callable);
      }
    }
  }

  #call(module: string, name: string, args: readonly unknown[]): unknown {
    try {
      return this.#bound.get(`${module} ${name}`)!(...args);
    } catch (error) {
      if (isStackOverflow(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ExternError(`the extern function ${name} of ${module} failed: ${reason}`, { cause: error });
    }
  }
}

function instantiate(name: string, module: ExternModule, program: ProgramMemory): Readonly<Record<string, unknown>> {
  try {
    if (typeof module === "function") return module(program);
    if (!(module instanceof WebAssembly.Module)) return module;
    return new WebAssembly.Instance(module, { heapwright: program as unknown as WebAssembly.ModuleImports }).exports;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExternError(`the extern module ${name} cannot be used: ${reason}`, { cause: error });
  }
}

/** The program's own calls and those of the extern function share one stack. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}
