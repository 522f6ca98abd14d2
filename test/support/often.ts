/** How much of what is made by chance the tests look at: some of it, and more with `npm run test:all`. */

import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this is `npm run test:all`. */
    thorough: boolean;
  }
}

/** How many random inputs a test takes. @param thorough with `npm run test:all` */
export function often(count: number, thorough = 10 * count): number {
  return inject("thorough") ? thorough : count;
}
