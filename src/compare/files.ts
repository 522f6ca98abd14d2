/** Reading what the command line names, and writing results so that nothing half-written is ever seen. */

import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { SourceFile } from "../lang/source.ts";
import { FailureError, UsageError } from "./errors.ts";

/**
 * Reads a Mote program.
 * @throws UsageError when the file cannot be read or is not UTF-8
 */
export function readProgram(path: string): SourceFile {
  const bytes = readNamed(path, "the program");
  try {
    return new SourceFile(path, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new UsageError(`the program ${path} is not UTF-8 text`);
  }
}

/**
 * Reads the file given by --input.
 * @throws UsageError when it cannot be read
 */
export function readInput(path: string): Uint8Array {
  return readNamed(path, "the input");
}

/** Whether a file that could be read just now can be read again, with the same content. */
export function isRegularFile(path: string): boolean {
  return statSync(path).isFile();
}

/**
 * Reads standard input to its end, unless it is a terminal or closed.
 * @returns empty when there is nothing to read
 */
export function readStandardInput(): Uint8Array {
  if (process.stdin.isTTY) return new Uint8Array();
  try {
    return readFileSync(0);
  } catch (error) {
    // A closed standard input is an empty one.
    if (["EBADF", "EOF"].includes(codeOf(error))) return new Uint8Array();
    throw new FailureError(`cannot read standard input: ${reasonOf(error)}`);
  }
}

/**
 * Writes a file that appears as a whole or not at all.
 * @throws FailureError when it cannot be written
 */
export function writeWhole(path: string, bytes: Uint8Array): void {
  let folder: string | undefined;
  try {
    // In the same folder, so that the rename stays within one file system.
    folder = mkdtempSync(join(dirname(path), `.${basename(path)}-`));
    const temporary = join(folder, basename(path));
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    throw new FailureError(`cannot write ${path}: ${reasonOf(error)}`);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Lends the bytes to an action as a file, which is gone when the action has ended.
 * @returns what the action returns
 */
export async function withTemporaryFile<T>(bytes: Uint8Array, action: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "heapwright-"));
  try {
    const file = join(folder, "input");
    writeFileSync(file, bytes);
    return await action(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reads a file that the command line names.
 * @param what it is, for the message
 * @throws UsageError when it cannot be read
 */
export function readNamed(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${what} ${path}: ${reasonOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reasonOf(error: unknown): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file or folder",
    EISDIR: "it is a folder",
    ENOTDIR: "part of the path is not a folder",
    EACCES: "no permission",
    EROFS: "the file system is read-only",
    ENOSPC: "no space left",
  };
  return known[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
