/** The managers `regions` and `sparse`, before they are loaded. */

import type { ManagerEntry } from "../entry.ts";

export const regions: ManagerEntry = {
  name: "regions",
  summary: "regions of calls and iterations of loops, freed at once; lifetimes are decided by the compiler",
  abilities: { heap: "linear", trace: false, census: false, profile: true },
  load: async () => (await import("./regions.ts")).regions,
};

export const sparse: ManagerEntry = {
  ...regions,
  name: "sparse",
  summary: "as regions, with arrays on sparse stacks, where they grow without a copy",
  load: async () => (await import("./regions.ts")).sparse,
};
