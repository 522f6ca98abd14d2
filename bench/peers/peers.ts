/** The manager `host` against modules that a person wrote in WasmGC, in one process, in turns. */

import { readFileSync } from "node:fs";
import { rounded, type Spread, spreadOf } from "../../src/cli/samples.ts";
import { formatMs, formatTable } from "../../src/cli/text.ts";
import { compile, runModule, SourceFile } from "../../src/lang/index.ts";
import { loadPeer, PEER_NAMES } from "./wasmgc.ts";

const WARM_UPS = 2;
/** The first runs after the warm-up still vary with what the engine compiles meanwhile; more of them help the median. */
const ROUNDS_PER_RUN = 2;

export interface PeerComparison {
  readonly name: string;
  readonly hostMs: Spread;
  readonly byHandMs: Spread;
  /** Median of `host` over that of the peer. */
  readonly ratio: number;
}

/** @param runs half the number of timed rounds */
export async function runPeers(runs: number, onProgress: (text: string) => void): Promise<PeerComparison[]> {
  const results: PeerComparison[] = [];
  for (const name of PEER_NAMES) {
    const peer = loadPeer(name);
    const path = new URL(`../programs/${name}.mote`, import.meta.url);
    const { wasm } = await compile(new SourceFile(`${name}.mote`, readFileSync(path, "utf8")), { manager: "host" });
    const program = new WebAssembly.Module(wasm);
    const host: number[] = [];
    const byHand: number[] = [];
    for (let round = -WARM_UPS; round < runs * ROUNDS_PER_RUN; round++) {
      onProgress(`peers: ${name}, round ${round + 1}`);
      const emitted = runModule(program);
      const written = peer.run();
      if (Buffer.from(emitted.stdout).toString() !== written.stdout) throw new Error(`${name}: the outputs differ`);
      if (round < 0) continue;
      host.push(emitted.ms);
      byHand.push(written.ms);
    }
    const [hostMs, byHandMs] = [spreadOf(host), spreadOf(byHand)];
    results.push({ name, hostMs, byHandMs, ratio: rounded(hostMs.median / byHandMs.median) });
  }
  return results;
}

export function describePeers(results: readonly PeerComparison[]): string[] {
  const range = ({ min, max }: Spread): string => `${formatMs(min)}-${formatMs(max)}`;
  return formatTable(
    [
      { title: "program", align: "left" },
      { title: "host ms", align: "right" },
      { title: "min-max", align: "right" },
      { title: "by hand ms", align: "right" },
      { title: "min-max", align: "right" },
      { title: "ratio", align: "right" },
    ],
    results.map(({ name, hostMs, byHandMs, ratio }) => [
      name,
      formatMs(hostMs.median),
      range(hostMs),
      formatMs(byHandMs.median),
      range(byHandMs),
      `${ratio.toFixed(2)}x`,
    ]),
  );
}
