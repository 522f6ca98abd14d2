/** Output that is not to be held back. */

import { writeSync } from "node:fs";

/** Writes to this process's own streams at once; a slow reader at the other end of a pipe is waited for. */
export function writeThrough(stream: 1 | 2, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) {
    try {
      at += writeSync(stream, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      // Whoever read our output has gone: there is nobody to tell.
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
