import { defineConfig } from "vitest/config";

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
  },
}));
