/**
 * Builds the IR of one function from its typed body: blocks, statements and the ways an expression can be used (for its
 * value, its effect, as a result). What single kinds of expressions become stands in the files beside, which come back
 * to this one through `FunctionBuilder`.
 */

import type { FunctionSymbol, TypedBlock, TypedExpression, TypedStatement } from "../check/typed.ts";
import { UNIT } from "../check/types.ts";
import type { IrFunction, Label, Variable } from "../ir/ir.ts";
import type { Span } from "../source.ts";
import { buildSetIndex, buildSetMember } from "./assignments.ts";
import { unknownCall } from "./closures.ts";
import type { ProgramContext } from "./context.ts";
import { boolConstant, type Value } from "./emitter.ts";
import { buildExpression } from "./expressions.ts";
import { buildExternCall } from "./externs.ts";
import { FunctionBuilder } from "./function-builder.ts";
import { buildForEach, buildForRange, buildWhile } from "./loops.ts";
import { buildMatch } from "./matches.ts";

interface Loop {
  readonly end: Label;
  /** Leads to the next iteration. */
  readonly next: Label;
}

type CallExpression = Extract<TypedExpression, { kind: "call" | "callValue" }>;

/** True for what can be a tail call. */
function isCall(expression: TypedExpression): expression is CallExpression {
  if (expression.kind === "call") return expression.callee.extern === undefined;
  return expression.kind === "callValue";
}

export class BodyBuilder extends FunctionBuilder {
  readonly #symbol: FunctionSymbol;
  readonly #loops: Loop[] = [];

  constructor(program: ProgramContext, symbol: FunctionSymbol, fn: IrFunction) {
    super(program, fn, symbol.source);
    this.#symbol = symbol;
  }

  /** Builds the whole function. */
  build(): void {
    const { parameters, body, result, extern } = this.#symbol;
    for (const local of parameters) {
      const names = this.representation.names(local.type, local.name);
      const variables = this.representation.of(local.type).map((type, index) => this.parameter(type, names[index]!));
      this.locals.set(local, variables);
    }
    // Separate from the loop above, so that the parameters come first.
    for (const local of parameters) if (local.assigned) this.bind(local, this.locals.get(local)!);
    this.fn.results = [...this.representation.of(result)];
    if (extern !== undefined) {
      // For its use as a value: a function of the program that does nothing but call it.
      const args = parameters.map((local) => this.locals.get(local)!);
      this.end({ op: "return", values: buildExternCall(this, this.#symbol, args, this.fn.line, "result") });
    } else if (result === UNIT) {
      this.#tailEffect(body!);
      this.end({ op: "return", values: [] });
    } else this.tail(body!);
  }

  // Uses of expressions

  value(expression: TypedExpression, name?: string): Value {
    switch (expression.kind) {
      case "if":
      case "match":
      case "block":
        return this.#choiceValue(expression, name ?? "result");
      default: {
        const outer = this.writtenOn;
        this.#goTo(expression.span);
        const value = buildExpression(this, expression, name);
        this.writtenOn = outer;
        return value;
      }
    }
  }

  #goTo(span: Span): void {
    if (!this.fn.internal) this.writtenOn = this.line(span);
  }

  #choiceValue(expression: Extract<TypedExpression, { kind: "if" | "match" | "block" }>, name: string): Value {
    if (expression.kind === "block") {
      this.#statements(expression.statements);
      return expression.result === null ? [] : this.value(expression.result, name);
    }
    const { type } = expression;
    const results = this.results(this.representation.of(type), this.representation.names(type, name));
    this.#choose(expression, (branch) => this.assign(results, this.value(branch, name)));
    return results;
  }

  /** Builds an `if` or `match`, with every branch built by `finish`. */
  #choose(expression: Extract<TypedExpression, { kind: "if" | "match" }>, finish: (branch: TypedExpression) => void) {
    if (expression.kind === "match") {
      this.#goTo(expression.span);
      buildMatch(this, expression, finish);
      return;
    }
    const { condition, then, otherwise } = expression;
    this.choose(condition, () => finish(then), otherwise === null ? null : () => finish(otherwise));
  }

  /** Evaluates an expression for what it does. */
  effect(expression: TypedExpression): void {
    if (expression.kind === "block") {
      this.#statements(expression.statements);
      if (expression.result !== null) this.effect(expression.result);
    } else if (expression.kind === "if" || expression.kind === "match") {
      this.#choose(expression, (branch) => this.effect(branch));
    } else this.value(expression);
  }

  /** Returns the value of an expression from the function. */
  tail(expression: TypedExpression): void {
    if (expression.kind === "block") {
      this.#statements(expression.statements);
      if (expression.result !== null) this.tail(expression.result);
    } else if (expression.kind === "if" || expression.kind === "match") {
      this.#choose(expression, (branch) => this.tail(branch));
    } else if (expression.kind === "logical") {
      const right = () => this.tail(expression.right);
      const decided = () => this.end({ op: "return", values: [boolConstant(expression.operator === "||")] });
      if (expression.operator === "&&") this.choose(expression.left, right, decided);
      else this.choose(expression.left, decided, right);
    } else if (isCall(expression) && expression.type === this.#symbol.result) this.#tailCall(expression);
    else this.end({ op: "return", values: this.value(expression) });
  }

  /** Evaluates the last expression of a function without results. */
  #tailEffect(expression: TypedExpression): void {
    if (expression.kind === "block") {
      const last = expression.statements.at(-1);
      if (expression.result !== null || last?.kind !== "expression") {
        this.effect(expression);
      } else {
        this.#statements(expression.statements.slice(0, -1));
        this.#tailEffect(last.value);
      }
    } else if (expression.kind === "if" || expression.kind === "match") {
      this.#choose(expression, (branch) => this.#tailEffect(branch));
    } else if (isCall(expression) && expression.type === UNIT) this.#tailCall(expression);
    else this.effect(expression);
  }

  #tailCall(expression: CallExpression): void {
    const line = this.line(expression.span);
    if (expression.kind === "callValue") {
      this.end({ op: "tailCall", ...unknownCall(this, expression), line });
      return;
    }
    const args = this.values(expression.args).flat();
    this.end({ op: "tailCall", callee: this.program.functionFor(expression.callee), args, line });
  }

  // Statements

  #statements(statements: readonly TypedStatement[]): void {
    for (const statement of statements) {
      if (this.dead) return;
      this.#statement(statement);
    }
  }

  #statement(statement: TypedStatement): void {
    switch (statement.kind) {
      case "expression":
        this.effect(statement.value);
        break;
      case "let":
        this.bind(statement.local, this.value(statement.value, statement.local.name));
        break;
      case "assign":
        this.assign(this.locals.get(statement.local) as Variable[], this.value(statement.value, statement.local.name));
        break;
      case "setGlobal": {
        const { global, value } = statement;
        this.setGlobal(global, this.value(value, global.name));
        break;
      }
      case "setIndex":
        this.#goTo(statement.span);
        buildSetIndex(this, statement);
        break;
      case "setMember":
        this.#goTo(statement.span);
        buildSetMember(this, statement);
        break;
      case "while":
        buildWhile(this, statement);
        break;
      case "forRange":
        buildForRange(this, statement);
        break;
      case "forEach":
        this.#goTo(statement.subject.span);
        buildForEach(this, statement);
        break;
      case "return":
        if (statement.value === null) this.end({ op: "return", values: [] });
        else if (this.#symbol.result !== UNIT) this.tail(statement.value);
        else {
          this.#tailEffect(statement.value);
          this.end({ op: "return", values: [] });
        }
        break;
      case "break":
        this.break(this.#loops.at(-1)!.end);
        break;
      case "continue":
        this.break(this.#loops.at(-1)!.next);
        break;
    }
  }

  loopBody(body: TypedBlock, end: Label): void {
    this.block("next", (next) => {
      this.#loops.push({ end, next });
      this.effect(body);
      this.#loops.pop();
    });
  }
}
