/**
 * The manager `leak`: bump allocation, nothing is ever freed. The floor that the others are measured against.
 *
 * Since an address is one object for ever, its debug build is where placement is checked: see checked.ts.
 */

import { openCore } from "../../codegen/core.ts";
import type { ManagerFactory } from "../../codegen/manager.ts";
import { LeakManager } from "./bump.ts";
import { checkAll } from "./checked.ts";

export const leak: ManagerFactory = {
  createModule: (options) => openCore(options.debug ?? false),
  create: {
    prepare: (program, context) =>
      context.options.debug ? checkAll(program, context) : (prepared) => new LeakManager(prepared),
  },
};
