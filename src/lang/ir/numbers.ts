/** How numbers lie in memory: the same under every manager, and for extern modules. */

import { InternalCompilerError } from "../options.ts";
import type { IrType } from "./ir.ts";

/** The bytes that a number of this type takes, and its alignment. */
export function numberBytes(type: IrType): number {
  switch (type.kind) {
    case "byte":
    case "bool":
      return 1;
    case "int":
      return 4;
    case "long":
    case "float":
      return 8;
    default:
      throw new InternalCompilerError(`a ${type.kind} is no number`);
  }
}
