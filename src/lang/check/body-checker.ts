/**
 * The body checker: statements and blocks of one function. Expressions, assignments and loops are checked by the files
 * beside this one, which come back to it through `Body`.
 */

import type { Span } from "../source.ts";
import type { BlockNode, Expression, Statement } from "../syntax/ast.ts";
import { checkAssign } from "./assignments.ts";
import type { Body, CheckedFunction, CheckedLoop, CheckedStatement, StatementOf } from "./body.ts";
import { checkExpression } from "./expressions.ts";
import { checkFor, checkWhile } from "./loops.ts";
import { some } from "./optionals.ts";
import type { ProgramScope } from "./scope.ts";
import { staticType } from "./statics.ts";
import type { FunctionSymbol, GlobalSymbol, Local, TypedBlock, TypedExpression, TypedStatement } from "./typed.ts";
import {
  BOOL,
  ERROR,
  isBottom,
  isReadAs,
  NEVER,
  optionalElement,
  type Type,
  typeName,
  UNIT,
  UNKNOWN,
} from "./types.ts";
import { type Capture, Variables } from "./variables.ts";
import { conversionHint, describe } from "./words.ts";

interface Loop {
  broken: boolean;
}

/** Kinds of expressions that are a T where a `T?` is wanted, so that a T is to be wished for. */
function isPlain({ kind }: Expression): boolean {
  return ["integer", "unary", "binary", "arrayLiteral", "lambda"].includes(kind);
}

/** Checks the body of one function: see `Body`, whose methods the checkers of expressions and statements call. */
export class BodyChecker implements Body {
  readonly scope: ProgramScope;
  readonly symbol: FunctionSymbol;
  readonly variables: Variables;
  readonly #loops: Loop[] = [];
  readonly #outer: BodyChecker | null;
  /** Captures of all functions inside this one, whose variables must not be assigned: known at its end. */
  readonly #captured: Capture[] = [];
  /** The result follows from the body. */
  #infersResult = false;
  /** What is being checked stands in an `unsafe` block, also in one of a function around. */
  #isUnsafe: boolean;

  /** @param outer the function that this one stands in, without a name */
  constructor(scope: ProgramScope, symbol: FunctionSymbol, outer: BodyChecker | null = null) {
    this.scope = scope;
    this.symbol = symbol;
    this.variables = new Variables(outer?.variables ?? null);
    this.#outer = outer;
    this.#isUnsafe = outer === null ? false : outer.#isUnsafe;
  }

  unsafely<T>(check: () => T): T {
    const outer = this.#isUnsafe;
    this.#isUnsafe = true;
    try {
      return check();
    } finally {
      this.#isUnsafe = outer;
    }
  }

  requireUnsafe(span: Span, what: string): void {
    if (this.#isUnsafe) return;
    this.report(span, `${what} only in an \`unsafe\` block`, "write `unsafe { ... }` around it");
  }

  /** Checks the whole body and stores it in the function's symbol. */
  check(node: BlockNode): void {
    this.variables.scoped(this.symbol.parameters, () => {
      this.symbol.body = this.block(node, this.symbol.result);
    });
    this.#refuseAssignedCaptures();
  }

  /** Checks the value of a global, whose type may follow from it. */
  checkGlobal(node: BlockNode, global: GlobalSymbol): void {
    if (global.type !== UNKNOWN) {
      this.check(node);
      return;
    }
    const body = this.variables.scoped([], () => this.block(node));
    if (body.type === UNIT || body.type === NEVER) this.report(node.span, "this has no value");
    const isSound = body.type !== UNIT && !isBottom(body.type);
    this.symbol.result = isSound ? body.type : ERROR;
    global.type = global.isStatic ? staticType(this.scope, this.symbol.result, global.span) : this.symbol.result;
    this.symbol.body = body;
    this.#refuseAssignedCaptures();
  }

  #refuseAssignedCaptures(): void {
    for (const { outer, span } of this.#captured) {
      if (!outer.assigned) continue;
      const message = `\`${outer.name}\` is assigned to, so a function cannot capture it`;
      this.report(span, message, `copy it first, \`let copy = ${outer.name}\`, or keep what changes in an object`);
    }
  }

  inner(symbol: FunctionSymbol, node: BlockNode, parameters: readonly Local[], declared: Type | null): CheckedFunction {
    const checker = new BodyChecker(this.scope, symbol, this);
    checker.#infersResult = declared === null;
    const body = checker.variables.scoped(parameters, () => checker.block(node, declared ?? undefined));
    symbol.body = body;
    const captures = checker.variables.captures();
    this.#root().#captured.push(...captures);
    return { result: declared ?? (body.type === NEVER ? UNIT : body.type), captures };
  }

  #root(): BodyChecker {
    return this.#outer === null ? this : this.#outer.#root();
  }

  report(span: Span, message: string, hint?: string): void {
    this.scope.report(span, message, hint);
  }

  poison(span: Span): TypedExpression {
    return { kind: "bool", value: false, type: ERROR, span };
  }

  expression(node: Expression, want?: Type): TypedExpression {
    return checkExpression(this, node, want);
  }

  infer(node: Expression, want?: Type): TypedExpression {
    const typed = this.expression(node, want);
    if (typed.type !== UNIT) return typed;
    this.report(node.span, "this has no value");
    return this.poison(node.span);
  }

  value(node: Expression, expected: Type): TypedExpression {
    const element = optionalElement(expected);
    const typed = this.expression(node, element !== null && isPlain(node) ? element : expected);
    if (element !== null && typed.type === element) return some(typed);
    if (element !== null && isReadAs(typed.type, element)) return some({ ...typed, type: element });
    if (isReadAs(typed.type, expected)) return { ...typed, type: expected };
    if (typed.type === expected || isBottom(typed.type) || expected === ERROR) return typed;
    if (typed.type === UNIT) this.report(node.span, `expected ${describe(expected)}, but this has no value`);
    else {
      const message = `expected ${describe(expected)}, but this is ${describe(typed.type)}`;
      const isCallable = typed.type.kind === "function" && typed.type.result === expected;
      const hint = isCallable && node.kind === "name" ? `call it: \`${node.name}(...)\`` : undefined;
      this.report(node.span, message, hint ?? conversionHint(typed.type, expected));
    }
    return this.poison(node.span);
  }

  condition(node: Expression): TypedExpression {
    if (node.kind === "block") this.report(node.span, "a condition cannot be a block");
    return this.value(node, BOOL);
  }

  block(node: BlockNode, want?: Type): TypedBlock {
    return this.variables.scoped([], () => {
      const statements: TypedStatement[] = [];
      let result: TypedExpression | null = null;
      let diverges = false;
      for (const [index, statement] of node.statements.entries()) {
        if (index === node.statements.length - 1 && statement.kind === "expression" && want !== UNIT) {
          result = want === undefined ? this.expression(statement.value) : this.value(statement.value, want);
          diverges ||= result.type === NEVER;
        } else {
          const checked = this.#statement(statement);
          statements.push(checked.statement);
          diverges ||= checked.diverges;
        }
      }
      if (result === null && !diverges && want !== undefined && want !== UNIT && want !== ERROR) {
        const last = node.statements.at(-1)?.span ?? node.span;
        const hint = "the last line of a block is its value";
        this.report(last, `expected ${describe(want)}, but this block ends without a value`, hint);
        return { kind: "block", statements, result, type: ERROR, span: node.span };
      }
      return { kind: "block", statements, result, type: diverges ? NEVER : (result?.type ?? UNIT), span: node.span };
    });
  }

  #statement(node: Statement): CheckedStatement {
    switch (node.kind) {
      case "let":
        return this.#let(node);
      case "assign":
        return checkAssign(this, node);
      case "while":
        return checkWhile(this, node);
      case "for":
        return checkFor(this, node);
      case "return":
        return { statement: { kind: "return", value: this.#returned(node) }, diverges: true };
      case "break":
      case "continue": {
        const loop = this.#loops.at(-1);
        if (loop === undefined) this.report(node.span, `\`${node.kind}\` outside of a loop`);
        else if (node.kind === "break") loop.broken = true;
        return { statement: { kind: node.kind }, diverges: true };
      }
      case "expression": {
        const value = this.#effect(node.value);
        return { statement: { kind: "expression", value }, diverges: value.type === NEVER };
      }
    }
  }

  /** An expression evaluated for what it does. */
  #effect(node: Expression): TypedExpression {
    const typed = this.expression(node, UNIT);
    const useful = ["call", "callValue", "method", "if", "match", "unsafe", "block"].includes(node.kind);
    if (!useful && !isBottom(typed.type)) {
      const assigns = node.kind === "binary" && node.operator === "==";
      this.report(node.span, "the value of this expression is not used", assigns ? "to assign, write `=`" : undefined);
    }
    return typed;
  }

  #let(node: StatementOf<"let">): CheckedStatement {
    let type: Type;
    let value: TypedExpression;
    if (node.type === null) {
      value = this.infer(node.value);
      type = value.type;
    } else {
      type = this.scope.resolve(node.type);
      value = this.value(node.value, type);
    }
    const local: Local = { name: node.name.text, type, span: node.name.span, assigned: false };
    this.variables.declare(local);
    return { statement: { kind: "let", local, value }, diverges: value.type === NEVER };
  }

  loop(node: BlockNode, locals: readonly Local[]): CheckedLoop {
    const loop: Loop = { broken: false };
    this.#loops.push(loop);
    const body = this.variables.scoped(locals, () => this.block(node, UNIT));
    this.#loops.pop();
    return { body, isBroken: loop.broken };
  }

  #returned(node: StatementOf<"return">): TypedExpression | null {
    const { name, result } = this.symbol;
    if (this.#infersResult) {
      this.report(node.span, "the result of this function has to be declared, since it has a `return`");
      return node.value === null ? null : this.infer(node.value);
    }
    if (node.value === null) {
      if (result !== UNIT && result !== ERROR) {
        this.report(node.span, `\`${name}\` must return ${describe(result)}`);
      }
      return null;
    }
    if (result !== UNIT) return this.value(node.value, result);
    const value = this.expression(node.value, UNIT);
    if (value.type !== UNIT && !isBottom(value.type)) {
      const hint = name === "main" ? undefined : `declare its result: \`-> ${typeName(value.type)}\``;
      this.report(node.value.span, `\`${name}\` returns nothing, but a value is given`, hint);
    }
    return value;
  }
}
