/** A peer, ready to run: what is handed to its process, and what that process makes of it. */

import { runModule } from "../../src/lang/run/run-module.ts";
import { type Peer, type ProgramName, peerOf, type Report } from "./convention.ts";
import { run as binarytrees } from "./javascript/binarytrees.ts";
import { run as lists } from "./javascript/lists.ts";
import { run as queue } from "./javascript/queue.ts";
import { run as rbtree } from "./javascript/rbtree.ts";

/** `mote` is a command; `module` exports `run` and imports `report` from a module named like the program. */
export type PeerCode =
  | { readonly kind: "mote"; readonly wasm: Uint8Array }
  | { readonly kind: "module"; readonly program: ProgramName; readonly wasm: Uint8Array }
  | { readonly kind: "javascript"; readonly program: ProgramName };

const IN_JAVASCRIPT: Readonly<Record<ProgramName, (report: Report, ...numbers: [number, number]) => void>> = {
  binarytrees,
  queue,
  lists,
  rbtree,
};

export function openPeer(code: PeerCode): Peer {
  if (code.kind === "javascript") {
    const run = IN_JAVASCRIPT[code.program];
    return peerOf(
      code.program,
      (report) =>
        (first = 0, second = 0) =>
          run(report, first, second),
    );
  }
  const module = new WebAssembly.Module(code.wasm as Uint8Array<ArrayBuffer>);
  if (code.kind === "module") {
    return peerOf(code.program, (report) => {
      const { exports } = new WebAssembly.Instance(module, { [code.program]: { report } });
      return (exports as { run(...numbers: number[]): void }).run;
    });
  }
  return {
    run(args) {
      const { stdout, ms } = runModule(module, { args });
      return { stdout: Buffer.from(stdout).toString(), ms };
    },
  };
}
