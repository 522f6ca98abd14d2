import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/fresh-build.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One for each core, the one that looks after them included: it has little to do.
    maxWorkers: "100%",
  },
});
