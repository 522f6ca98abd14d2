/** What is around a program that the interpreter runs: input and output, ports, memory by hand, other modules. */

import type { Instruction, IrType } from "../ir/ir.ts";
import type { PortCalls } from "../run/ports/calls.ts";

/** Each may throw what it likes. */
export interface World {
  write(stream: 1 | 2, bytes: Uint8Array): void;
  input(): Uint8Array;
  args(): readonly string[];
  ports(): PortCalls;
  memory(): ByHand;
  /** Calls a function of another module. @param args as the interpreter holds them */
  callExtern(call: ExternCall, args: readonly unknown[]): unknown;
}

/** Memory that the program itself manages. Addresses, bytes. */
export interface ByHand {
  /** @returns 0 when there is none */
  allocate(bytes: number): number;
  resize(address: number, bytes: number): number;
  free(address: number): void;
  /** Whether it is what `allocate` or `resize` gave, and not freed. */
  owns(address: number): boolean;
  /** Whether all of it may be read and written. */
  reaches(address: number, bytes: number): boolean;
  load(type: IrType, address: number): number | bigint;
  store(type: IrType, address: number, value: unknown): void;
}

export type ExternCall = Extract<Instruction, { op: "callExtern" }>;
