/** The manager `host`, before it is loaded. */

import type { ManagerEntry } from "../entry.ts";

export const host: ManagerEntry = {
  name: "host",
  summary: "WasmGC structs and arrays: the engine's own collector",
  abilities: { heap: "engine", trace: false, census: false, profile: false },
  options: [],
  lacks: {
    heapLimitBytes: "its heap is the engine's; limit it with node --max-old-space-size",
    zeal: "the engine collects when it likes",
  },
  load: async () => (await import("./host.ts")).host,
};
