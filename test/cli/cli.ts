/** Runs the command from its sources, as a process of its own. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/**
 * How the command is started. V8 is kept from optimising wasm, Binaryen's that is: in a process that builds one
 * program, that takes as long again as all else.
 */
const COMMAND = ["--liftoff-only", MAIN];

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param input standard input; nothing when left out
 * @param nodeOptions of the command's process and of those it starts
 */
export function heapwright(args: readonly string[], input: string | Uint8Array = "", nodeOptions = ""): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...args], {
    input,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: nodeOptions, NO_COLOR: "1" },
  });
  return { exitCode: status, stdout, stderr };
}

/** The same with standard input from a shell's pipe, which, other than the one above, can be opened by name. */
export function heapwrightPiped(args: readonly string[], input: string): CliResult {
  const script = 'printf %s "$0" | "$@"';
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, input, process.execPath, ...COMMAND, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { exitCode: status, stdout, stderr };
}

/** A folder for one test file, gone when its tests are done. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "heapwright-test-"));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** @returns the file's path */
  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    writeFileSync(path, content);
    return path;
  }
}
