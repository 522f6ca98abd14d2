/** The manager `leak`, before it is loaded. */

import { HEAP_LIMIT } from "../../option-table.ts";
import type { ManagerEntry } from "../entry.ts";

export const leak: ManagerEntry = {
  name: "leak",
  summary: "bump allocation in linear memory, never freed: the floor",
  abilities: { heap: "linear", trace: false, census: false, profile: false },
  options: [HEAP_LIMIT],
  lacks: { zeal: "it never collects" },
  load: async () => (await import("./leak.ts")).leak,
};
