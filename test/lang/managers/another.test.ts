/** Another memory manager is one folder and one registration: all samples run under it, and the commands know it. */

import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addSettings, buildOptions } from "../../../src/cli/build-settings.ts";
import { compile, managerNames, runModule } from "../../../src/lang/index.ts";
import type { ManagerEntry } from "../../../src/lang/managers/entry.ts";
import { registerManager } from "../../../src/lang/managers/registry.ts";
import { samplePrograms } from "../../support/programs.ts";
import { counting } from "./counting/entry.ts";

/** Options that nobody has are options all the same. */
const withOptions: ManagerEntry = {
  ...counting,
  options: [
    ...counting.options,
    {
      name: "growthPercent",
      flag: "stride",
      value: { kind: "number", placeholder: "n", least: 2, most: 9 },
      meaning: "how far it strides",
      byDefault: "2",
    },
  ],
};
let unregister: () => void;
beforeAll(() => {
  unregister = registerManager(withOptions);
});
afterAll(() => unregister());

describe("a manager that is registered", () => {
  it.each(samplePrograms())("runs $name", async ({ source, args, input, expected, openPorts }) => {
    const built = await compile(source, { manager: "counting", optimise: false });
    const put: string[] = [];
    const result = runModule(built.wasm, { args, input, ports: openPorts(built.ports, put) });
    const output = Buffer.from(result.stdout).toString();
    const error = Buffer.from(result.stderr).toString();
    expect({ output, error, exit: result.exitCode, put }).toEqual(expected);
    expect((result.exports.made as WebAssembly.Global).value).toBeGreaterThanOrEqual(0);
  });

  it("is known to the commands, with the flags of its options", async () => {
    expect(managerNames()).toEqual(["gc", "regions", "sparse", "leak", "host", "counting"]);
    const command = addSettings(new Command("test").exitOverride());
    const help = command.helpInformation().replace(/\s+/g, " ");
    expect(help).toContain("--stride <n> how far it strides (counting; default: 2)");
    command.parse(["--stride", "3"], { from: "user" });
    expect(buildOptions(["counting"], command.opts())).toEqual({ growthPercent: 3 });
    expect(() => buildOptions(["leak"], command.opts())).toThrow("--stride is an option of counting, not of leak");
  });

  it("refuses options that it does not have, and values that they may not have", async () => {
    const { source } = samplePrograms()[0]!;
    await expect(compile(source, { manager: "counting", nurseryBytes: 4096 })).rejects.toThrow(
      "counting has no option nurseryBytes (--nursery); gc has it",
    );
    await expect(compile(source, { manager: "counting", growthPercent: 1 })).rejects.toThrow(
      "growthPercent has to be from 2 to 9, not 1",
    );
  });

  it("has a name of its own", () => {
    expect(() => registerManager(counting)).toThrow('there is a memory manager "counting" already');
  });
});
