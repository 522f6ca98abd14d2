/**
 * What the checkers of single expressions and statements may ask of the body that these stand in. The body checker
 * (body-checker.ts) implements it and calls them; so they know this file only.
 */

import type { Span } from "../source.ts";
import type { BlockNode, Expression, Statement } from "../syntax/ast.ts";
import type { ProgramScope } from "./scope.ts";
import type { FunctionSymbol, Local, TypedBlock, TypedExpression, TypedStatement } from "./typed.ts";
import type { Type } from "./types.ts";
import type { Capture, Variables } from "./variables.ts";

export type ExpressionOf<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;
export type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** A checked statement, and whether what follows it is never reached. */
export interface CheckedStatement {
  readonly statement: TypedStatement;
  readonly diverges: boolean;
}

/** The checked body of a loop. */
export interface CheckedLoop {
  readonly body: TypedBlock;
  /** Whether a `break` leaves the loop. */
  readonly isBroken: boolean;
}

/** What a function without a name returns and captures. */
export interface CheckedFunction {
  readonly result: Type;
  readonly captures: readonly Capture[];
}

/**
 * The body of one function while it is checked. Types flow both ways: `expression(node, want)` takes the type that its
 * context would like (literals and `[]` follow it), and UNIT means that no value is needed; `value` insists on a type,
 * `infer` on any value at all.
 */
export interface Body {
  readonly scope: ProgramScope;
  readonly symbol: FunctionSymbol;
  readonly variables: Variables;

  report(span: Span, message: string, hint?: string): void;
  /** An expression that has been reported: fits everywhere. */
  poison(span: Span): TypedExpression;

  /** Runs `check` as inside of an `unsafe` block. */
  unsafely<T>(check: () => T): T;
  /** Reports what stands outside of an `unsafe` block and must not. */
  requireUnsafe(span: Span, what: string): void;

  /** Checks an expression; `want` is a wish (UNIT: no value needed). */
  expression(node: Expression, want?: Type): TypedExpression;
  /** Checks an expression that must have a value, of whatever type. */
  infer(node: Expression, want?: Type): TypedExpression;
  /** Checks an expression that must have this type. */
  value(node: Expression, expected: Type): TypedExpression;
  /** Checks the condition of an `if` or a loop. */
  condition(node: Expression): TypedExpression;
  /** Checks a block in a scope of its own. With UNIT its last expression is a statement like the others. */
  block(node: BlockNode, want?: Type): TypedBlock;
  /** Checks the body of a loop, in which these variables are. */
  loop(node: BlockNode, locals: readonly Local[]): CheckedLoop;
  /**
   * Checks the body of a function without a name that stands in this one, and stores it in the function's symbol.
   * @param declared its result; null: follows from the body
   */
  inner(symbol: FunctionSymbol, node: BlockNode, parameters: readonly Local[], declared: Type | null): CheckedFunction;
}
