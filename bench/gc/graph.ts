/** `graph.mote`, a live heap of any size, warmed up. */

import { compileTraced, runTraced } from "./traced.ts";

/** Of one of its trees: 1023 nodes of 16 bytes. */
export const TREE_BYTES = 1023 * 16;

export async function openGraph(options: Parameters<typeof compileTraced>[1]): Promise<WebAssembly.Module> {
  const module = await compileTraced("gc/graph.mote", options);
  runTraced(module, ["1000", "4000"]);
  return module;
}
