/** The core without the API above it, for tests that stand for compiled code. */

import { SHADOW_DEFAULT_BYTES } from "../../src/core/settings.ts";
import { Core, type CoreSettings } from "../../src/heap/collector/core.ts";

/** What `Heap.open` passes on when nothing is asked for. */
const DEFAULTS: CoreSettings = {
  shadowBase: 0,
  heapBase: SHADOW_DEFAULT_BYTES,
  nurseryBytes: 0,
  nurseryFirstBytes: 0,
  heapLimitBytes: 0,
  growthPercent: 0,
  census: false,
  pauseMs: null,
  starts: "eager",
  reps: "b",
  mature: "lines",
};

export async function openCore(
  build: "release" | "debug",
  memory: WebAssembly.Memory,
  settings: Partial<CoreSettings> = {},
): Promise<Core> {
  return Core.open(build, memory, { ...DEFAULTS, ...settings });
}
