/** The hand-written WasmGC peers: assembles, optimises and runs them. */

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { requireEngine } from "../../src/lang/engine.ts";

export type PeerName = "binarytrees" | "lists";

export const PEER_NAMES: readonly PeerName[] = ["binarytrees", "lists"];

export interface PeerResult {
  /** What the Mote program of the same name prints. */
  readonly stdout: string;
  /** Time inside the module in milliseconds. */
  readonly ms: number;
}

export interface Peer {
  readonly name: PeerName;
  readonly moduleBytes: number;
  /** Runs once in a fresh instance. `args` as for the Mote program; what is missing has the same default. */
  run(args?: readonly number[]): PeerResult;
}

const FEATURES =
  binaryen.Features.GC |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.BulkMemory |
  binaryen.Features.Multivalue |
  binaryen.Features.MutableGlobals;

/**
 * Assembles and optimises a peer.
 * @throws UnsupportedEngineError where there is no WasmGC
 */
export function loadPeer(name: PeerName): Peer {
  requireEngine("host");
  const wasm = assemble(readFileSync(new URL(`./wasmgc/${name}.wat`, import.meta.url), "utf8"));
  const module = new WebAssembly.Module(wasm);
  const run = name === "binarytrees" ? runBinaryTrees : runLists;
  return { name, moduleBytes: wasm.byteLength, run: (args = []) => run(module, args) };
}

function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(FEATURES);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    binaryen.setClosedWorld(true);
    module.optimize();
    return module.emitBinary() as Uint8Array<ArrayBuffer>;
  } finally {
    binaryen.setClosedWorld(false);
    module.dispose();
  }
}

function runBinaryTrees(module: WebAssembly.Module, [most = 16]: readonly number[]): PeerResult {
  const lines: string[] = [];
  const report = (kind: number, trees: number, depth: number, nodes: number): void => {
    const subject =
      kind === 0
        ? `stretch tree of depth ${depth}`
        : kind === 1
          ? `${trees}\t trees of depth ${depth}`
          : `long lived tree of depth ${depth}`;
    lines.push(`${subject}\t check: ${nodes}\n`);
  };
  const { run } = new WebAssembly.Instance(module, { peer: { report } }).exports as { run(most: number): void };
  const begin = performance.now();
  run(most);
  const ms = performance.now() - begin;
  return { stdout: lines.join(""), ms };
}

function runLists(module: WebAssembly.Module, [lists = 5000, cells = 1000]: readonly number[]): PeerResult {
  const { run } = new WebAssembly.Instance(module).exports as { run(lists: number, cells: number): bigint };
  const begin = performance.now();
  const total = run(lists, cells);
  const ms = performance.now() - begin;
  return { stdout: `${lists} lists of ${cells} cells, total ${total}\n`, ms };
}
