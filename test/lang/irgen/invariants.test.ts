/** What must hold for the IR of every program: of the samples, and of samples that are damaged. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildProgram, MoteError, SourceFile } from "../../../src/lang/frontend.ts";
import type { Block, Instruction, IrProgram, Variable } from "../../../src/lang/ir/ir.ts";
import { readsOf } from "../../../src/lang/ir/traverse.ts";
import { often } from "../../support/often.ts";
import { samplePrograms } from "../../support/programs.ts";

const ENDS = new Set(["return", "tailCall", "break", "continue", "panic"]);

function innerBlocks(i: Instruction): Block[] {
  switch (i.op) {
    case "if":
      return [i.then, i.otherwise];
    case "switch":
      return [...i.arms.map((arm) => arm.body), i.otherwise];
    case "match":
      return [...i.arms.map((arm) => arm.body), ...(i.otherwise === undefined ? [] : [i.otherwise])];
    case "loop":
    case "block":
      return [i.body];
    default:
      return [];
  }
}

/** All instructions, each block's after the instruction that contains it. */
function walk(block: Block, visit: (instruction: Instruction, isLast: boolean) => void): void {
  for (const [index, i] of block.instructions.entries()) {
    visit(i, index === block.instructions.length - 1);
    for (const inner of innerBlocks(i)) walk(inner, visit);
    if (i.op === "match" && i.otherwise === undefined) expect(i.arms.length).toBe(i.union.cases.length);
  }
}

function dstsOf(i: Instruction): readonly Variable[] {
  if ("dsts" in i) return i.dsts;
  if (i.op === "match") return i.arms.flatMap((arm) => arm.binding ?? []);
  return "dst" in i ? [i.dst] : [];
}

function checkInvariants(program: IrProgram): void {
  expect(program.functions).toContain(program.main);
  expect(program.main.params).toEqual([]);
  expect(program.main.results).toEqual([]);
  const sites = new Set<number>();
  for (const fn of program.functions) {
    const defined = new Set(fn.params);
    const known = new Map(fn.params.map((param) => [param.id, param]));
    walk(fn.body, (i, isLast) => {
      // Nothing follows an instruction that never finishes.
      if (ENDS.has(i.op)) expect(isLast, i.op).toBe(true);
      for (const dst of dstsOf(i)) {
        if (!dst.mutable) expect(defined.has(dst), `${fn.name}: ${dst.name} is assigned twice`).toBe(false);
        defined.add(dst);
        expect(known.get(dst.id) ?? dst, "ids are unique").toBe(dst);
        known.set(dst.id, dst);
      }
      for (const atom of readsOf(i)) {
        if (atom.kind === "variable") expect(defined.has(atom), `${fn.name}: ${atom.name} is read first`).toBe(true);
      }
      if (i.op === "call" || i.op === "tailCall") {
        expect(program.functions).toContain(i.callee);
        expect(i.args.map((arg) => arg.type)).toEqual(i.callee.params.map((param) => param.type));
      }
      if (i.op === "tailCall") expect(i.callee.results).toEqual(fn.results);
      if (i.op === "return") expect(i.values.map((value) => value.type)).toEqual(fn.results);
      if ("site" in i) {
        expect(sites.has(i.site.id)).toBe(false);
        sites.add(i.site.id);
        expect(program.sites[i.site.id]).toBe(i.site);
      }
    });
  }
}

describe("they hold for", () => {
  it.each(samplePrograms().map((program) => [program.name, program] as const))("%s", (_name, { source }) => {
    checkInvariants(buildProgram(source));
  });
});

/** A sample program with a few of its words changed for others. */
const damagedProgram = fc
  .tuple(
    fc.constantFrom(...samplePrograms()),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("drop", "replace", "insert")), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([{ source }, edits]) => {
    const words = source.text.match(/\s+|\w+|"(?:[^"\\\n]|\\.)*"|./g) ?? [];
    for (const [place, other, edit] of edits) {
      const at = place % words.length;
      const inserted = edit === "drop" ? [] : [words[other % words.length]!];
      words.splice(at, edit === "insert" ? 0 : 1, ...inserted);
    }
    return words.join("");
  });

it("IR is made of damaged programs too, or they are refused with messages", () => {
  fc.assert(
    fc.property(damagedProgram, (text) => {
      let program: IrProgram;
      try {
        program = buildProgram(new SourceFile("damaged.mote", text));
      } catch (error) {
        expect(error).toBeInstanceOf(MoteError);
        return;
      }
      checkInvariants(program);
    }),
    { numRuns: often(150) },
  );
});

it("IR contains only functions that main reaches", () => {
  const text = 'fn used() {}\nfn unused() { print("{1.5}") }\nfn main() { used() }';
  const program = buildProgram(new SourceFile("test.mote", text));
  expect(program.functions.map((fn) => fn.name)).toEqual(["main", "used"]);
});
