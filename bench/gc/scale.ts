/** The cost of an allocated byte from 10 MB to 3 GB of live heap, and the end of the address space. */

import { formatBytes, formatTable } from "../../src/compare/formatting.ts";
import { openGraph, TREE_BYTES } from "./graph.ts";
import { runTraced } from "./traced.ts";

const LIVE_BYTES = [10e6, 30e6, 100e6, 300e6, 1e9, 2e9, 3e9] as const;
/** A small heap is built again and again, up to so many bytes: what else the process does then hardly counts. */
const LEAST_BYTES = 1e9;
const PAGE_BYTES = 65_536;
/** More than the address space holds. */
const TOO_MANY_BYTES = 6e9;

export interface ScaleResult {
  readonly rows: readonly {
    readonly liveBytes: number;
    readonly allocatedBytes: number;
    /** Of one run, in the mean. */
    readonly ms: number;
    /** Processor time of the process for each allocated byte, in nanoseconds: in the program, and in the kernel. */
    readonly userNsPerByte: number;
    readonly systemNsPerByte: number;
    readonly majors: number;
  }[];
  /** The memory when the program was refused more, in pages of 64 KiB, and how it ended. */
  readonly limit: { readonly pages: number; readonly exitCode: number };
}

export async function runScale(onProgress: (text: string) => void): Promise<ScaleResult> {
  const module = await openGraph({});
  const rows = LIVE_BYTES.map((liveBytes) => {
    onProgress(`scale: ${formatBytes(liveBytes)} live`);
    const trees = Math.round(liveBytes / TREE_BYTES);
    const replaced = Math.round(trees / 4);
    const runs = Math.max(1, Math.round(LEAST_BYTES / liveBytes));
    const allocatedBytes = (trees + replaced) * TREE_BYTES;
    let [sumMs, sumUser, sumSystem, majors] = [0, 0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const { ms, userMs, systemMs, collections, exitCode } = runTraced(module, [trees, replaced].map(String));
      if (exitCode !== 0) throw new Error(`${liveBytes} bytes of live heap end with exit code ${exitCode}`);
      sumMs += ms;
      sumUser += userMs;
      sumSystem += systemMs;
      majors = collections.at(-1)?.counts.majorCollections ?? 0;
    }
    const bytes = runs * allocatedBytes;
    const [userNsPerByte, systemNsPerByte] = [(sumUser * 1e6) / bytes, (sumSystem * 1e6) / bytes];
    return { liveBytes, allocatedBytes, ms: sumMs / runs, userNsPerByte, systemNsPerByte, majors };
  });
  onProgress("scale: as much as there is");
  const { memoryBytes, exitCode } = runTraced(module, [Math.round(TOO_MANY_BYTES / TREE_BYTES), 0].map(String));
  return { rows, limit: { pages: memoryBytes / PAGE_BYTES, exitCode } };
}

export function describeScale({ rows, limit }: ScaleResult): string[] {
  const first = rows[0]!.userNsPerByte;
  return [
    ...formatTable(
      [
        { title: "live", align: "right" },
        { title: "allocated", align: "right" },
        { title: "ms", align: "right" },
        { title: "ns/byte", align: "right" },
        { title: "kernel ns/byte", align: "right" },
        { title: "of the first", align: "right" },
        { title: "majors", align: "right" },
      ],
      rows.map(({ liveBytes, allocatedBytes, ms, userNsPerByte, systemNsPerByte, majors }) => [
        formatBytes(liveBytes),
        formatBytes(allocatedBytes),
        ms.toFixed(0),
        userNsPerByte.toFixed(3),
        systemNsPerByte.toFixed(3),
        `${(userNsPerByte / first).toFixed(2)}x`,
        String(majors),
      ]),
    ),
    "",
    "The kernel's time is that of giving memory at its first touch, which no heap saves. The rest is compared.",
    `More than there is: refused at ${limit.pages} pages, exit code ${limit.exitCode}.`,
  ];
}
