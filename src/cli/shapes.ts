/** `--shapes`: what a program has allocated, by shape. */

import { formatBytes, formatTable } from "../compare/formatting.ts";
import { readCensus } from "../core/census.ts";

/**
 * @param exports of an instance built with `census`, whose program has ended
 * @param names of the shapes, by address
 */
export function describeShapes(exports: WebAssembly.Exports, names: ReadonlyMap<number, string>): string[] {
  const { memory, allocated } = exports as { memory: WebAssembly.Memory; allocated: () => number };
  const table = allocated() >>> 0;
  if (table === 0) return ["The heap could not be opened: nothing was allocated."];
  const counts = readCensus(new DataView(memory.buffer), table, (shape) => names.get(shape) ?? `shape at ${shape}`);
  const whole = counts.reduce((sum, { bytes }) => sum + bytes, 0);
  return formatTable(
    [
      { title: "shape", align: "left" },
      { title: "objects", align: "right" },
      { title: "allocated", align: "right" },
      { title: "share", align: "right" },
    ],
    counts.map(({ shape, objects, bytes }) => [
      shape,
      objects.toLocaleString("en-US"),
      formatBytes(bytes),
      `${((100 * bytes) / whole).toFixed(1)} %`,
    ]),
  );
}
