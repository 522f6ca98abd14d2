/** A peer's process, seen from the parent. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PeerResult } from "./convention.ts";
import type { PeerCode } from "./peer.ts";

export class PeerProcess {
  readonly #child: ChildProcess;

  constructor(code: PeerCode) {
    this.#child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), [], {
      serialization: "advanced",
      execArgv: ["--expose-gc", "--no-warnings"],
    });
    this.#child.send(code);
  }

  /** One run. Rejects when the process ends instead; what it died of is on the terminal then. */
  run(args: readonly string[]): Promise<PeerResult> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error("the peer's process broke down"));
      this.#child.once("exit", onExit);
      this.#child.once("message", (result: PeerResult) => {
        this.#child.off("exit", onExit);
        resolve(result);
      });
      this.#child.send(args);
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
