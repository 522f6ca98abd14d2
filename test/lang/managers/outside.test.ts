/** Arguments, input and failures under every manager. */

import { describe, expect, it } from "vitest";
import { TEXT_ELEMENT } from "../../../src/lang/ir/ir.ts";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import { runModule } from "../../../src/lang/run/run-module.ts";
import { compileIr } from "../../support/fast.ts";
import { type FunctionBuilder, INT, int, ProgramBuilder, TEXT } from "../ir-notation.ts";
import { expectOutput } from "./expect-output.ts";
import { sliceOf } from "./notation.ts";

describe("the outside world", () => {
  const echo = (p: ProgramBuilder): void => {
    const main = p.declare("main", [], []);
    const args = main.define(sliceOf(TEXT_ELEMENT), { op: "arguments" });
    const input = main.define(TEXT, { op: "readInput" });
    main.range(int(0), main.define(INT, { op: "sliceLength", slice: args }), (index) => {
      const arg = main.variable("arg", TEXT);
      main.emit({ op: "sliceGet", dsts: [arg], slice: args, index });
      main.print("<");
      main.print(arg);
      main.print(">");
    });
    main.print(input);
  };

  it("hands over arguments and input", () => {
    expectOutput(echo, "<one><><zwei drei>input", { args: ["one", "", "zwei drei"], input: Buffer.from("input") });
    expectOutput(echo, "");
  });

  it("reads input of any size, from files and from pipes", () => {
    const program = new ProgramBuilder();
    echo(program);
    for (const manager of managerNames()) {
      const module = new WebAssembly.Module(compileIr(program.program(), { manager }).wasm);
      for (const size of [1, 8191, 8192, 8193, 65535, 65536, 65537, 300_000]) {
        const input = Buffer.from(Uint8Array.from({ length: size }, (_, index) => 32 + (index % 89)));
        for (const pipedBytes of [undefined, 1000, 65536]) {
          const { stdout } = runModule(module, { input, ...(pipedBytes === undefined ? {} : { pipedBytes }) });
          expect(input.equals(stdout), `${size} bytes under ${manager}, ${pipedBytes} at a time`).toBe(true);
        }
      }
    }
  });

  it("stops with a message and the place", () => {
    const messages: [Parameters<FunctionBuilder["panic"]>, string][] = [
      [["indexOutOfRange", int(7), int(3)], "error: index 7 is out of range for length 3, at test.mote:7\n"],
      [
        ["sliceOutOfRange", int(-1), int(2_000_000_000)],
        "error: slice -1..2000000000 is out of range, at test.mote:7\n",
      ],
      [["divisionByZero"], "error: division by zero, at test.mote:7\n"],
      [["emptyList"], "error: pop of an empty list, at test.mote:7\n"],
      [["negativeLength", int(-2147483648)], "error: length -2147483648 is negative, at test.mote:7\n"],
      [["failed"], ""],
    ];
    for (const manager of managerNames()) {
      for (const [panic, message] of messages) {
        const program = new ProgramBuilder();
        const main = program.declare("main", [], []);
        main.print("before\n");
        main.panic(...panic);
        const result = runModule(compileIr(program.program(), { manager }).wasm);
        expect(Buffer.from(result.stderr).toString()).toBe(message);
        expect(Buffer.from(result.stdout).toString()).toBe("before\n");
        expect(result.exitCode).toBe(1);
      }
    }
  });
});
