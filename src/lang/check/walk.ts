/** Walking the checked program: what stands directly inside an expression or statement. */

import type { FieldValue, TypedExpression, TypedStatement } from "./typed.ts";

export type TypedNode = TypedExpression | TypedStatement;

/**
 * Calls `visit` for a node and all nodes inside it, in no order that counts. The bodies of functions without a name are
 * functions of their own, and not among them. Does not recurse: programs may nest deeply.
 */
export function forEachNode(root: TypedNode, visit: (node: TypedNode) => void): void {
  const open: TypedNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    visit(node);
    // Not by spreading: a literal may have more elements than a call may have arguments.
    for (const inner of nodesIn(node)) open.push(inner);
  }
}

function nodesIn(node: TypedNode): readonly TypedNode[] {
  switch (node.kind) {
    case "number":
    case "bool":
    case "text":
    case "local":
    case "global":
    case "closure":
    case "externGet":
    case "break":
    case "continue":
      return [];
    case "concat":
      return node.parts;
    case "call":
    case "builtin":
      return node.args;
    case "callValue":
      return [node.callee, ...node.args];
    case "parseNumber":
    case "intrinsic":
    case "negate":
    case "not":
      return [node.operand];
    case "structLiteral":
    case "case":
    case "newObject":
      return node.fields.flatMap(nodesOfField);
    case "field":
    case "member":
    case "length":
      return [node.object];
    case "index":
      return [node.object, node.index];
    case "slice":
      return [node.object, node.start, node.end].filter((each) => each !== null);
    case "arrayLiteral":
      return node.elements;
    case "arithmetic":
    case "comparison":
    case "logical":
      return [node.left, node.right];
    case "if":
      return [node.condition, node.then, ...(node.otherwise === null ? [] : [node.otherwise])];
    case "match":
      return [node.subject, ...node.arms.map(({ body }) => body)];
    case "block":
      return node.result === null ? node.statements : [...node.statements, node.result];
    case "expression":
    case "let":
    case "assign":
    case "setGlobal":
    case "externPut":
      return [node.value];
    case "setIndex":
      return [node.object, node.index, node.value];
    case "setMember":
      return [node.object, node.value];
    case "while":
      return [node.condition, node.body];
    case "forRange":
      return [node.start, node.end, node.body];
    case "forEach":
      return [node.subject, node.body];
    case "return":
      return node.value === null ? [] : [node.value];
  }
}

function nodesOfField(field: FieldValue): readonly TypedExpression[] {
  if (field.kind === "elements") return field.elements;
  return [field.kind === "copy" ? field.source : field.value];
}
