/**
 * Ports: queues of bounded length between two parts of a program. A record of a storage array, the index of the first
 * element and the number of elements; the storage is used in a circle and never grows.
 */

import type { Builtin, TypedExpression } from "../check/typed.ts";
import { BOOL, optionalOf, portOf, type Type, typeName } from "../check/types.ts";
import type { Atom, IrFunction, Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { boolConstant, type Emitter, intConstant, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { noneOf, someOf } from "./optionals.ts";
import { INT_TYPE, PORT_COUNT, PORT_FIRST, PORT_STORAGE } from "./representation.ts";
import { arrayLength, clearElements, newArray, portCount } from "./sequences.ts";
import { typeFunction } from "./type-function.ts";

/** Builds `port(n)`, or a method of a port, which is then the first argument. */
export function buildPort(
  fn: FunctionBuilder,
  expression: Extract<TypedExpression, { kind: "builtin" }>,
  builtin: Extract<Builtin, `port${string}`>,
  name?: string,
): Variable {
  const { args, span, type } = expression;
  const line = fn.line(span);
  const [first, value] = fn.values(args);
  switch (builtin) {
    case "port":
      return make(fn, elementOf(type), fn.atom(first!), line, name);
    case "portPut": {
      const element = elementOf(args[0]!.type);
      const callee = putFunction(fn, element, line);
      return fn.reference(fn.callFunction(callee, BOOL, [...first!, ...value!], name ?? "fits", line));
    }
    case "portGet": {
      const element = elementOf(args[0]!.type);
      return fn.reference(fn.callFunction(getFunction(fn, element, line), type, first!, name ?? "got", line));
    }
  }
}

function elementOf(type: Type): Type {
  if (type.kind !== "port") throw new InternalCompilerError(`a ${type.kind} is used as a port`);
  return type.element;
}

function make(fn: Emitter, element: Type, capacity: Atom, line: number, name = "port"): Variable {
  if (capacity.kind === "variable" || capacity.value < 0) {
    fn.require(fn.compare("ge", capacity, ZERO), () => fn.panic("negativeLength", line, capacity));
  }
  const record = fn.representation.port(element);
  const storage = newArray(fn, element, capacity, line, `${typeName(portOf(element))} storage`);
  const dst = fn.variable({ kind: "record", record }, name);
  fn.emit({ op: "construct", dst, record, args: [storage, ZERO, ZERO], site: fn.siteAt(line, record.name) });
  return dst;
}

/** Puts a value behind the last one; false when there is no room. */
function putFunction(fn: Emitter, element: Type, line: number): IrFunction {
  return typeFunction(fn, portOf(element), "put", line, [{ type: element, name: "value" }], (into, port, [value]) => {
    into.fn.results = [{ kind: "bool" }];
    const storage = into.field(port, PORT_STORAGE, "storage");
    const [count, capacity] = [portCount(into, port), arrayLength(into, storage)];
    into.if(into.compare("ge", count, capacity), () => into.end({ op: "return", values: [boolConstant(false)] }));
    const first = into.field(port, PORT_FIRST, "first");
    // As far behind the end as the sum would be in front of the beginning: no overflow, however large the port.
    const room = into.binary("sub", capacity, first, "room");
    const [at] = into.variables([INT_TYPE], ["at"]);
    into.if(
      into.compare("lt", count, room),
      () => into.set(at!, into.binary("add", first, count)),
      () => into.set(at!, into.binary("sub", count, room)),
    );
    into.emit({ op: "arraySet", isFirst: true, array: storage, index: at!, values: value! });
    into.setField(port, PORT_COUNT, into.binary("add", count, intConstant(1)));
    into.end({ op: "return", values: [boolConstant(true)] });
  });
}

/** Takes the first value; none when there is none. */
function getFunction(fn: Emitter, element: Type, line: number): IrFunction {
  return typeFunction(fn, portOf(element), "get", line, [], (into, port) => {
    const type = optionalOf(element);
    const union = into.representation.union(type);
    into.fn.results = [{ kind: "union", union }];
    const count = portCount(into, port);
    into.if(into.compare("eq", count, ZERO), () => into.end({ op: "return", values: [noneOf(into, type)] }));
    const storage = into.field(port, PORT_STORAGE, "storage");
    const first = into.field(port, PORT_FIRST, "first");
    const values = into.fresh(element, "value");
    into.emit({ op: "arrayGet", dsts: values, array: storage, index: first });
    clearElements(into, storage, first, intConstant(1));
    const [next] = into.variables([INT_TYPE], ["next"]);
    into.set(next!, into.binary("add", first, intConstant(1)));
    into.if(into.compare("eq", next!, arrayLength(into, storage)), () => into.set(next!, ZERO));
    into.setField(port, PORT_FIRST, next!);
    into.setField(port, PORT_COUNT, into.binary("sub", count, intConstant(1)));
    into.end({ op: "return", values: [someOf(into, type, values, line)] });
  });
}
