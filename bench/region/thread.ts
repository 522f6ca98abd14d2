/** Runs modules on a thread whose stack has room for a million calls inside each other. */

import { Worker } from "node:worker_threads";
import { spreadOf } from "../../src/compare/samples.ts";

const STACK_MIB = 512;
const WARM_UPS = 2;

/** Of one run; what is counted only from modules built with `measure`. */
export interface DeepRun {
  readonly ms: number;
  readonly stdout: string;
  readonly memoryBytes: number;
  readonly allocatedBytes: number | null;
}

export interface DeepTask {
  readonly name: string;
  readonly module: WebAssembly.Module;
  readonly args: readonly string[];
}

export class DeepThread {
  readonly #worker = new Worker(new URL("worker.ts", import.meta.url), {
    resourceLimits: { stackSizeMb: STACK_MIB },
  });

  /** One run, after whose end its garbage has been collected. */
  run({ module, args }: DeepTask): Promise<DeepRun> {
    return new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.once("message", (run: DeepRun) => {
        this.#worker.off("error", reject);
        resolve(run);
      });
      this.#worker.postMessage({ module, args });
    });
  }

  /**
   * Runs each of the tasks `runs` times round, after some runs that are not timed.
   * @returns for each task its median time and what its last run said
   * @throws when an output differs from the first one with the same arguments
   */
  async takeTurns(
    tasks: readonly DeepTask[],
    runs: number,
    onProgress: (text: string) => void,
  ): Promise<readonly DeepRun[]> {
    const times: number[][] = tasks.map(() => []);
    const last: DeepRun[] = [];
    const outputs = new Map<string, string>();
    for (let round = -WARM_UPS; round < runs; round++) {
      for (const [index, task] of tasks.entries()) {
        onProgress(`${task.name}: ${round < 0 ? "warm-up" : `round ${round + 1} of ${runs}`}`);
        const run = await this.run(task);
        last[index] = run;
        const key = task.args.join(" ");
        if (run.stdout !== (outputs.get(key) ?? run.stdout)) throw new Error(`${task.name}: the outputs differ`);
        outputs.set(key, run.stdout);
        if (round >= 0) times[index]!.push(run.ms);
      }
    }
    return last.map((run, index) => ({ ...run, ms: spreadOf(times[index]!).median }));
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
