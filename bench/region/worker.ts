/** The thread of `DeepThread`. */

import { parentPort } from "node:worker_threads";
import { runModule } from "../../src/lang/index.ts";
import { collectInstances } from "../gc/traced.ts";
import type { DeepRun, DeepTask } from "./thread.ts";

parentPort!.on("message", ({ module, args }: DeepTask) => {
  const { ms, stdout, exitCode, exports } = runModule(module, { args });
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with exit code ${exitCode}`);
  const memory = exports.memory as WebAssembly.Memory;
  const counted = exports.bytes as WebAssembly.Global | undefined;
  const run: DeepRun = {
    ms,
    stdout: Buffer.from(stdout).toString(),
    memoryBytes: memory.buffer.byteLength,
    allocatedBytes: counted === undefined ? null : Number(counted.value),
  };
  collectInstances();
  parentPort!.postMessage(run);
});
