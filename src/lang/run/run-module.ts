/**
 * Runs an emitted command in this process, with input and output in memory: just the part of WASI preview 1 that
 * the compiler uses, synchronous, and the program's ports. `build`'s output runs under any other WASI engine as well.
 */

import { BuildOptionError, requireWord, START_SETTINGS, type StartSetting } from "../options.ts";
import { type ExternImport, ExternLinker, type ExternModules, OWN_MODULES, type ProgramMemory } from "./externs.ts";
import type { Ports } from "./ports/host-port.ts";
import { portImports } from "./ports/imports.ts";

const ERRNO_SUCCESS = 0;
const ERRNO_BADF = 8;
const CHARACTER_DEVICE = 2;
const REGULAR_FILE = 4;
const PROGRAM_NAME = "program";

export interface RunOptions {
  /** The command line's arguments, without the program's name. */
  readonly args?: readonly string[];
  /** All of standard input; a regular file to the program. */
  readonly input?: Uint8Array;
  /** Standard input comes in pieces of at most so many bytes and without a size, as from a pipe. */
  readonly pipedBytes?: number;
  /** What the program's ports to the host are, by name; the handlers are called while the program runs. */
  readonly ports?: Ports;
  /** Sizes that an adjustable module is to begin with, each from 0, which stands for the default, to 2^32 - 1. */
  readonly settings?: Partial<Readonly<Record<StartSetting, number>>>;
  readonly hooks?: PauseHooks;
  /** The modules of the program's extern functions, by name. */
  readonly externs?: ExternModules;
  /**
   * Called after each collection of a module built with `traceGc`. @param statistics the address of the core's block
   */
  readonly onCollected?: (memory: WebAssembly.Memory, statistics: number) => void;
  /** Called with the instance's exports before the program starts. */
  readonly onInstance?: (exports: WebAssembly.Exports) => void;
  /** Takes output (stream 1) and errors (2) as they come; the result's `stdout` and `stderr` then stay empty. */
  readonly onWrite?: (stream: 1 | 2, bytes: Uint8Array) => void;
}

/** Called around what may collect, such as a slow allocation, by modules built with `pauses`. */
export interface PauseHooks {
  pauseBegin(): void;
  pauseEnd(): void;
}

export interface RunResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** As given to `proc_exit`; 0 after a normal end; 1 with a message in `stderr` when the wasm stack overflowed. */
  readonly exitCode: number;
  /** The instance's exports: the memory, counters of measuring builds. */
  readonly exports: WebAssembly.Exports;
  /** Time between entering and leaving `_start`, in milliseconds; compilation and instantiation excluded. */
  readonly ms: number;
}

class Exit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/**
 * Runs a command to its end.
 * @param program wasm bytes, or a compiled module
 * @throws WebAssembly.CompileError, LinkError; WebAssembly.RuntimeError for traps, which emitted code does not cause;
 *   TypeError when the program uses a port that is not wired, or is given what is no value of it; whatever handlers throw
 *   BuildOptionError for a setting that the module does not have; MissingExternError; ExternError when an extern module does not fit, or one of its functions fails
 */
export function runModule(program: Uint8Array | WebAssembly.Module, options: RunOptions = {}): RunResult {
  const module =
    program instanceof WebAssembly.Module ? program : new WebAssembly.Module(program as Uint8Array<ArrayBuffer>);
  const system = new MemorySystem(options);
  const externs = new ExternLinker(externImports(module), options.externs ?? {});
  const instance = new WebAssembly.Instance(module, {
    ...externs.imports(),
    wasi_snapshot_preview1: system.imports(),
    ...portImports(module, options.ports ?? {}, (address, count) => system.bytes(address, count)),
    heapwright: {
      pauseBegin: options.hooks?.pauseBegin ?? noHook,
      pauseEnd: options.hooks?.pauseEnd ?? noHook,
    },
    host: {
      now: () => performance.now(),
      collected: (statistics: number) => {
        options.onCollected?.(instance.exports.memory as WebAssembly.Memory, statistics >>> 0);
      },
    },
  });
  const { memory, _start: start } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== "function") {
    throw new TypeError("not a command: it has to export memory and _start");
  }
  system.attach(memory);
  externs.attach(instance.exports as unknown as ProgramMemory);
  applySettings(instance.exports, options.settings ?? {});
  options.onInstance?.(instance.exports);
  let exitCode = 0;
  const begin = performance.now();
  let end: number;
  try {
    start();
    end = performance.now();
  } catch (error) {
    end = performance.now();
    if (error instanceof Exit) {
      exitCode = error.code;
    } else if (isStackOverflow(error)) {
      // The engine's own stack is full; the module had no chance to say so.
      system.emit(2, new TextEncoder().encode("error: stack overflow\n"));
      exitCode = 1;
    } else {
      throw error;
    }
  }
  return {
    stdout: Buffer.concat(system.stdout),
    stderr: Buffer.concat(system.stderr),
    exitCode,
    exports: instance.exports,
    ms: end - begin,
  };
}

/** What a command imports from modules that we do not provide. */
function externImports(module: WebAssembly.Module): ExternImport[] {
  return WebAssembly.Module.imports(module).filter((each) => !OWN_MODULES.includes(each.module));
}

/** Sets the globals that an adjustable build exports. */
function applySettings(exports: WebAssembly.Exports, settings: NonNullable<RunOptions["settings"]>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!START_SETTINGS.includes(name as StartSetting)) {
      throw new BuildOptionError(`there is no setting ${name}; a module may have ${START_SETTINGS.join(", ")}`);
    }
    requireWord(name, value);
    const setting = exports[name];
    if (!(setting instanceof WebAssembly.Global)) {
      throw new BuildOptionError(
        `this module has no setting ${name}: build it with \`adjustable\`, under a manager that has this size`,
      );
    }
    setting.value = value | 0;
  }
}

function noHook(): void {}

/** Handlers of ports may throw other RangeErrors; the stack is theirs, too, so that it does not matter who fills it. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

class MemorySystem {
  readonly stdout: Uint8Array[] = [];
  readonly stderr: Uint8Array[] = [];
  readonly #input: Uint8Array;
  readonly #pieceBytes: number;
  readonly #isPiped: boolean;
  readonly #arguments: readonly Uint8Array[];
  readonly #onWrite: RunOptions["onWrite"];
  #inputAt = 0;
  #memory: WebAssembly.Memory | null = null;

  constructor(options: RunOptions) {
    this.#input = options.input ?? new Uint8Array();
    this.#isPiped = options.pipedBytes !== undefined;
    this.#pieceBytes = options.pipedBytes ?? Number.POSITIVE_INFINITY;
    this.#onWrite = options.onWrite;
    this.#arguments = [PROGRAM_NAME, ...(options.args ?? [])].map((text) => new TextEncoder().encode(text));
  }

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  imports(): WebAssembly.ModuleImports {
    return {
      clock_time_get: (_clock: number, _precision: bigint, at: number) => this.#clock(at),
      fd_write: (fd: number, iovecs: number, count: number, written: number) => this.#write(fd, iovecs, count, written),
      fd_read: (fd: number, iovecs: number, count: number, read: number) => this.#read(fd, iovecs, count, read),
      fd_filestat_get: (fd: number, stat: number) => this.#filestat(fd, stat),
      args_sizes_get: (count: number, bytes: number) => this.#argumentSizes(count, bytes),
      args_get: (table: number, buffer: number) => this.#loadArguments(table, buffer),
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
    };
  }

  emit(stream: 1 | 2, bytes: Uint8Array): void {
    if (this.#onWrite !== undefined) this.#onWrite(stream, bytes);
    else (stream === 1 ? this.stdout : this.stderr).push(bytes);
  }

  /** A part of the memory. */
  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.#view().buffer, address >>> 0, count >>> 0);
  }

  /** The memory may have grown since the last call, so that views are made anew. */
  #view(): DataView {
    if (this.#memory === null) throw new TypeError("the module called WASI before _start");
    return new DataView(this.#memory.buffer);
  }

  #iovec(view: DataView, iovecs: number, index: number): Uint8Array {
    const at = (iovecs >>> 0) + index * 8;
    return new Uint8Array(view.buffer, view.getUint32(at, true), view.getUint32(at + 4, true));
  }

  #write(fd: number, iovecs: number, count: number, written: number): number {
    if (fd !== 1 && fd !== 2) return ERRNO_BADF;
    const view = this.#view();
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      const piece = this.#iovec(view, iovecs, index).slice();
      this.emit(fd, piece);
      bytes += piece.byteLength;
    }
    view.setUint32(written >>> 0, bytes, true);
    return ERRNO_SUCCESS;
  }

  #read(fd: number, iovecs: number, count: number, read: number): number {
    if (fd !== 0) return ERRNO_BADF;
    const view = this.#view();
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      const target = this.#iovec(view, iovecs, index);
      const length = Math.min(target.byteLength, this.#pieceBytes - bytes, this.#input.byteLength - this.#inputAt);
      target.set(this.#input.subarray(this.#inputAt, this.#inputAt + length));
      this.#inputAt += length;
      bytes += length;
    }
    view.setUint32(read >>> 0, bytes, true);
    return ERRNO_SUCCESS;
  }

  #clock(at: number): number {
    this.#view().setBigUint64(at >>> 0, BigInt(Math.round(performance.now() * 1e6)), true);
    return ERRNO_SUCCESS;
  }

  #filestat(fd: number, stat: number): number {
    if (fd !== 0) return ERRNO_BADF;
    const view = this.#view();
    const at = stat >>> 0;
    new Uint8Array(view.buffer, at, 64).fill(0);
    view.setUint8(at + 16, this.#isPiped ? CHARACTER_DEVICE : REGULAR_FILE);
    view.setBigUint64(at + 32, this.#isPiped ? 0n : BigInt(this.#input.byteLength), true);
    return ERRNO_SUCCESS;
  }

  #argumentSizes(count: number, bytes: number): number {
    const view = this.#view();
    view.setUint32(count >>> 0, this.#arguments.length, true);
    const total = this.#arguments.reduce((sum, text) => sum + text.byteLength + 1, 0);
    view.setUint32(bytes >>> 0, total, true);
    return ERRNO_SUCCESS;
  }

  #loadArguments(table: number, buffer: number): number {
    const view = this.#view();
    let at = buffer >>> 0;
    this.#arguments.forEach((text, index) => {
      view.setUint32((table >>> 0) + index * 4, at, true);
      new Uint8Array(view.buffer).set(text, at);
      at += text.byteLength;
      view.setUint8(at++, 0);
    });
    return ERRNO_SUCCESS;
  }
}
