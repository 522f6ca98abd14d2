/**
 * What `compare` and the process of one manager say to each other: each request gets exactly one answer.
 *
 * Sent with "advanced" serialisation, so that bytes travel as bytes.
 */

import type { ExternFiles } from "./extern-files.ts";
import type { PortPlan, PutFile } from "./port-files.ts";

/** Once, first: what will be run. The input travels as a file's name, so that it is in memory once only. */
export interface LoadRequest {
  readonly kind: "load";
  /** The module whose runs are timed. */
  readonly timed: Uint8Array;
  /** The module that counts and marks its pauses. */
  readonly measured: Uint8Array;
  /** Its objects are the engine's: so are its collections. */
  readonly watchesEngine: boolean;
  readonly args: readonly string[];
  readonly inputFile: string | null;
  /** By the names of the modules; the files are read in the process. */
  readonly externs: ExternFiles;
  readonly ports: PortPlan;
}

/**
 * `first`: the first run of the timed module in this process, with the memory it took.
 * `measure`: a run of the measured module, with what it counted.
 * `time`: a further run of the timed module.
 */
export interface RunRequest {
  readonly kind: "first" | "measure" | "time";
}

export type Request = LoadRequest | RunRequest;

/** What a program did, as far as it can be seen from outside. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** What was put into files by ports. */
  readonly files: readonly PutFile[];
}

export interface Measurements {
  readonly objects: number;
  /** Bytes of all objects, headers and rounding included. */
  readonly bytes: number;
  readonly minor: number;
  readonly major: number;
  /** In milliseconds, in the order in which they happened. */
  readonly pauses: readonly number[];
}

export type Answer =
  | { readonly kind: "loaded" }
  | {
      readonly kind: "ran";
      readonly outcome: Outcome;
      readonly ms: number;
      /** The linear memory's size at the end, in bytes. */
      readonly memoryBytes: number;
      /** Answer to `first`: resident memory at its highest, less what was resident before the run. */
      readonly peakBytes: number | null;
      /** Answer to `measure`. */
      readonly measurements: Measurements | null;
    }
  | { readonly kind: "failed"; readonly message: string };
