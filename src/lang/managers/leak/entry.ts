/** The manager `leak`, before it is loaded. */

import { BuildOptionError } from "../../options.ts";
import type { ManagerEntry } from "../entry.ts";

export const leak: ManagerEntry = {
  name: "leak",
  summary: "bump allocation in linear memory, never freed: the floor",
  abilities: { heap: "linear", trace: false, census: false, profile: false },
  checkOptions({ zeal }) {
    if (zeal) throw new BuildOptionError("zeal asks for collections, and leak has none; use the manager gc");
  },
  load: async () => (await import("./leak.ts")).leak,
};
