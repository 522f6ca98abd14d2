/** A manager whose pass inserts instructions of its own: it lowers them, and others refuse them. */

import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { buildModule } from "../../../src/lang/codegen/build.ts";
import type { FunctionContext } from "../../../src/lang/codegen/function-context.ts";
import type {
  FunctionLowering,
  ManagerContext,
  ManagerFactory,
  ManagerResult,
} from "../../../src/lang/codegen/manager.ts";
import { buildProgram } from "../../../src/lang/frontend.ts";
import { runModule } from "../../../src/lang/index.ts";
import { copyProgram } from "../../../src/lang/ir/copy.ts";
import type { IrProgram } from "../../../src/lang/ir/ir.ts";
import { usedPorts } from "../../../src/lang/ir/ports.ts";
import { CountModel, insertCounts, Overwritten, RELEASE, RETAIN } from "../../support/counts.ts";
import { compileIr } from "../../support/fast.ts";
import { interpret } from "../../support/interpret.ts";
import { samplePrograms } from "../../support/programs.ts";
import { CountingManager, counting } from "./counting/counting.ts";

const { i32 } = binaryen;
/** Counts of executed instructions. */
const COUNTERS = new Map([
  [RETAIN, "retained"],
  [RELEASE, "released"],
]);

const retaining: ManagerFactory = {
  ...counting,
  create: {
    prepare: (program) => {
      insertCounts(program);
      return (context) => new RetainingManager(context);
    },
  },
};

class RetainingManager extends CountingManager {
  constructor(context: ManagerContext) {
    super(context);
    for (const name of COUNTERS.values()) this.module.addGlobal(name, i32, true, this.module.i32.const(0));
  }

  override lower(context: FunctionContext): FunctionLowering {
    const { module } = this;
    const lowering = super.lower(context, {
      lifetime: (instruction) => {
        if (instruction.op !== "lifetime") return null;
        const { what, dsts } = instruction;
        if (what instanceof Overwritten)
          return lowering.globalGet({ op: "globalGet", dst: dsts[0]!, global: what.global });
        const counter = COUNTERS.get(what)!;
        return module.global.set(counter, module.i32.add(module.global.get(counter, i32), module.i32.const(1)));
      },
    });
    return lowering;
  }

  override finish(): ManagerResult {
    const result = super.finish();
    const counters = [...COUNTERS.values()].map(
      (name) => ({ kind: "global", internal: name, external: name }) as const,
    );
    return { ...result, exports: [...result.exports, ...counters] };
  }
}

/** How many of each the interpreter executes. */
function executed(program: IrProgram, input: Parameters<typeof interpret>[1]): Record<string, number> {
  const copy = copyProgram(program).program;
  insertCounts(copy);
  const counts: Record<string, number> = { retained: 0, released: 0 };
  const model = new CountModel();
  const watched = model.lifetime.bind(model);
  model.lifetime = (i, read, write) => {
    const counter = i.op === "lifetime" ? COUNTERS.get(i.what) : undefined;
    if (counter !== undefined) counts[counter]!++;
    watched(i, read, write);
  };
  interpret(copy, { ...input, observer: model });
  return counts;
}

describe("a manager with instructions of its own", () => {
  it.each(samplePrograms())("runs $name, and executes as many as the interpreter", (sample) => {
    const { source, args, input, expected, openPorts } = sample;
    const program = buildProgram(source);
    const built = buildModule(retaining, program, { manager: "retaining", optimise: false, debug: true });
    const put: string[] = [];
    const { stdout, stderr, exitCode, exports } = runModule(built.wasm, {
      args,
      input,
      ports: openPorts(built.ports, put),
    });
    const [output, error] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString());
    expect({ output, error, exit: exitCode, put }).toEqual(expected);
    const counts = executed(program, { args, input, ports: openPorts(usedPorts(program), []) });
    for (const [name, count] of Object.entries(counts)) expect((exports[name] as WebAssembly.Global).value).toBe(count);
  });

  it.each(["gc", "regions", "sparse", "leak", "host"])("is the only one: %s refuses them", (manager) => {
    const program = buildProgram(samplePrograms()[0]!.source);
    insertCounts(program);
    expect(() => compileIr(program, { manager })).toThrow("its pass inserts none");
  });
});
