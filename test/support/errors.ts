/**
 * Expecting a HeapError by its code.
 */
import { expect } from "vitest";
import { HeapError, type HeapErrorCode } from "../../src/index.ts";

/** Runs what must throw a HeapError with this code. @returns its message */
export function refused(code: HeapErrorCode, action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof HeapError)) throw error;
    expect(error.code, error.message).toBe(code);
    return error.message;
  }
  return expect.fail(`nothing was thrown, expected "${code}"`);
}
