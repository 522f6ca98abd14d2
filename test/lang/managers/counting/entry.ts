/** A manager that exists only for tests: what src/lang/managers/README.md says is all that one needs. */

import type { ManagerEntry } from "../../../../src/lang/managers/entry.ts";
import { HEAP_LIMIT } from "../../../../src/lang/option-table.ts";

export const counting: ManagerEntry = {
  name: "counting",
  summary: "a bump allocator that counts",
  abilities: { heap: "linear", trace: false, census: false, profile: false },
  options: [HEAP_LIMIT],
  load: async () => (await import("./counting.ts")).counting,
};
