/**
 * Checks the body of one function: statements, blocks and scopes; expressions are checked by the files beside this one.
 *
 * Types flow both ways. `expression(node, want)` takes the type its context would like (literals and `[]` follow it),
 * and UNIT means that no value is needed; `value` insists on a type, `infer` on any value at all.
 */

import type { Span } from "../source.ts";
import type { BlockNode, Expression, Statement } from "../syntax/ast.ts";
import { checkExpression } from "./expressions.ts";
import { portNamed, refusePort } from "./extern-ports.ts";
import { checkArithmetic } from "./operators.ts";
import { some } from "./optionals.ts";
import type { ProgramScope } from "./scope.ts";
import { staticType } from "./statics.ts";
import { didYouMean } from "./suggest.ts";
import type { FunctionSymbol, GlobalSymbol, Local, TypedBlock, TypedExpression, TypedStatement } from "./typed.ts";
import {
  BOOL,
  ERROR,
  INT,
  isBottom,
  isInteger,
  isReadAs,
  LONG,
  NEVER,
  optionalElement,
  TEXT,
  type Type,
  typeName,
  UNIT,
  UNKNOWN,
} from "./types.ts";
import { CONST_HINT, conversionHint, describe } from "./words.ts";

interface Loop {
  broken: boolean;
}

type ExpressionOf<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;
type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** A variable of the function around, and the parameter that stands for it inside. */
interface Capture {
  readonly outer: Local;
  readonly inner: Local;
  /** Where it is named first. */
  readonly span: Span;
}

/** A checked statement, and whether what follows it is never reached. */
interface Checked {
  readonly statement: TypedStatement;
  readonly diverges: boolean;
}

/** Kinds of expressions that are a T where a `T?` is wanted, so that a T is to be wished for. */
function isPlain({ kind }: Expression): boolean {
  return ["integer", "unary", "binary", "arrayLiteral", "lambda"].includes(kind);
}

export class Body {
  readonly scope: ProgramScope;
  readonly symbol: FunctionSymbol;
  readonly #locals: Map<string, Local>[] = [];
  readonly #loops: Loop[] = [];
  readonly #outer: Body | null;
  readonly #captures = new Map<Local, Capture>();
  /** Captures of all functions inside this one, whose variables must not be assigned: known at its end. */
  readonly #captured: Capture[] = [];
  /** The result follows from the body. */
  #infersResult = false;
  #isUnsafe: boolean;

  /** @param outer the function that this one stands in, without a name */
  constructor(scope: ProgramScope, symbol: FunctionSymbol, outer: Body | null = null) {
    this.scope = scope;
    this.symbol = symbol;
    this.#outer = outer;
    this.#isUnsafe = outer?.isUnsafe ?? false;
  }

  /** Whether what is being checked stands in an `unsafe` block, also in one of a function around. */
  get isUnsafe(): boolean {
    return this.#isUnsafe;
  }

  /** Runs `check` as inside of an `unsafe` block. */
  unsafely<T>(check: () => T): T {
    const outer = this.#isUnsafe;
    this.#isUnsafe = true;
    try {
      return check();
    } finally {
      this.#isUnsafe = outer;
    }
  }

  /** Reports what stands outside of an `unsafe` block and must not. */
  requireUnsafe(span: Span, what: string): void {
    if (this.#isUnsafe) return;
    this.report(span, `${what} only in an \`unsafe\` block`, "write `unsafe { ... }` around it");
  }

  /** Checks the whole body and stores it in the function's symbol. */
  check(node: BlockNode): void {
    this.scoped(this.symbol.parameters, () => {
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
    const body = this.scoped([], () => this.block(node));
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

  /**
   * Checks the body of a function without a name.
   * @param declared its result; null: follows from the body
   */
  checkInner(
    node: BlockNode,
    parameters: readonly Local[],
    declared: Type | null,
  ): { readonly result: Type; readonly captures: readonly Capture[] } {
    this.#infersResult = declared === null;
    const body = this.scoped(parameters, () => this.block(node, declared ?? undefined));
    this.symbol.body = body;
    const captures = [...this.#captures.values()];
    this.#root().#captured.push(...captures);
    return { result: declared ?? (body.type === NEVER ? UNIT : body.type), captures };
  }

  /** For the body of a function without a name that stands in this one. */
  inner(symbol: FunctionSymbol): Body {
    return new Body(this.scope, symbol, this);
  }

  #root(): Body {
    return this.#outer === null ? this : this.#outer.#root();
  }

  report(span: Span, message: string, hint?: string): void {
    this.scope.report(span, message, hint);
  }

  /** Runs `check` with more names in scope. */
  scoped<T>(locals: readonly Local[], check: () => T): T {
    this.#locals.push(new Map(locals.map((local) => [local.name, local])));
    try {
      return check();
    } finally {
      this.#locals.pop();
    }
  }

  /** What a name stands for, also in the functions around; captures nothing. */
  lookup(name: string): Local | undefined {
    return this.#own(name) ?? this.#outer?.lookup(name);
  }

  #own(name: string): Local | undefined {
    for (let i = this.#locals.length - 1; i >= 0; i--) {
      const local = this.#locals[i]!.get(name);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  /** The variable of this name where it stands, captured if it belongs to a function around. */
  variable(name: string, span: Span): Local | undefined {
    const own = this.#own(name);
    if (own !== undefined || this.#outer === null) return own;
    const outer = this.#outer.variable(name, span);
    if (outer === undefined) return undefined;
    let capture = this.#captures.get(outer);
    if (capture === undefined) {
      capture = { outer, inner: { ...outer, assigned: false }, span };
      this.#captures.set(outer, capture);
    }
    return capture.inner;
  }

  /** The names of all variables in scope. */
  localNames(): string[] {
    return [...this.#locals.flatMap((locals) => [...locals.keys()]), ...(this.#outer?.localNames() ?? [])];
  }

  /** An expression that has been reported: fits everywhere. */
  poison(span: Span): TypedExpression {
    return { kind: "bool", value: false, type: ERROR, span };
  }

  /** Checks an expression; `want` is a wish (UNIT: no value needed), see the head of this file. */
  expression(node: Expression, want?: Type): TypedExpression {
    return checkExpression(this, node, want);
  }

  /** Checks an expression that must have a value, of whatever type. */
  infer(node: Expression, want?: Type): TypedExpression {
    const typed = this.expression(node, want);
    if (typed.type !== UNIT) return typed;
    this.report(node.span, "this has no value");
    return this.poison(node.span);
  }

  /** Checks an expression that must have this type. */
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

  /** Checks a block in a scope of its own. With UNIT its last expression is a statement like the others. */
  block(node: BlockNode, want?: Type): TypedBlock {
    return this.scoped([], () => {
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

  #statement(node: Statement): Checked {
    switch (node.kind) {
      case "let":
        return this.#let(node);
      case "assign":
        return this.#assign(node);
      case "while":
        return this.#while(node);
      case "for":
        return node.end === null ? this.#forEach(node) : this.#forRange(node, node.end);
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

  #let(node: StatementOf<"let">): Checked {
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
    this.#locals.at(-1)!.set(local.name, local);
    return { statement: { kind: "let", local, value }, diverges: value.type === NEVER };
  }

  #assign(node: StatementOf<"assign">): Checked {
    const { target } = node;
    if (target.kind === "name") return this.#assignVariable(node, target);
    if (target.kind === "index") return this.#assignElement(node, target);
    if (target.kind === "field") return this.#assignField(node, target);
    let message = "this cannot be assigned to";
    let hint: string | undefined = "assign to a variable, to an element `a[i]`, or to a field of an object";
    if (target.kind === "slice") {
      message = "a slice cannot be assigned to";
      hint = "assign to its elements one by one";
    }
    this.report(target.span, message, hint);
    const value = this.infer(node.value);
    return { statement: { kind: "expression", value }, diverges: false };
  }

  #assignVariable(node: StatementOf<"assign">, target: ExpressionOf<"name">): Checked {
    if (target.name === "this") {
      this.report(target.span, "`this` is the object of the method, and stays it");
      return { statement: { kind: "expression", value: this.infer(node.value) }, diverges: false };
    }
    const local = this.lookup(target.name);
    const global = local === undefined ? this.scope.globals.get(target.name) : undefined;
    if (global !== undefined) return this.#assignGlobal(node, global, target.span);
    const port = portNamed(this, target.name);
    if (port !== undefined) {
      refusePort(this, port, target.span);
      return { statement: { kind: "expression", value: this.infer(node.value) }, diverges: false };
    }
    if (local === undefined) {
      const hint = didYouMean(target.name, this.localNames()) ?? `declare it with \`let ${target.name} = ...\``;
      this.scope.reportUnknown(target.name, target.span, `there is no variable \`${target.name}\` to assign to`, hint);
      return { statement: { kind: "expression", value: this.infer(node.value) }, diverges: false };
    }
    if (this.#own(target.name) === undefined) {
      const message = `\`${target.name}\` belongs to the function around this one, and cannot be assigned to here`;
      this.report(target.span, message, "keep what changes in an object, a list or a global");
      return { statement: { kind: "expression", value: this.infer(node.value) }, diverges: false };
    }
    local.assigned = true;
    const { span, type } = { span: target.span, type: local.type };
    let value: TypedExpression;
    if (node.operator === null) value = this.value(node.value, type);
    else {
      const right = this.value(node.value, type);
      value = checkArithmetic(this, node.operator, { kind: "local", local, type, span }, right, node.span);
    }
    return { statement: { kind: "assign", local, value }, diverges: value.type === NEVER };
  }

  #assignGlobal(node: StatementOf<"assign">, global: GlobalSymbol, span: Span): Checked {
    const { type } = global;
    if (global.isStatic) {
      this.report(span, `\`${global.name}\` is static, and never changes`, "make it a `global`");
      return { statement: { kind: "expression", value: this.infer(node.value, type) }, diverges: false };
    }
    let value = this.value(node.value, type);
    if (node.operator !== null) {
      value = checkArithmetic(this, node.operator, { kind: "global", global, type, span }, value, node.span);
    }
    return { statement: { kind: "setGlobal", global, value }, diverges: value.type === NEVER };
  }

  #assignField(node: StatementOf<"assign">, target: ExpressionOf<"field">): Checked {
    const place = this.infer(target);
    const diverges = false;
    if (place.kind !== "member" || place.field.unpackedLength !== null) {
      if (place.kind === "member") {
        this.report(target.span, "an array unpacked in its owner cannot be assigned to", "assign to its elements");
      } else if (!isBottom(place.type)) {
        const message = "fields cannot be assigned to: structs are immutable";
        this.report(target.span, message, "make a new struct, or a class of what changes");
      }
      return { statement: { kind: "expression", value: this.infer(node.value) }, diverges };
    }
    const { object, class: owner, field, type, span } = place;
    const value = this.value(node.value, type);
    let operator: Extract<TypedStatement, { kind: "setMember" }>["operator"] = null;
    if (node.operator !== null) {
      const combined = checkArithmetic(this, node.operator, place, value, node.span);
      if (combined.kind === "arithmetic") operator = combined.operator;
      else if (combined.kind === "concat") operator = "+";
    }
    return { statement: { kind: "setMember", object, class: owner, field, operator, value, span }, diverges };
  }

  #assignElement(node: StatementOf<"assign">, target: ExpressionOf<"index">): Checked {
    const object = this.infer(target.object);
    const index = this.value(target.index, INT);
    const { type } = object;
    let element: Type = ERROR;
    if (type.kind === "array" && type.constant) {
      this.report(target.span, `the elements of ${describe(type)} cannot be assigned`, CONST_HINT);
    } else if (type.kind === "array" || type.kind === "list") element = type.element;
    else if (type === TEXT) {
      const hint = 'build a new one in a `List[Byte]`, or with `"...{x}..."`';
      this.report(target.span, "the bytes of a text cannot be assigned to", hint);
    } else if (!isBottom(type)) this.report(target.object.span, `${describe(type)} cannot be indexed`);
    const value = this.value(node.value, element);
    let operator: Extract<TypedStatement, { kind: "setIndex" }>["operator"] = null;
    if (node.operator !== null) {
      const old: TypedExpression = { kind: "index", object, index, type: element, span: target.span };
      const combined = checkArithmetic(this, node.operator, old, value, node.span);
      // Only the operator is kept: object and index must be evaluated once.
      if (combined.kind === "arithmetic") operator = combined.operator;
      else if (combined.kind === "concat") operator = "+";
    }
    return { statement: { kind: "setIndex", object, index, operator, value, span: node.span }, diverges: false };
  }

  #while(node: StatementOf<"while">): Checked {
    const condition = this.condition(node.condition);
    const loop = { broken: false };
    const body = this.#loopBody(node.body, [], loop);
    const endless = condition.kind === "bool" && condition.value && !loop.broken;
    return { statement: { kind: "while", condition, body }, diverges: endless && condition.type !== ERROR };
  }

  #forRange(node: StatementOf<"for">, endNode: Expression): Checked {
    const [start, end] = this.#rangeEnds(node.subject, endNode);
    const local: Local = { name: node.name.text, type: start.type, span: node.name.span, assigned: false };
    const body = this.#loopBody(node.body, [local], { broken: false });
    return { statement: { kind: "forRange", local, start, end, body }, diverges: false };
  }

  #rangeEnds(startNode: Expression, endNode: Expression): [TypedExpression, TypedExpression] {
    if (startNode.kind === "integer" && !startNode.long) {
      const end = this.infer(endNode);
      if (isInteger(end.type)) return [this.value(startNode, end.type), end];
      this.#refuseRange(end);
      return [this.poison(startNode.span), end];
    }
    const start = this.infer(startNode);
    this.#refuseRange(start);
    return [start, this.value(endNode, isInteger(start.type) ? start.type : ERROR)];
  }

  #refuseRange(end: TypedExpression): void {
    if (isInteger(end.type) || isBottom(end.type)) return;
    const hint = conversionHint(end.type, INT);
    this.report(end.span, `a range goes over ${INT.name} or ${LONG.name}, but this is ${describe(end.type)}`, hint);
  }

  #forEach(node: StatementOf<"for">): Checked {
    const subject = this.infer(node.subject);
    const { type } = subject;
    let element: Type = ERROR;
    if (type.kind === "array" || type.kind === "list") element = type.element;
    else if (type === TEXT) {
      this.report(node.subject.span, "a text is not a sequence of elements", "go over its bytes: `.bytes()`");
    } else if (!isBottom(type)) {
      const hint = type === INT ? "to count, write `0..n`" : undefined;
      this.report(node.subject.span, `\`for\` goes over arrays and lists, but this is ${describe(type)}`, hint);
    }
    const local: Local = { name: node.name.text, type: element, span: node.name.span, assigned: false };
    const body = this.#loopBody(node.body, [local], { broken: false });
    return { statement: { kind: "forEach", local, subject, body }, diverges: false };
  }

  #loopBody(node: BlockNode, locals: readonly Local[], loop: Loop): TypedBlock {
    this.#loops.push(loop);
    const body = this.scoped(locals, () => this.block(node, UNIT));
    this.#loops.pop();
    return body;
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
