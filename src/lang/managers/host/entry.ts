/** The manager `host`, before it is loaded. */

import { BuildOptionError } from "../../options.ts";
import type { ManagerEntry } from "../entry.ts";

export const host: ManagerEntry = {
  name: "host",
  summary: "WasmGC structs and arrays: the engine's own collector",
  abilities: { heap: "engine", trace: false, census: false, profile: false },
  checkOptions({ zeal, heapLimitBytes }) {
    if (zeal) {
      throw new BuildOptionError("zeal needs a collector of ours, and host leaves collecting to the engine; use gc");
    }
    if (heapLimitBytes) {
      throw new BuildOptionError(
        "a heap limit cannot be built into host: its heap is the engine's (limit it with node --max-old-space-size)",
      );
    }
  },
  load: async () => (await import("./host.ts")).host,
};
