/** The AssemblyScript peers: compiles them with one of the compiler's own garbage collectors. */

import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import type { ProgramName } from "./convention.ts";

/** `incremental` collects while the program allocates, `minimal` when the program calls `__collect`. */
export type AscRuntime = "incremental" | "minimal";

const FLAGS = ["-O3", "--converge", "--noAssert"];

export async function compileAssemblyScript(name: ProgramName, runtime: AscRuntime): Promise<Uint8Array<ArrayBuffer>> {
  const outFile = `${name}.wasm`;
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    // The options of the core in the repository's asconfig.json are not for these.
    [`${name}.ts`, "--config", "none.json", "--outFile", outFile, "--runtime", runtime, "--use", "abort=", ...FLAGS],
    {
      readFile: (file) => readFile(new URL(`assemblyscript/${file}`, import.meta.url), "utf8").catch(() => null),
      writeFile: (file, contents) => {
        if (file === outFile) wasm = (contents as Uint8Array).slice();
      },
      listFiles: () => [],
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`asc failed: ${stderr}`);
  return wasm;
}
