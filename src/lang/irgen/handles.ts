/**
 * Handles of extern modules. A handle is a record with the address of its node; the nodes of all open handles are a
 * list in memory by hand (prelude.mote), the latest first, with the module's own values. So a handle may be dropped and
 * collected, and what it stands for is still freed when the program ends.
 */

import type { TypedExpression } from "../check/typed.ts";
import type { HandleType, Type } from "../check/types.ts";
import type { Atom, IrFunction, Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import type { HandleKind, ProgramContext } from "./context.ts";
import { Emitter, intConstant, ZERO } from "./emitter.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { HANDLE_NODE, INT_TYPE } from "./representation.ts";
import { typeFunction } from "./type-function.ts";

/** Which of a node's Ints are its kind and its value; the prelude uses the others. */
const NODE_KIND = 0;
const NODE_VALUE = 1;

/** A new handle for what a module has returned. */
export function openHandle(fn: Emitter, type: HandleType, value: Atom, line: number, name: string): Variable {
  const { program, representation } = fn;
  const kind = intConstant(program.handleFor(type).number);
  const latest = fn.variable(INT_TYPE, "latest");
  fn.emit({ op: "globalGet", dst: latest, global: program.openHandles });
  const node = fn.atom(fn.callInternal("__openHandle", [latest, kind, value], "node"));
  fn.emit({ op: "globalSet", global: program.openHandles, value: node });
  const record = representation.handle(type);
  const dst = fn.variable({ kind: "record", record }, name);
  fn.emit({ op: "construct", dst, record, args: [node], site: fn.siteAt(line, type.name) });
  return dst;
}

/** What the module knows a handle by; stops the program when it has been freed. */
export function handleValue(fn: Emitter, handle: Variable, line: number): Atom {
  const node = openNode(fn, handle, line);
  return loadInt(fn, node, NODE_VALUE, "value", line);
}

/** `handle.free()` */
export function buildFreeHandle(fn: FunctionBuilder, expression: TypedExpression, line: number): void {
  const type = handleType(expression.type);
  const handle = fn.reference(fn.frozen(fn.value(expression)));
  openNode(fn, handle, line);
  const free = typeFunction(fn, type, "free", line, [], (into, self) => {
    const node = into.field(self, HANDLE_NODE, "node");
    // Before the call, so that the module never sees a handle that it is freeing.
    into.setField(self, HANDLE_NODE, ZERO);
    const value = closeNode(into, node, into.fn.line);
    into.emit({
      op: "callExtern",
      dsts: [],
      extern: into.program.handleFor(type).free,
      args: [value],
      line: into.fn.line,
    });
    into.end({ op: "return", values: [] });
  });
  fn.emit({ op: "call", dsts: [], callee: free, args: [handle], line });
}

/** Writes the function that frees all handles that are still open, the latest first. */
export function buildFreeAll(program: ProgramContext, kinds: readonly HandleKind[], fn: IrFunction): void {
  const into = new Emitter(program, fn);
  const { line } = fn;
  if (kinds.length > 0)
    into.loop("handles", (end) => {
      const latest = into.variable(INT_TYPE, "latest");
      into.emit({ op: "globalGet", dst: latest, global: program.openHandles });
      into.if(into.compare("eq", latest, ZERO), () => into.break(end));
      const kind = loadInt(into, latest, NODE_KIND, "kind", line);
      const value = closeNode(into, latest, line);
      const arms = kinds.map(({ number, free }) => ({
        values: [number],
        build: () => into.emit({ op: "callExtern", dsts: [], extern: free, args: [value], line }),
      }));
      into.switch(kind, arms, () => {});
    });
  into.end({ op: "return", values: [] });
}

function handleType(type: Type): HandleType {
  if (type.kind !== "handle") throw new InternalCompilerError(`a ${type.kind} is used as a handle`);
  return type;
}

function openNode(fn: Emitter, handle: Variable, line: number): Variable {
  const node = fn.field(handle, HANDLE_NODE, "node");
  fn.require(fn.compare("ne", node, ZERO), () => fn.panic("freedHandle", line));
  return node;
}

/** Takes a node out of the list. @returns its value */
function closeNode(fn: Emitter, node: Variable, line: number): Atom {
  const value = loadInt(fn, node, NODE_VALUE, "value", line);
  const latest = fn.variable(INT_TYPE, "latest");
  fn.emit({ op: "globalGet", dst: latest, global: fn.program.openHandles });
  const [left] = fn.callInternal("__closeHandle", [latest, node], "latest");
  fn.emit({ op: "globalSet", global: fn.program.openHandles, value: left! });
  return value;
}

function loadInt(fn: Emitter, address: Atom, index: number, name: string, line: number): Variable {
  const dst = fn.variable(INT_TYPE, name);
  fn.emit({ op: "memoryLoad", dst, address, index: intConstant(index), line });
  return dst;
}
