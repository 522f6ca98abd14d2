/** Who takes part: Mote under two managers, and everyone that they are compared with. */

import { compileProgram } from "../compile-program.ts";
import { type AscRuntime, compileAssemblyScript } from "./asc.ts";
import type { ProgramName } from "./convention.ts";
import type { PeerCode } from "./peer.ts";
import { assembleWasmGc } from "./wat.ts";

/** In the order of the table; the others are compared with the first. */
export const CONTESTANTS = [
  "host",
  "gc",
  "wasmgc",
  "javascript",
  "assemblyscript incremental",
  "assemblyscript minimal",
] as const;

export type Contestant = (typeof CONTESTANTS)[number];

const BUILDS: Readonly<Record<Contestant, (program: ProgramName) => Promise<PeerCode | null>>> = {
  host: (program) => mote(program, "host"),
  gc: (program) => mote(program, "gc"),
  async wasmgc(program) {
    const wasm = assembleWasmGc(program);
    return wasm === null ? null : { kind: "module", program, wasm };
  },
  javascript: async (program) => ({ kind: "javascript", program }),
  "assemblyscript incremental": (program) => assemblyScript(program, "incremental"),
  "assemblyscript minimal": (program) => assemblyScript(program, "minimal"),
};

/** @returns null when a program was not written for the contestant */
export function buildPeer(contestant: Contestant, program: ProgramName): Promise<PeerCode | null> {
  return BUILDS[contestant](program);
}

async function mote(program: ProgramName, manager: string): Promise<PeerCode> {
  const { wasm } = await compileProgram(`programs/${program}.mote`, { manager });
  return { kind: "mote", wasm };
}

async function assemblyScript(program: ProgramName, runtime: AscRuntime): Promise<PeerCode> {
  return { kind: "module", program, wasm: await compileAssemblyScript(program, runtime) };
}
