/** The managers `regions` and `sparse`, before they are loaded. */

import { HEAP_LIMIT, type OptionTable, ZEAL_MOST } from "../../option-table.ts";
import type { ManagerEntry } from "../entry.ts";

const options: OptionTable = [
  HEAP_LIMIT,
  {
    name: "shadowStackBytes",
    flag: "shadow-stack",
    value: { kind: "size" },
    meaning: "the size of the stack of frames",
    byDefault: "4m",
  },
  {
    name: "zeal",
    flag: "zeal",
    value: { kind: "number", placeholder: "n", least: 1, most: ZEAL_MOST },
    meaning: "collect wherever it can be, every nth time all",
    byDefault: "never",
    isForDebugging: true,
  },
];

export const regions: ManagerEntry = {
  name: "regions",
  summary: "regions of calls and iterations of loops, freed at once; lifetimes are decided by the compiler",
  abilities: { heap: "linear", trace: false, census: false, profile: true },
  options,
  load: async () => (await import("./regions.ts")).regions,
};

export const sparse: ManagerEntry = {
  ...regions,
  name: "sparse",
  summary: "as regions, with arrays on sparse stacks, where they grow without a copy",
  options: [
    ...options,
    {
      name: "sparseLimits",
      flag: "freed-entries",
      value: { kind: "limits", percent: "setPercent", absolute: "setEntries", of: "number" },
      meaning: "how many freed arrays lie unused before their places are used again",
      byDefault: "25%,1024",
    },
    {
      name: "sparseLimits",
      flag: "freed-bytes",
      value: { kind: "limits", percent: "wastePercent", absolute: "wasteBytes", of: "size" },
      meaning: "the same in bytes; for both, `never` is possible",
      byDefault: "25%,64k",
    },
  ],
  load: async () => (await import("./regions.ts")).sparse,
};
