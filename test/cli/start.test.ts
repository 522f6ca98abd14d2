/** What a command loads before it does anything: no more than it needs, and Binaryen only where something is built. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import * as module from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Workshop } from "./cli.ts";

const workshop = new Workshop();
const hello = workshop.write("hello.mote", 'fn main() { print("hello") }\n');
const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** The files that a process of Node loads as code, as the engine's own coverage lists them. */
function loaded(...args: readonly string[]): string[] {
  const folder = mkdtempSync(workshop.path("coverage-"));
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NODE_V8_COVERAGE: folder },
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  const files = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Coverage;
    return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
  });
  if (files.length === 0) throw new Error(`node ${args.join(" ")} left no coverage`);
  return files;
}

/** Makes a process write the path of each file that it reads with `readFileSync` to standard error. */
const NAME_FILES = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...options) => {
    process.stderr.write(path + "\\n");
    return readFileSync(path, ...options);
  };
  syncBuiltinESMExports();
`;

/** The files that a command reads as data. */
function read(...args: readonly string[]): string[] {
  const preload = `data:text/javascript,${encodeURIComponent(NAME_FILES)}`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", preload, MAIN, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return stderr.trim().split("\n");
}

function hasBinaryen(files: readonly string[]): boolean {
  return files.some((file) => file.includes("/node_modules/binaryen/"));
}

describe("the command", () => {
  it("loads neither the compiler nor Binaryen for --help", () => {
    const files = loaded(MAIN, "--help");
    expect(hasBinaryen(files)).toBe(false);
    expect(files.filter((file) => /\/lang\/(?:check|irgen|syntax|codegen)\//.test(file))).toEqual([]);
    expect(files.length).toBeLessThan(50);
  });

  it("loads nothing behind the checker to check a program without globals", () => {
    const files = loaded(MAIN, "check", hello);
    expect(hasBinaryen(files)).toBe(false);
    expect(files.filter((file) => /\/lang\/(?:ir|irgen|interpret|lifetimes|codegen)\//.test(file))).toEqual([]);
    expect(files.length).toBeLessThan(65);
  });

  it("reads the tree of the prelude to check, and not its source", () => {
    const files = read("check", hello);
    expect(files).toContain(hello);
    expect(files.filter((file) => file.endsWith("/dist/lang/prelude.json"))).toHaveLength(1);
    expect(files.filter((file) => file.endsWith("/prelude.mote"))).toEqual([]);
  });

  it("loads no Binaryen to explain", () => {
    expect(hasBinaryen(loaded(MAIN, "explain", hello))).toBe(false);
  });

  it("loads one manager to build", () => {
    const files = loaded(MAIN, "run", "--fast", "--manager", "leak", hello);
    expect(hasBinaryen(files)).toBe(true);
    expect(files.filter((file) => /\/managers\/(?:gc|host|regions)\/(?!entry)/.test(file))).toEqual([]);
  });
});

describe("the compile cache of Node.js", () => {
  /** What a check leaves in its folder for temporary files. */
  function leftBehind(name: string, environment: NodeJS.ProcessEnv): string[] {
    const folder = workshop.path(name);
    mkdirSync(folder);
    const env = { ...process.env, NODE_COMPILE_CACHE: undefined, TMPDIR: folder, ...environment };
    expect(spawnSync(process.execPath, [MAIN, "check", hello], { env }).status).toBe(0);
    return readdirSync(folder);
  }

  it("is on where Node.js has one", () => {
    const expected = "enableCompileCache" in module ? ["node-compile-cache"] : [];
    expect(leftBehind("on", { NODE_DISABLE_COMPILE_CACHE: undefined })).toEqual(expected);
  });

  it("is off when the environment says so", () => {
    expect(leftBehind("off", { NODE_DISABLE_COMPILE_CACHE: "1" })).toEqual([]);
  });
});

describe("heapwright/lang", () => {
  it("loads no Binaryen before it compiles", () => {
    const index = new URL("../../src/lang/index.ts", import.meta.url);
    expect(hasBinaryen(loaded("--input-type=module", "--eval", `import ${JSON.stringify(index.href)}`))).toBe(false);
  });
});
