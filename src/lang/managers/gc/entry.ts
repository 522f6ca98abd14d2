/** The manager `gc`, before it is loaded. */

import { BuildOptionError } from "../../options.ts";
import type { ManagerEntry } from "../entry.ts";

export const gc: ManagerEntry = {
  name: "gc",
  summary: "generational: a bump-allocated nursery, evacuated into mark-region blocks",
  abilities: { heap: "linear", trace: true, census: true, profile: false },
  checkOptions({ zeal, debug }) {
    if (zeal && !debug) throw new BuildOptionError("zeal needs the core's debug build; add the option debug");
  },
  load: async () => (await import("./gc.ts")).gc,
};
