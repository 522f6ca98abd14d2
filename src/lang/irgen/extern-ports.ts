/**
 * Ports to the host. What is put goes nowhere, since the host copies it; what is got is made where `get` stands: a text
 * is a new array, which the host fills.
 */

import type { TypedExpression } from "../check/typed.ts";
import { BYTE, optionalOf, type Type } from "../check/types.ts";
import type { Atom, Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import type { PortType } from "../port-abi.ts";
import type { Emitter } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { noneOf, someOf } from "./optionals.ts";
import { BOOL_TYPE, INT_TYPE } from "./representation.ts";
import { arrayAsSlice, newArray } from "./sequences.ts";

type ExpressionOf<Kind extends TypedExpression["kind"]> = Extract<TypedExpression, { kind: Kind }>;

/** The type in the words of the IR. */
export function portType({ kind }: Type): PortType {
  switch (kind) {
    case "int":
    case "long":
    case "float":
    case "bool":
    case "byte":
    case "text":
      return kind;
    default:
      throw new InternalCompilerError(`a port carries a ${kind}`);
  }
}

export function buildExternPut(fn: FunctionBuilder, expression: ExpressionOf<"externPut">, name = "fits"): Atom {
  const port = fn.program.portFor(expression.port);
  const value = fn.value(expression.value);
  const dst = fn.variable(BOOL_TYPE, name);
  fn.emit({
    op: "portPut",
    dst,
    port,
    value: port.type === "text" ? sendText(fn, fn.reference(value)) : fn.atom(value),
  });
  return dst;
}

/** @returns what stands for the text in a `portPut`: its length */
function sendText(fn: Emitter, bytes: Variable): Atom {
  const length = fn.sliceLength(bytes);
  fn.emit({ op: "textSend", bytes });
  return length;
}

export function buildExternGet(fn: FunctionBuilder, expression: ExpressionOf<"externGet">, name = "got"): Atom {
  const { port: symbol, span } = expression;
  const type = optionalOf(symbol.type);
  const port = fn.program.portFor(symbol);
  const isText = port.type === "text";
  const has = fn.variable(BOOL_TYPE, "has");
  const value = isText ? fn.variable(INT_TYPE, "length") : fn.variable(fn.representation.of(symbol.type)[0]!, "value");
  fn.emit({ op: "portGet", dsts: [has, value], port });
  const result = fn.results(fn.representation.of(type), [name]);
  fn.if(
    has,
    () => {
      const content = isText ? receiveText(fn, value, fn.line(span)) : value;
      fn.assign(result, [someOf(fn, type, [content], fn.line(span))]);
    },
    () => fn.assign(result, [noneOf(fn, type)]),
  );
  return result[0]!;
}

function receiveText(fn: Emitter, length: Variable, line: number): Variable {
  const array = newArray(fn, BYTE, length, line, "Text");
  fn.emit({ op: "textReceive", array });
  return arrayAsSlice(fn, BYTE, array, length, "text");
}
