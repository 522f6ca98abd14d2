/** Memory that the program manages itself: a pointer is an int, the address of its first element. */

import type { Builtin, TypedExpression } from "../check/typed.ts";
import type { Type } from "../check/types.ts";
import type { Atom, Variable } from "../ir/ir.ts";
import { numberBytes } from "../ir/numbers.ts";
import { InternalCompilerError } from "../options.ts";
import { intConstant, type Value, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { INT_TYPE } from "./representation.ts";

/** The most bytes that are asked for at once: beyond it the number would be negative. */
const MOST_BYTES = 0x7fffffff;

/** Builds `allocate(n)`, `pointer(address)`, or a method of a pointer, which is then the first argument. */
export function buildPointer(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "builtin" }>,
  builtin: Extract<Builtin, "allocate" | `pointer${string}`>,
  name = "pointer",
): Value {
  const { args, span, type } = expression;
  const line = fn.line(span);
  const [first, second, third] = fn.values(args).map((value) => fn.atom(value));
  const address = first!;
  switch (builtin) {
    case "pointer":
    case "pointerAddress":
      return [address];
    case "allocate": {
      const bytes = elementBytes(fn, type, first!, line);
      return [allocated(fn, line, name, (dst) => fn.emit({ op: "memoryAllocate", dst, bytes }))];
    }
    case "pointerResize": {
      const bytes = elementBytes(fn, type, second!, line);
      return [allocated(fn, line, name, (dst) => fn.emit({ op: "memoryResize", dst, address, bytes, line }))];
    }
    case "pointerFree":
      fn.emit({ op: "memoryFree", address, line });
      return [];
    case "pointerLoad": {
      const [dst] = fn.fresh(type, name);
      fn.emit({ op: "memoryLoad", dst: dst!, address, index: second!, line });
      return [dst!];
    }
    case "pointerStore":
      fn.emit({ op: "memoryStore", address, index: second!, value: third!, line });
      return [];
    case "pointerAt": {
      const bytes = fn.binary("mul", second!, intConstant(bytesOf(fn, type)));
      return [fn.binary("add", address, bytes, name)];
    }
  }
}

/** The bytes of one element of a pointer type. */
function bytesOf(fn: FunctionBuilder, type: Type): number {
  if (type.kind !== "pointer") throw new InternalCompilerError(`a ${type.kind} is used as a pointer`);
  return numberBytes(fn.representation.of(type.element)[0]!);
}

/** The bytes of `count` elements; stops the program unless it is 0 or more, and not beyond what an Int can say. */
function elementBytes(fn: FunctionBuilder, type: Type, count: Atom, line: number): Atom {
  const bytes = bytesOf(fn, type);
  const most = Math.floor(MOST_BYTES / bytes);
  if (count.kind === "constant" && count.value >= 0 && count.value <= most) {
    return intConstant(Number(count.value) * bytes);
  }
  fn.require(fn.compare("ge", count, ZERO), () => fn.panic("negativeLength", line, count));
  if (bytes === 1) return count;
  fn.require(fn.compare("le", count, intConstant(most)), () => fn.panic("outOfMemory", line));
  return fn.binary("mul", count, intConstant(bytes), "bytes");
}

/** The address that `emit` gives, unless it is 0: then there is no memory. */
function allocated(fn: FunctionBuilder, line: number, name: string, emit: (dst: Variable) => void): Variable {
  const dst = fn.variable(INT_TYPE, name);
  emit(dst);
  fn.require(fn.compare("ne", dst, ZERO), () => fn.panic("outOfMemory", line));
  return dst;
}
