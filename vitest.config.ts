import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Here the commands that tests run keep what Node.js has compiled, by the text of the sources: each of some hundred
// processes would compile them again.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/node", import.meta.url));

export default defineConfig(({ mode }) => ({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/fresh-build.ts",
    // For test/support/often.ts.
    provide: { thorough: mode === "all" },
    testTimeout: mode === "all" ? 3_600_000 : 120_000,
    hookTimeout: 120_000,
    // One for each core, the one that looks after them included: it has little to do.
    maxWorkers: "100%",
    // What all files need, Binaryen above all, is loaded once for each worker. No test changes it.
    isolate: false,
  },
}));
