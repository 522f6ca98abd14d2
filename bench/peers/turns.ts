/** Contestants that take turns, each in a process of its own. */

import type { PeerCode } from "./peer.ts";
import { PeerProcess } from "./process.ts";

const WARM_UPS = 2;

/**
 * Runs each of the contestants `runs` times round, with the same arguments, after some runs that are not timed.
 * @param codes by the contestants' names
 * @returns the milliseconds of each contestant's timed runs
 * @throws when an output differs from the first one
 */
export async function takeTurns<Name extends string>(
  workload: string,
  codes: ReadonlyMap<Name, PeerCode>,
  args: readonly string[],
  runs: number,
  onProgress: (text: string) => void,
): Promise<Map<Name, number[]>> {
  const processes = new Map<Name, PeerProcess>();
  const times = new Map<Name, number[]>();
  try {
    for (const [name, code] of codes) {
      processes.set(name, new PeerProcess(code));
      times.set(name, []);
    }
    let expected: string | null = null;
    for (let round = -WARM_UPS; round < runs; round++) {
      for (const [name, process] of processes) {
        onProgress(`${workload}: ${name}, ${round < 0 ? "warm-up" : `round ${round + 1} of ${runs}`}`);
        const { stdout, ms } = await process.run(args);
        expected ??= stdout;
        if (stdout !== expected) throw new Error(`${workload}: the output of ${name} differs`);
        if (round >= 0) times.get(name)!.push(ms);
      }
    }
  } finally {
    for (const process of processes.values()) process.stop();
  }
  return times;
}
