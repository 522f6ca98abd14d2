/** What a program does with the ports of its host. */

import type { PortFunction, PortUse } from "../port-abi.ts";
import type { IrPort, IrProgram } from "./ir.ts";
import { forEachInstruction } from "./traverse.ts";

/** Each port and use once, in the order of the program's functions. */
export function usedPorts(program: IrProgram): PortFunction[] {
  const used = new Map<string, PortFunction>();
  const note = (use: PortUse, { name, type }: IrPort) => used.set(`${use} ${name}`, { use, type, name });
  for (const fn of program.functions) {
    forEachInstruction(fn.body, (instruction) => {
      if (instruction.op === "portPut") note("put", instruction.port);
      else if (instruction.op === "portGet") note("get", instruction.port);
    });
  }
  return [...used.values()];
}
