/**
 * What the builders of single expressions and statements need of the function that these stand in: its variables, the
 * values of expressions inside them, and conditions. The body builder (body-builder.ts) is made of it and calls them.
 */

import type { Local, TypedBlock, TypedExpression } from "../check/typed.ts";
import type { IrFunction, Label, Site } from "../ir/ir.ts";
import type { SourceFile, Span } from "../source.ts";
import type { ProgramContext } from "./context.ts";
import { Emitter, type Held, type Value } from "./emitter.ts";

export abstract class FunctionBuilder extends Emitter {
  readonly source: SourceFile;
  readonly locals = new Map<Local, Value>();
  /** For a loop's index: the texts and arrays whose elements it is known to index. */
  readonly inRange = new Map<Local, Local>();

  constructor(program: ProgramContext, fn: IrFunction, source: SourceFile) {
    super(program, fn);
    this.source = source;
  }

  /** Builds an expression for its value; `name` is for variables that are made to hold it. */
  abstract value(expression: TypedExpression, name?: string): Value;

  /** Builds the body of a loop; `continue` leads to its end. */
  abstract loopBody(body: TypedBlock, end: Label): void;

  /** The value, kept over the evaluation of what follows. */
  held(expression: TypedExpression): Held {
    return this.hold(this.value(expression));
  }

  /** The values of several expressions, evaluated in order. */
  values(expressions: readonly TypedExpression[]): Value[] {
    const held = expressions.map((expression) => this.held(expression));
    return held.map((one) => one.get());
  }

  line(span: Span): number {
    return this.source.line(span.start);
  }

  site(span: Span, what: string): Site {
    return this.siteAt(this.line(span), what);
  }

  // Variables

  /** Gives a local its value: variables of its own if it is assigned to, otherwise a name for what is there. */
  bind(local: Local, value: Value): void {
    if (!local.assigned) {
      this.locals.set(local, this.frozen(value));
      return;
    }
    const names = this.representation.names(local.type, local.name);
    const variables = this.variables(this.representation.of(local.type), names);
    this.assign(variables, value);
    this.locals.set(local, variables);
  }

  // Conditions

  /** Runs one of two branches; truth values that only steer are not materialised. */
  choose(condition: TypedExpression, then: () => void, otherwise: (() => void) | null): void {
    if (condition.kind === "not" && otherwise !== null) this.choose(condition.operand, otherwise, then);
    else if (condition.kind !== "logical" && condition.kind !== "not") {
      this.if(this.atom(this.value(condition)), then, otherwise ?? (() => {}));
    } else if (otherwise === null) {
      this.block("end", (end) => {
        this.breakUnless(condition, end);
        then();
      });
    } else {
      this.block("end", (end) => {
        this.block("else", (no) => {
          this.breakUnless(condition, no);
          then();
          this.break(end);
        });
        otherwise();
      });
    }
  }

  /** Leaves a block or loop unless the condition holds. */
  breakUnless(condition: TypedExpression, label: Label): void {
    if (condition.kind === "not") this.#breakIf(condition.operand, label);
    else if (condition.kind === "logical" && condition.operator === "&&") {
      this.breakUnless(condition.left, label);
      this.breakUnless(condition.right, label);
    } else if (condition.kind === "logical") {
      this.block("true", (yes) => {
        this.#breakIf(condition.left, yes);
        this.breakUnless(condition.right, label);
      });
    } else if (condition.kind !== "bool" || !condition.value) {
      this.require(this.atom(this.value(condition)), () => this.break(label));
    }
  }

  #breakIf(condition: TypedExpression, label: Label): void {
    if (condition.kind === "not") this.breakUnless(condition.operand, label);
    else if (condition.kind === "logical" && condition.operator === "||") {
      this.#breakIf(condition.left, label);
      this.#breakIf(condition.right, label);
    } else if (condition.kind === "logical") {
      this.block("false", (no) => {
        this.breakUnless(condition.left, no);
        this.#breakIf(condition.right, label);
      });
    } else this.if(this.atom(this.value(condition)), () => this.break(label));
  }
}
