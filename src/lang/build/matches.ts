/**
 * `match`: a decision tree as nested tests. Fields are read where they are first needed; an arm that several leaves of
 * the tree lead to is built once, behind the block that those leaves leave.
 */

import type { Decision, LiteralValue, Occurrence, Test } from "../check/patterns.ts";
import type { TypedExpression } from "../check/typed.ts";
import { isNullary, LONG, TEXT } from "../check/types.ts";
import type { Atom, Label, Variable } from "../ir/ir.ts";
import { constantOf, type Value } from "./emitter.ts";
import { readCaseField } from "./fields.ts";
import type { FunctionBuilder } from "./function.ts";
import { literalText } from "./texts.ts";

type MatchExpression = Extract<TypedExpression, { kind: "match" }>;
type TestDecision = Extract<Decision, { kind: "test" }>;
type Leaf = Extract<Decision, { kind: "leaf" }>;

/** Builds a match; `finish` builds the body of an arm. */
export function buildMatch(
  fn: FunctionBuilder,
  expression: MatchExpression,
  finish: (body: TypedExpression) => void,
): void {
  const subject = fn.frozen(fn.value(expression.subject));
  new MatchBuilder(fn, expression, subject, finish).build();
}

class MatchBuilder {
  readonly #fn: FunctionBuilder;
  readonly #match: MatchExpression;
  readonly #finish: (body: TypedExpression) => void;
  readonly #subject: Value;
  /** On the current path: what has been read. */
  readonly #values = new Map<Occurrence, Value>();
  /** On the current path: the records of the cases that occurrences are known to be. */
  readonly #records = new Map<Occurrence, Variable>();
  /** For each arm that several leaves lead to: the block they leave. */
  readonly #shared = new Map<number, Label>();

  constructor(fn: FunctionBuilder, match: MatchExpression, subject: Value, finish: (body: TypedExpression) => void) {
    this.#fn = fn;
    this.#match = match;
    this.#subject = subject;
    this.#finish = finish;
  }

  build(): void {
    const { decision, arms } = this.#match;
    const leaves = new Map<number, number>();
    countLeaves(decision, leaves);
    const shared = [...leaves].filter(([, count]) => count > 1).map(([arm]) => arm);
    if (shared.length === 0) {
      this.#decide(decision, null);
      return;
    }
    const fn = this.#fn;
    for (const arm of shared) {
      for (const local of arms[arm]!.locals) {
        const names = fn.representation.names(local.type, local.name);
        const types = fn.representation.of(local.type);
        // Leaves set them, and nothing else does unless the arm assigns to the name.
        fn.locals.set(local, local.assigned ? fn.variables(types, names) : fn.results(types, names));
      }
    }
    fn.block("matched", (end) => this.#wrap(shared, end));
  }

  /** Opens a block for each shared arm, the tree in the innermost, each arm behind its block. */
  #wrap(shared: readonly number[], end: Label): void {
    const fn = this.#fn;
    const [arm, ...others] = shared;
    if (arm === undefined) {
      this.#decide(this.#match.decision, end);
      return;
    }
    fn.block("arm", (label) => {
      this.#shared.set(arm, label);
      this.#wrap(others, end);
    });
    this.#finish(this.#match.arms[arm]!.body);
    fn.break(end);
  }

  /** Builds a tree; with `end`, every path leaves the blocks of the shared arms. */
  #decide(decision: Decision, end: Label | null): void {
    if (decision.kind === "leaf") this.#leaf(decision, end);
    else if (decision.kind === "test") this.#test(decision, end);
  }

  #leaf(leaf: Leaf, end: Label | null): void {
    const fn = this.#fn;
    const label = this.#shared.get(leaf.arm);
    for (const { local, occurrence } of leaf.bindings) {
      const value = this.#valueOf(occurrence, local.name);
      if (label === undefined) fn.bind(local, value);
      else fn.assign(fn.locals.get(local) as Variable[], value);
    }
    if (label !== undefined) {
      fn.break(label);
      return;
    }
    this.#finish(this.#match.arms[leaf.arm]!.body);
    if (end !== null) fn.break(end);
  }

  #valueOf(occurrence: Occurrence, name: string): Value {
    if (occurrence.parent === null) return this.#subject;
    const known = this.#values.get(occurrence);
    if (known !== undefined) return known;
    const { unionCase, parent, fieldIndex } = occurrence;
    const record = this.#records.get(parent)!;
    const value = readCaseField(this.#fn, record, unionCase!, unionCase!.fields[fieldIndex]!, name);
    this.#values.set(occurrence, value);
    return value;
  }

  /** Builds one branch; what it reads is not known in the others. */
  #branch(next: Decision, end: Label | null): void {
    const before = new Map(this.#values);
    this.#decide(next, end);
    this.#values.clear();
    for (const [occurrence, value] of before) this.#values.set(occurrence, value);
  }

  #test(decision: TestDecision, end: Label | null): void {
    const { occurrence } = decision;
    const { type } = occurrence;
    const field = occurrence.unionCase?.fields[occurrence.fieldIndex];
    const value = this.#valueOf(occurrence, field?.name ?? "subject");
    if (type.kind === "union" && !isNullary(type)) this.#testUnion(decision, this.#fn.reference(value), end);
    else if (type === LONG || type === TEXT) this.#testInOrder(decision, this.#fn.atom(value), end);
    else this.#testNumber(decision, this.#fn.atom(value), end);
  }

  #testUnion(decision: TestDecision, value: Variable, end: Label | null): void {
    const fn = this.#fn;
    const { occurrence, branches, otherwise } = decision;
    const { type } = occurrence;
    if (type.kind !== "union") return;
    const union = fn.representation.union(type);
    const arms = branches.map(({ tests, next }) => {
      const test = tests[0]!;
      const caseIndex = test.kind === "case" ? test.unionCase.index : 0;
      const { record } = union.cases[caseIndex]!;
      const binding =
        record === null ? null : fn.variable({ kind: "record", record }, record.name.split(".").at(-1)!.toLowerCase());
      const build = () => {
        if (binding !== null) this.#records.set(occurrence, binding);
        this.#branch(next, end);
      };
      return { caseIndex, binding, build };
    });
    fn.match(value, union, arms, otherwise === null ? null : () => this.#branch(otherwise, end));
  }

  /** Tests of small numbers: a switch, or an `if` when there are just two ways. */
  #testNumber(decision: TestDecision, value: Atom, end: Label | null): void {
    const fn = this.#fn;
    // When the branches cover the whole type, the last one needs no test.
    const branches = decision.otherwise === null ? decision.branches.slice(0, -1) : decision.branches;
    const rest = decision.otherwise ?? decision.branches.at(-1)!.next;
    const otherwise = () => this.#branch(rest, end);
    const [only] = branches;
    if (only === undefined) {
      otherwise();
    } else if (value.type.kind === "bool") {
      const onTrue = numberOf(only.tests[0]!) === 1;
      const then = () => this.#branch(only.next, end);
      fn.if(value, onTrue ? then : otherwise, onTrue ? otherwise : then);
    } else if (branches.length === 1 && only.tests.length === 1) {
      const equal = fn.compare("eq", value, constantOf(value.type, numberOf(only.tests[0]!)));
      fn.if(equal, () => this.#branch(only.next, end), otherwise);
    } else {
      const arms = branches.map(({ tests, next }) => {
        return { values: tests.map(numberOf), build: () => this.#branch(next, end) };
      });
      fn.switch(value, arms, otherwise);
    }
  }

  /** Tests of values that no switch takes, one after the other. */
  #testInOrder(decision: TestDecision, value: Atom, end: Label | null, from = 0): void {
    const fn = this.#fn;
    const branch = decision.branches[from];
    if (branch === undefined) {
      if (decision.otherwise !== null) this.#branch(decision.otherwise, end);
      return;
    }
    const then = () => this.#branch(branch.next, end);
    const otherwise = () => this.#testInOrder(decision, value, end, from + 1);
    fn.if(this.#equalsAny(value, branch.tests), then, otherwise);
  }

  #equalsAny(value: Atom, tests: readonly Test[]): Atom {
    const fn = this.#fn;
    const [first, ...others] = tests;
    const equal = this.#equals(value, first!);
    if (others.length === 0) return equal;
    const [result] = fn.variables([{ kind: "bool" }], ["c"]);
    fn.set(result!, equal);
    for (const test of others) {
      fn.if(
        result!,
        () => {},
        () => fn.set(result!, this.#equals(value, test)),
      );
    }
    return result!;
  }

  #equals(value: Atom, test: Test): Atom {
    const fn = this.#fn;
    const literal: LiteralValue = test.kind === "literal" ? test.value : "";
    if (typeof literal === "bigint") {
      return fn.compare("eq", value, { kind: "constant", type: { kind: "long" }, value: literal });
    }
    return fn.atom(fn.callInternal("__textEquals", [value, literalText(fn, String(literal))], "c"));
  }
}

/** How often each arm stands at the end of a path. */
function countLeaves(decision: Decision, counts: Map<number, number>): void {
  if (decision.kind === "leaf") counts.set(decision.arm, (counts.get(decision.arm) ?? 0) + 1);
  else if (decision.kind === "test") {
    for (const { next } of decision.branches) countLeaves(next, counts);
    if (decision.otherwise !== null) countLeaves(decision.otherwise, counts);
  }
}

/** A test of a byte, number, truth value or case without fields as a number. */
function numberOf(test: Test): number {
  return test.kind === "case" ? test.unionCase.index : Number(test.value);
}
