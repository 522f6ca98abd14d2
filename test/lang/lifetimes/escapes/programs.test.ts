/** What placement promises, against what happens: programs run by the interpreter with the oracle looking on. */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../../src/lang/frontend.ts";
import { usedPorts } from "../../../../src/lang/ir/ports.ts";
import { observe } from "../../../support/observe.ts";
import { benchPrograms, placementPrograms, samplePrograms } from "../../../support/programs.ts";

describe("what happens is what placement promises in", () => {
  it.each(samplePrograms())("programs/$name, which prints what it should", (program) => {
    const built = buildProgram(program.source);
    const put: string[] = [];
    const ports = program.openPorts(usedPorts(built), put);
    const { output, error, exit } = observe(built, { ...program, ports });
    expect({ output, error, exit, put }).toEqual(program.expected);
  });

  it.each(placementPrograms())("placement/$name", ({ source }) => {
    const { escapes, exit } = observe(buildProgram(source));
    expect(exit).toBe(0);
    expect(escapes).toBeGreaterThan(0);
  });

  it.each(benchPrograms())("bench/programs/$name", ({ source, ...input }) => {
    const { escapes, exit } = observe(buildProgram(source), input);
    expect(exit).toBe(0);
    expect(escapes).toBeGreaterThan(0);
  });
});
