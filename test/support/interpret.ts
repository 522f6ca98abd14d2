/** Runs whole programs in the interpreter: the oracle that compiled programs are compared against. */

import { Interpreter } from "../../src/lang/interpret/interpreter.ts";
import type { Observer } from "../../src/lang/interpret/observer.ts";
import { Panic, panicMessage } from "../../src/lang/interpret/stops.ts";
import type { Slice } from "../../src/lang/interpret/values.ts";
import type { ExternCall } from "../../src/lang/interpret/world.ts";
import type { IrProgram } from "../../src/lang/ir/ir.ts";
import { externsOf } from "../../src/lang/ir/outside.ts";
import { usedPorts } from "../../src/lang/ir/ports.ts";
import { ExternLinker, type ExternModules } from "../../src/lang/run/externs.ts";
import { PortCalls } from "../../src/lang/run/ports/calls.ts";
import type { Ports } from "../../src/lang/run/ports/host-port.ts";
import { ManualMemory } from "./manual-memory.ts";

export interface InterpreterInput {
  readonly args?: readonly string[];
  readonly input?: Uint8Array;
  /** What ports to the host are, by name. */
  readonly ports?: Ports;
  readonly externs?: ExternModules;
  /** The deepest chain of calls; beyond it the program stops with a stack overflow. */
  readonly maxDepth?: number;
  /** Is told of calls and allocations while the program runs. */
  readonly observer?: Observer;
}

export interface InterpreterOutcome {
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly exitCode: number;
  /** Allocated objects by the site's description: "Node", "[Int]". */
  readonly allocations: ReadonlyMap<string, number>;
  /** Records made inside others: no objects, but for a manager that has no pointers to the inside of one. */
  readonly parts: number;
}

/** Runs a program to its end. */
export function interpret(program: IrProgram, input: InterpreterInput = {}): InterpreterOutcome {
  const { maxDepth, observer } = input;
  const ports = new PortCalls(input.ports ?? {});
  ports.require(usedPorts(program));
  const memory = new ManualMemory();
  const linker = new ExternLinker(externsOf(program), input.externs ?? {});
  const externs = linker.imports();
  linker.attach(memory);
  const written: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  const interpreter = new Interpreter({
    world: {
      write: (stream, bytes) => written[stream].push(bytes),
      input: () => input.input ?? new Uint8Array(0),
      args: () => input.args ?? [],
      ports: () => ports,
      memory: () => memory,
      callExtern: (call, args) => callExtern(externs, memory, call, args),
    },
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(observer === undefined ? {} : { observer }),
  });
  let exitCode = 0;
  let message = "";
  try {
    interpreter.run(program.main);
  } catch (error) {
    if (!(error instanceof Panic)) throw error;
    exitCode = 1;
    const said = panicMessage(error);
    if (said !== null) message = `error: ${said}, at ${program.file}:${error.line}\n`;
  }
  const stderr = new TextDecoder().decode(Buffer.concat(written[2])) + message;
  const { allocations, parts } = interpreter;
  return { stdout: Buffer.concat(written[1]), stderr, exitCode, allocations, parts };
}

/** Calls a function of another module, with copies of texts in memory while it runs. */
function callExtern(
  externs: WebAssembly.Imports,
  memory: ManualMemory,
  { extern, line }: ExternCall,
  args: readonly unknown[],
): unknown {
  const copies: number[] = [];
  const passed = args.flatMap((arg, index) => {
    if (extern.params[index]!.kind !== "slice") return [arg];
    const { storage, start, length } = arg as Slice;
    const copy = memory.allocate(length);
    const bytes = (storage.data as Uint8Array).subarray(start, start + length);
    new Uint8Array(memory.memory.buffer).set(bytes, copy);
    copies.push(copy);
    return [copy, length];
  });
  const before = memory.liveBytes;
  const result = (externs[extern.module]![extern.name] as (...args: unknown[]) => unknown)(...passed);
  if (memory.liveBytes !== before && extern.effect !== "kept") {
    throw new Panic(extern.effect === "nothing" ? "allocatedSomething" : "keptMemory", line);
  }
  for (const copy of copies) memory.free(copy);
  return result;
}
