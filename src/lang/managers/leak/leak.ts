/**
 * The manager `leak`: bump allocation, nothing is ever freed. The floor that the others are measured against.
 *
 * Since an address is one object for ever, its debug build is where placement is checked: see checked.ts.
 */

import { CORE_FEATURES, openCore } from "../../codegen/core.ts";
import type { ManagerFactory } from "../../codegen/manager.ts";
import { BuildOptionError } from "../../options.ts";
import { LeakManager } from "./bump.ts";
import { CheckedLeakManager } from "./checked.ts";

export const leak: ManagerFactory = {
  name: "leak",
  summary: "bump allocation in linear memory, never freed: the floor",
  features: CORE_FEATURES,
  createModule(options) {
    if (options.zeal) throw new BuildOptionError("zeal asks for collections, and leak has none; use the manager gc");
    return openCore(options.debug ?? false);
  },
  create: (context) => (context.options.debug ? new CheckedLeakManager(context) : new LeakManager(context)),
};
