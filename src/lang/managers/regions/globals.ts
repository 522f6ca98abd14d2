/** The globals of a program that lead to objects, side by side, so that a collection of a region finds them. */

import type binaryen from "binaryen";
import { WORD_BYTES } from "#contract";
import type { Place } from "../../codegen/access.ts";
import type { StaticData } from "../../codegen/static-data.ts";
import type { IrGlobal, IrProgram } from "../../ir/ir.ts";
import { forEachInstruction } from "../../ir/traverse.ts";
import type { HeapGlobals } from "../gc/globals.ts";
import { type PointerKind, pointerKindOf } from "../linear/layout.ts";
import type { Shared } from "./frame-code.ts";

/** Where they are, and how a word for one is had. */
export interface RegionGlobals {
  readonly words: Shared["globals"];
  reserve(kind: PointerKind): Place;
}

/** Globals of a program without a heap: in its static data. */
export function staticGlobals(module: binaryen.Module, program: IrProgram, data: StaticData): RegionGlobals {
  const count = countGlobals(program, () => 1);
  const start = data.reserve(count * WORD_BYTES, WORD_BYTES);
  const address = () => module.i32.const(start);
  let used = 0;
  return { words: { address, count }, reserve: () => ({ base: address, offset: used++ * WORD_BYTES }) };
}

/** Globals of a program with a heap: in that's shadow stack. */
export function heapGlobals(program: IrProgram, globals: HeapGlobals): RegionGlobals {
  const count = countGlobals(program, (kind) => globals.wordsOf(kind));
  return { words: { address: () => globals.address(), count }, reserve: (kind) => globals.reserve(kind) };
}

/** How many words the globals of a program take that lead to objects. @param kindWords what one of a kind takes */
function countGlobals({ functions }: IrProgram, kindWords: (kind: PointerKind) => number): number {
  const globals = new Set<IrGlobal>();
  for (const { body } of functions) {
    forEachInstruction(body, (i) => {
      if (i.op === "globalGet" || i.op === "globalSet") globals.add(i.global);
    });
  }
  return [...globals].reduce((words, { type }) => {
    const kind = pointerKindOf(type);
    return kind === null ? words : words + kindWords(kind);
  }, 0);
}
