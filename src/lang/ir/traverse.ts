/** Walking the IR: what an instruction reads and writes, and the blocks it contains. */

import type {
  Atom,
  Block,
  Bound,
  Instruction,
  InstructionOf,
  IrFunction,
  IrType,
  LifetimeInstruction,
  Variable,
} from "./ir.ts";

/** True for types whose values refer to memory, so that a collector must know them. */
export function holdsPointer(type: IrType): boolean {
  switch (type.kind) {
    case "union":
    case "record":
    case "array":
    case "slice":
      return true;
    default:
      return false;
  }
}

/** An instruction that reads or writes an object that is there already, and says on which line. */
export type Access = Extract<Instruction, { readonly op: (typeof ACCESSES)[number] }>;

const ACCESSES = [
  "field",
  "setField",
  "unpackedGet",
  "match",
  "arrayGrow",
  "arrayLength",
  "arrayGet",
  "arraySet",
  "arrayClear",
  "arrayFill",
  "sliceGet",
  "sliceSet",
  "write",
] as const satisfies readonly Instruction["op"][];
const isAccessOp: ReadonlySet<Instruction["op"]> = new Set(ACCESSES);

export function isAccess(instruction: Instruction): instruction is Access {
  return isAccessOp.has(instruction.op);
}

/** The objects that an access reads or writes. */
function accessedBy(instruction: Access): readonly Variable[] {
  switch (instruction.op) {
    case "field":
    case "setField":
    case "unpackedGet":
      return [instruction.object];
    case "match":
      return [instruction.value];
    case "arrayGrow":
    case "arrayLength":
    case "arrayGet":
    case "arraySet":
    case "arrayClear":
      return [instruction.array];
    case "arrayFill":
      return [instruction.array, instruction.source];
    case "sliceGet":
    case "sliceSet":
      return [instruction.slice];
    case "write":
      return [instruction.bytes];
  }
}

/** The checks of the objects that an instruction reads or writes. */
export function accessChecks(i: Instruction): LifetimeInstruction[] {
  if (!isAccess(i)) return [];
  return accessedBy(i).map((object) => {
    return { op: "accessCheck", object, isWritten: i.op !== "sliceSet", line: i.line ?? 0 };
  });
}

/** What a lifetime pass has bound in an instruction: what it allocates, or what a callee allocates for it. */
export function boundsOf(i: Instruction): readonly Bound[] {
  if (i.op === "call" || i.op === "tailCall") return i.bounds ?? [];
  return "bound" in i && i.bound !== undefined ? [i.bound] : [];
}

/** The atoms an instruction reads itself; what its nested blocks read is not among them. */
export function readsOf(instruction: Instruction): readonly Atom[] {
  switch (instruction.op) {
    case "set":
      return [instruction.src];
    case "globalSet":
      return [instruction.value];
    case "unary":
      return [instruction.a];
    case "binary":
    case "same":
      return [instruction.a, instruction.b];
    case "call":
    case "tailCall":
    case "construct":
    case "callExtern":
      return instruction.args;
    case "field":
    case "part":
      return [instruction.object];
    case "setField":
      return [instruction.object, instruction.value];
    case "unpackedGet":
      return [instruction.object, instruction.at];
    case "unpackedSlice":
      return [instruction.object, instruction.start, instruction.end];
    case "arrayNew":
      return [instruction.length];
    case "arrayGrow":
      return [instruction.array, instruction.used, instruction.length];
    case "arrayLength":
      return [instruction.array];
    case "arrayGet":
      return [instruction.array, instruction.index];
    case "arraySet":
      return [instruction.array, instruction.index, ...instruction.values];
    case "arrayClear":
      return [instruction.array, instruction.at, instruction.count];
    case "arrayFill":
      return [instruction.array, instruction.at, instruction.source, instruction.from, instruction.count];
    case "arraySlice":
      return [instruction.array, instruction.start, instruction.end];
    case "sliceLength":
      return [instruction.slice];
    case "sliceGet":
      return [instruction.slice, instruction.index];
    case "sliceSet":
      return [instruction.slice, instruction.index, ...instruction.values];
    case "subslice":
      return [instruction.slice, instruction.start, instruction.end];
    case "if":
      return [instruction.condition];
    case "switch":
    case "match":
      return [instruction.value];
    case "return":
      return instruction.values;
    case "panic":
      return [instruction.a, instruction.b].filter((atom) => atom !== undefined);
    case "write":
    case "textSend":
      return [instruction.bytes];
    case "portPut":
      return [instruction.value];
    case "textReceive":
      return [instruction.array];
    case "memoryAllocate":
      return [instruction.bytes];
    case "memoryResize":
      return [instruction.address, instruction.bytes];
    case "memoryFree":
      return [instruction.address];
    case "memoryLoad":
      return [instruction.address, instruction.index];
    case "memoryStore":
      return [instruction.address, instruction.index, instruction.value];
    case "regionCollect":
      return instruction.roots;
    case "regionDrop":
      return instruction.keeping;
    case "arrayFree":
      return [instruction.owner];
    case "accessCheck":
      return [instruction.object];
    case "lifetime":
      return instruction.operands;
    case "regionCheckpoint":
    case "regionOpen":
    case "regionReset":
    case "regionClose":
    case "regionCandidate":
    case "globalReset":
    case "globalGet":
    case "immediate":
    case "sliceEmpty":
    case "literal":
    case "static":
    case "loop":
    case "block":
    case "break":
    case "continue":
    case "readInput":
    case "arguments":
    case "portGet":
      return [];
  }
}

/** The variables an instruction defines itself. A match defines its bindings in its arms, not here. */
export function writesOf(instruction: Instruction): readonly Variable[] {
  if ("dst" in instruction) return [instruction.dst];
  if ("dsts" in instruction) return instruction.dsts;
  return [];
}

/** The blocks directly inside an instruction. */
export function blocksOf(instruction: Instruction): readonly Block[] {
  switch (instruction.op) {
    case "if":
      return [instruction.then, instruction.otherwise];
    case "switch":
      return [...instruction.arms.map((arm) => arm.body), instruction.otherwise];
    case "match": {
      const arms = instruction.arms.map((arm) => arm.body);
      return instruction.otherwise === undefined ? arms : [...arms, instruction.otherwise];
    }
    case "loop":
    case "block":
      return [instruction.body];
    default:
      return [];
  }
}

/** Calls `visit` for a block and the blocks inside. */
export function forEachBlock(block: Block, visit: (block: Block) => void): void {
  visit(block);
  for (const instruction of block.instructions) for (const inner of blocksOf(instruction)) forEachBlock(inner, visit);
}

/** Calls `visit` for every instruction of a block and of the blocks inside, in the order of the text. */
export function forEachInstruction(block: Block, visit: (instruction: Instruction) => void): void {
  for (const instruction of block.instructions) {
    visit(instruction);
    for (const inner of blocksOf(instruction)) forEachInstruction(inner, visit);
  }
}

/** Calls `visit` for every loop of a block and of the blocks inside, with how many loops are around it, itself included. */
export function forEachLoop(
  block: Block,
  visit: (loop: InstructionOf<"loop">, level: number) => void,
  around = 0,
): void {
  for (const i of block.instructions) {
    const level = i.op === "loop" ? around + 1 : around;
    if (i.op === "loop") visit(i, level);
    for (const inner of blocksOf(i)) forEachLoop(inner, visit, level);
  }
}

/** True if a call of the function may take long without calling another: it has a loop, or jumps to its start. */
export function hasLoop(fn: IrFunction): boolean {
  let found = false;
  forEachInstruction(fn.body, (instruction) => {
    if (instruction.op === "loop" || (instruction.op === "tailCall" && instruction.callee === fn)) found = true;
  });
  return found;
}
