/** Functions that no source defines: what a built-in type does, written once for each element type. */

import { type Type, typeName } from "../check/types.ts";
import type { IrFunction, Variable } from "../ir/ir.ts";
import { Emitter, type Value } from "./emitter.ts";

/**
 * The function `name` of a type; its first parameter is the receiver.
 * @param line of its first call: what panics in it names this line
 * @param make writes the body
 */
export function typeFunction(
  fn: Emitter,
  type: Type,
  name: string,
  line: number,
  parameters: readonly { readonly type: Type; readonly name: string }[],
  make: (into: Emitter, receiver: Variable, args: readonly Value[]) => void,
): IrFunction {
  const { program, representation } = fn;
  return program.synthesised(`${typeName(type)}.${name}`, line, (target) => {
    const into = new Emitter(program, target);
    const receiver = into.parameter(representation.of(type)[0]!, type.kind);
    const args = parameters.map((each) => {
      const names = representation.names(each.type, each.name);
      return representation.of(each.type).map((part, index) => into.parameter(part, names[index]!));
    });
    make(into, receiver, args);
  });
}
