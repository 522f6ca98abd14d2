/** Emitted commands under node:wasi, and under engines that write little, refuse, or interrupt. */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { describe, expect, it } from "vitest";
import type { IrProgram } from "../../../src/lang/ir/ir.ts";
import { TEXT_ELEMENT } from "../../../src/lang/ir/ir.ts";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import { compileIr } from "../../support/fast.ts";
import { int, ProgramBuilder, TEXT } from "../ir-notation.ts";

/** Prints its arguments, its input, a thousand lines and ends with a panic if there is an argument "fail". */
function talkative(): IrProgram {
  const program = new ProgramBuilder();
  const main = program.declare("main", [], []);
  const args = main.define({ kind: "slice", element: TEXT_ELEMENT }, { op: "arguments" });
  const input = main.define(TEXT, { op: "readInput" });
  main.range(int(0), main.define({ kind: "int" }, { op: "sliceLength", slice: args }), (index) => {
    const arg = main.variable("arg", TEXT);
    main.emit({ op: "sliceGet", dsts: [arg], slice: args, index });
    main.print(arg);
    main.print(" ");
  });
  main.print(input);
  main.range(int(0), int(1000), () => main.print("0123456789\n"));
  const count = main.define({ kind: "int" }, { op: "sliceLength", slice: args });
  main.if(main.binary("gt", count, int(1)), () => main.panic("indexOutOfRange", count, int(1)));
  return program.program();
}

const LINES = "0123456789\n".repeat(1000);

function underNodeWasi(
  wasm: BufferSource,
  args: string[],
  input: string,
): { exitCode: number; out: string; err: string } {
  const folder = mkdtempSync(join(tmpdir(), "heapwright-"));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path("in"), input);
  const files = [openSync(path("in"), "r"), openSync(path("out"), "w"), openSync(path("err"), "w")] as const;
  try {
    const [stdin, stdout, stderr] = files;
    const wasi = new WASI({
      version: "preview1",
      args: ["program", ...args],
      stdin,
      stdout,
      stderr,
      returnOnExit: true,
    });
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(wasm),
      wasi.getImportObject() as WebAssembly.Imports,
    );
    const exitCode = wasi.start(instance);
    return { exitCode, out: readFileSync(path("out"), "utf8"), err: readFileSync(path("err"), "utf8") };
  } finally {
    for (const file of files) closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

describe("commands under node:wasi", () => {
  it("read arguments and input, write, and end with 0", () => {
    for (const manager of managerNames()) {
      const { wasm } = compileIr(talkative(), { manager });
      expect(underNodeWasi(wasm, ["ünï"], "input\n")).toEqual({ exitCode: 0, out: `ünï input\n${LINES}`, err: "" });
    }
  });

  it("report a panic on standard error, after their output, and end with 1", () => {
    for (const manager of managerNames()) {
      const { wasm } = compileIr(talkative(), { manager });
      const { exitCode, out, err } = underNodeWasi(wasm, ["a", "b"], "");
      expect(exitCode).toBe(1);
      expect(out).toBe(`a b ${LINES}`);
      expect(err).toBe("error: index 2 is out of range for length 1, at test.mote:7\n");
    }
  });
});

interface Engine {
  /** Most bytes a write takes. */
  readonly writeBytes?: number;
  /** Returned by every second write and read. */
  readonly transientErrno?: number;
  /** Returned by every write to standard output. */
  readonly writeErrno?: number;
  readonly readErrno?: number;
}

class Ended extends Error {}

/** A command under an engine with the given weaknesses. */
function underEngine(wasm: BufferSource, engine: Engine): { exitCode: number; out: string; err: string } {
  const sinks: Record<number, Buffer[]> = { 1: [], 2: [] };
  let [calls, exitCode] = [0, 0];
  let memory: WebAssembly.Memory;
  const isInterrupted = (): boolean => engine.transientErrno !== undefined && ++calls % 2 === 1;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    wasi_snapshot_preview1: {
      fd_write: (fd: number, iovec: number, _count: number, result: number) => {
        if (isInterrupted()) return engine.transientErrno;
        if (fd === 1 && engine.writeErrno !== undefined) return engine.writeErrno;
        const view = new DataView(memory.buffer);
        const bytes = Math.min(view.getUint32(iovec + 4, true), engine.writeBytes ?? Number.POSITIVE_INFINITY);
        sinks[fd]?.push(Buffer.from(new Uint8Array(memory.buffer, view.getUint32(iovec, true), bytes)));
        view.setUint32(result, bytes, true);
        return 0;
      },
      fd_read: (_fd: number, _iovec: number, _count: number, result: number) => {
        if (isInterrupted()) return engine.transientErrno;
        new DataView(memory.buffer).setUint32(result, 0, true);
        return engine.readErrno ?? 0;
      },
      fd_filestat_get: () => 8,
      args_sizes_get: (count: number, bytes: number) => {
        new DataView(memory.buffer).setUint32(count, 0, true);
        new DataView(memory.buffer).setUint32(bytes, 0, true);
        return 0;
      },
      args_get: () => 0,
      proc_exit: (code: number) => {
        exitCode = code;
        throw new Ended();
      },
    },
  });
  memory = instance.exports.memory as WebAssembly.Memory;
  try {
    (instance.exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  const textOf = (fd: number): string => Buffer.concat(sinks[fd] ?? []).toString();
  return { exitCode, out: textOf(1), err: textOf(2) };
}

describe("commands under weak engines", () => {
  // Without the optimiser, a command may ask for a clock that it never reads.
  const built = managerNames().map((manager) => compileIr(talkative(), { manager, optimise: true }).wasm);

  it("continue short writes", () => {
    for (const wasm of built) {
      expect(underEngine(wasm, { writeBytes: 7 })).toEqual({ exitCode: 0, out: LINES, err: "" });
    }
  });

  it("repeat what was interrupted", () => {
    for (const wasm of built) {
      for (const transientErrno of [6, 27]) {
        expect(underEngine(wasm, { transientErrno })).toEqual({ exitCode: 0, out: LINES, err: "" });
      }
    }
  });

  it("give up when output is refused or takes nothing", () => {
    for (const wasm of built) {
      expect(underEngine(wasm, { writeErrno: 64 })).toEqual({ exitCode: 1, out: "", err: "" });
      expect(underEngine(wasm, { writeBytes: 0 })).toEqual({ exitCode: 1, out: "", err: "" });
    }
  });

  it("say that the input cannot be read", () => {
    for (const wasm of built) {
      const { exitCode, err } = underEngine(wasm, { readErrno: 29 });
      expect([exitCode, err]).toEqual([1, "error: cannot read the input\n"]);
    }
  });
});
