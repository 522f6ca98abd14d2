/** `match`: patterns against types, then exhaustiveness and unreachable arms. */

import type { ArmNode, BlockNode, MatchNode, PatternNode } from "../syntax/ast.ts";
import type { Body } from "./body.ts";
import { integerValue } from "./literals.ts";
import { isOptionalCase } from "./optionals.ts";
import { compileMatch, type Pattern } from "./patterns.ts";
import { didYouMean } from "./suggest.ts";
import type { LiteralValue, Local, TypedArm, TypedExpression } from "./typed.ts";
import {
  BOOL,
  BYTE,
  ERROR,
  fieldValueType,
  INT,
  isBottom,
  joinTypes,
  LONG,
  NEVER,
  optionalElement,
  TEXT,
  type Type,
  type UnionType,
} from "./types.ts";
import { describe } from "./words.ts";

type PatternOf<Kind extends PatternNode["kind"]> = Extract<PatternNode, { kind: Kind }>;

const ANY: Pattern = { kind: "any", local: null };

export function checkMatch(body: Body, node: MatchNode, want?: Type): TypedExpression {
  const { span } = node;
  const subject = body.infer(node.subject);
  const before = body.scope.diagnostics.length;
  const checked = node.arms.map((arm) => checkPattern(body, arm.pattern, subject.type));
  const patternsAreGood = body.scope.diagnostics.length === before;

  let wanted = want;
  let type: Type = NEVER;
  const arms = node.arms.map((arm, index): TypedArm => {
    const { locals } = checked[index]!;
    const typed = body.variables.scoped(locals, () => body.block(asBlock(arm), wanted));
    if (wanted === undefined && !isBottom(typed.type)) wanted = typed.type;
    type = joinTypes(type, typed.type);
    return { locals, body: typed };
  });
  if (isBottom(subject.type)) return subject;
  if (!patternsAreGood) return body.poison(span);

  const { decision, missing, unreachable } = compileMatch(
    subject.type,
    checked.map(({ pattern }) => pattern),
  );
  if (missing.length > 0) {
    const matchWord = { start: span.start, end: span.start + "match".length };
    const examples = missing.map((example) => `\`${example}\``).join(", ");
    body.report(matchWord, `this match does not cover ${examples}`, "add the missing cases, or a last arm `_ => ...`");
  }
  for (const index of unreachable) {
    body.report(node.arms[index]!.pattern.span, "this arm is never reached", "the arms before it match all its values");
  }
  return { kind: "match", subject, arms, decision, type, span };
}

function asBlock(arm: ArmNode): BlockNode {
  return { kind: "block", statements: [arm.body], span: arm.body.span };
}

interface CheckedPattern {
  readonly pattern: Pattern;
  readonly locals: readonly Local[];
}

function checkPattern(body: Body, node: PatternNode, type: Type): CheckedPattern {
  const checker = new PatternChecker(body);
  return { pattern: checker.check(node, type), locals: checker.locals };
}

class PatternChecker {
  readonly locals: Local[] = [];
  readonly #body: Body;
  #inAlternatives = false;

  constructor(body: Body) {
    this.#body = body;
  }

  check(node: PatternNode, type: Type): Pattern {
    switch (node.kind) {
      case "wildcard":
        return ANY;
      case "binding":
        return this.#binding(node, type);
      case "casePattern":
        return this.#case(node, type);
      case "literalPattern":
        return this.#literal(node, type);
      case "orPattern": {
        const outer = this.#inAlternatives;
        this.#inAlternatives = true;
        const alternatives = node.alternatives.map((alternative) => this.check(alternative, type));
        this.#inAlternatives = outer;
        return { kind: "or", alternatives };
      }
    }
  }

  #binding(node: PatternOf<"binding">, type: Type): Pattern {
    const { name, span } = node;
    if (this.#inAlternatives) {
      this.#body.report(span, "alternatives with `|` cannot contain names", "write `_`, or one arm for each");
    } else if (this.locals.some((local) => local.name === name)) {
      this.#body.report(span, `the name \`${name}\` is bound twice in this pattern`);
    }
    const local: Local = { name, type, span, assigned: false };
    this.locals.push(local);
    return { kind: "any", local };
  }

  #case(node: PatternOf<"casePattern">, type: Type): Pattern {
    const { name, args, span } = node;
    const own = optionalElement(type) === null ? undefined : (type as UnionType).cases;
    const declared = this.#body.scope.cases.get(name.text);
    const unionCase = declared ?? own?.find((each) => each.name === name.text);
    if (unionCase === undefined || (unionCase.union !== type && !isBottom(type))) {
      if (!isBottom(type)) this.#wrongCase(node, type);
      else if (unionCase === undefined && this.#body.scope.isWhole) {
        this.#body.report(name.span, `there is no case \`${name.text}\``);
      }
      for (const arg of args ?? []) this.check(arg, ERROR);
      return ANY;
    }
    const { fields } = unionCase;
    const given = args?.length ?? 0;
    if (given !== fields.length || (args !== null && fields.length === 0)) {
      const usage = fields.length === 0 ? name.text : `${name.text}(${fields.map((field) => field.name).join(", ")})`;
      this.#body.report(span, `the pattern does not fit the case \`${name.text}\``, `write \`${usage}\``);
    }
    const patterns = (args ?? []).map((arg, index) => {
      const field = fields[index];
      return this.check(arg, field === undefined ? ERROR : fieldValueType(field));
    });
    return { kind: "case", unionCase, args: fields.map((_, index) => patterns[index] ?? ANY) };
  }

  #wrongCase(node: PatternOf<"casePattern">, type: Type): void {
    if (isOptionalCase(node.name.text) && !this.#body.scope.cases.has(node.name.text)) {
      this.#body.report(node.span, `only an optional value is \`Some\` or \`None\`, but this is ${describe(type)}`);
      return;
    }
    const { text, span } = node.name;
    const known = this.#body.scope.cases.get(text);
    if (type.kind !== "union") {
      this.#body.report(span, `this matches ${describe(type)}, which has no cases`);
      return;
    }
    const names = type.cases.map((unionCase) => unionCase.name);
    let hint = didYouMean(text, names) ?? `its cases are ${names.map((name) => `\`${name}\``).join(", ")}`;
    if (known !== undefined) hint = `\`${text}\` is a case of \`${known.union.name}\``;
    this.#body.scope.reportUnknown(text, span, `the union \`${type.name}\` has no case \`${text}\``, hint);
  }

  #literal(node: PatternOf<"literalPattern">, type: Type): Pattern {
    const { literal, span } = node;
    if (isBottom(type)) return ANY;
    let value: LiteralValue | null = null;
    let literalType: Type = ERROR;
    switch (literal.kind) {
      case "integer": {
        literalType = literal.long ? LONG : type === LONG || type === BYTE ? type : INT;
        const written = BigInt(literal.digits);
        const exact = integerValue(written, literalType, literal.hex && written >= 0n);
        if (exact === null) {
          this.#body.report(span, `${written} is out of range for ${describe(literalType)}`);
          return ANY;
        }
        value = literalType === LONG ? exact : Number(exact);
        break;
      }
      case "byte":
        [value, literalType] = [literal.value, BYTE];
        break;
      case "bool":
        [value, literalType] = [literal.value, BOOL];
        break;
      case "text":
        if (literal.parts.some((part) => typeof part !== "string")) {
          this.#body.report(span, "a text in a pattern cannot contain `{...}`", "write `\\{` for a brace");
          return ANY;
        }
        [value, literalType] = [literal.parts.join(""), TEXT];
        break;
      case "float":
        this.#body.report(span, "a `Float` cannot be matched exactly", "use `if` with `<` and `>`");
        return ANY;
    }
    if (literalType === type) return { kind: "literal", value: value as LiteralValue };
    this.#body.report(span, `this pattern is ${describe(literalType)}, but it matches ${describe(type)}`);
    return ANY;
  }
}
