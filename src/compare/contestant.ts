/** The process in which one manager's modules run, seen from the parent: one request at a time, one answer each. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FailureError } from "./errors.ts";
import type { Answer, LoadRequest, RunRequest } from "./protocol.ts";

export type RanAnswer = Extract<Answer, { kind: "ran" }>;

/** The same place seen from the sources and from the compiled package. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export class Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  #errors = "";

  /** Starts the process. @param name the manager's, for messages */
  constructor(name: string) {
    this.name = name;
    this.#child = fork(fileURLToPath(WORKER), [], {
      serialization: "advanced",
      // Nothing of our own start (a test runner's loader, a debugger's port) belongs into a process that is measured.
      execArgv: ["--expose-gc", "--no-warnings"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
  }

  /** Hands over what is to be run. @throws FailureError */
  async load(request: LoadRequest): Promise<void> {
    await this.#ask(request);
  }

  /** One run. @throws FailureError when the process or the module breaks down; not when the program fails */
  async run(kind: RunRequest["kind"]): Promise<RanAnswer> {
    const answer = await this.#ask({ kind });
    if (answer.kind !== "ran") throw new FailureError(`${this.name}: a run was answered with "${answer.kind}"`);
    return answer;
  }

  /** Ends the process, whatever it is doing. */
  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(request: LoadRequest | RunRequest): Promise<Answer> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        child.off("message", onMessage).off("exit", onExit).off("error", onError);
        action();
      };
      const onMessage = (answer: Answer): void =>
        settle(() => {
          if (answer.kind === "failed")
            reject(new FailureError(`the program broke down under ${this.name}: ${answer.message}`));
          else resolve(answer);
        });
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => {
          const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
          const said = this.#errors === "" ? "" : `\n${this.#errors.trimEnd()}`;
          reject(new FailureError(`the process that runs ${this.name} was ended ${how}${said}`));
        });
      const onError = (error: Error): void =>
        settle(() => reject(new FailureError(`the process that runs ${this.name} does not work: ${error.message}`)));
      child.on("message", onMessage).on("exit", onExit).on("error", onError);
      child.send(request, (error) => {
        if (error !== null) onError(error);
      });
    });
  }
}
