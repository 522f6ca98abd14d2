/**
 * Compiles parts of the core for tests of their own: an entry file that re-exports what a test wants to call, built
 * with the options of the debug target. What the core exports for compilers is far less than what its files offer each
 * other.
 */

import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface CorePart {
  memory: WebAssembly.Memory;
  exports: Record<string, (...args: number[]) => number>;
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * An instance of its own of a part of the core, which is compiled once for all tests of a worker.
 * @param entry AssemblyScript source; imports are relative to the repository's root ("./assembly/memory/bits")
 * @param pages initial size of the memory, in 64 KiB pages
 */
export async function compileCorePart(entry: string, pages: number, maximum = 65536): Promise<CorePart> {
  const compiled = modules.get(entry) ?? compile(entry);
  modules.set(entry, compiled);
  const memory = new WebAssembly.Memory({ initial: pages, maximum });
  const instance = await WebAssembly.instantiate(await compiled, {
    host: { now: () => performance.now(), collected() {} },
    env: {
      memory,
      abort: (_message: number, _file: number, line: number) => {
        throw new Error(`assertion failed in the core, line ${line}`);
      },
    },
  });
  return { memory, exports: instance.exports as CorePart["exports"] };
}

async function compile(entry: string): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined;
  const { readFile } = await import("node:fs/promises");
  const result = await asc.main(
    [
      "entry.ts",
      // Not the repository's configuration, which would build the release target: no assertions.
      "--config",
      "none.json",
      "--outFile",
      "out.wasm",
      "--runtime",
      "stub",
      "--importMemory",
      "--noExportMemory",
      "--use",
      "HEAP_DEBUG=1",
      "--enable",
      "simd",
      "-O2",
    ],
    {
      readFile: async (name) => {
        if (name === "entry.ts") return entry;
        try {
          return await readFile(new URL(name, `file://${root}`), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => {
        if (name === "out.wasm") binary = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (result.error || !binary) throw new Error(`asc failed: ${result.stderr.toString()}`);
  return new WebAssembly.Module(binary.slice());
}
