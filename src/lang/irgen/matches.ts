/**
 * `match`: a decision tree as nested tests. Fields are read where they are first needed; an arm that several leaves of
 * the tree lead to is built once, behind the block that those leaves leave.
 */

import type { Decision, LiteralValue, Occurrence, Test, TypedExpression } from "../check/typed.ts";
import { isNullary, LONG, TEXT } from "../check/types.ts";
import type { Atom, Label, Variable } from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { constantOf, intConstant, type Value, ZERO } from "./emitter.ts";
import { readCaseField } from "./fields.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { INT_TYPE } from "./representation.ts";
import { literalText } from "./texts.ts";

type MatchExpression = Extract<TypedExpression, { kind: "match" }>;
type TestDecision = Extract<Decision, { kind: "test" }>;
/** A test, and the index of the branch that it leads to. */
interface IndexedTest {
  readonly test: Test;
  readonly index: number;
}

/** So many tests by `==` are done one after the other. */
const MOST_IN_A_ROW = 4;

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

  /** Tests of values that no switch takes: a few one after the other, more by halving. */
  #testInOrder(decision: TestDecision, value: Atom, end: Label | null): void {
    const { branches, otherwise } = decision;
    const rest = () => {
      if (otherwise !== null) this.#branch(otherwise, end);
    };
    const tests = branches.flatMap((branch, index) => branch.tests.map((test): IndexedTest => ({ test, index })));
    if (tests.length === branches.length && tests.length <= MOST_IN_A_ROW) {
      this.#testEach(branches, value, end, rest);
      return;
    }
    const [found] = this.#fn.variables([INT_TYPE], ["arm"]);
    this.#fn.set(found!, intConstant(branches.length));
    if (tests.length > MOST_IN_A_ROW) tests.sort((a, b) => compareLiterals(a.test, b.test));
    this.#search(value, tests, found!);
    const arms = branches.map(({ next }, index) => ({ values: [index], build: () => this.#branch(next, end) }));
    this.#fn.switch(found!, arms, rest);
  }

  #testEach(branches: TestDecision["branches"], value: Atom, end: Label | null, rest: () => void): void {
    const [first, ...others] = branches;
    if (first === undefined) rest();
    else {
      const then = () => this.#branch(first.next, end);
      this.#fn.if(this.#equals(value, first.tests[0]!), then, () => this.#testEach(others, value, end, rest));
    }
  }

  /** Sets `found` to the index of the test that the value passes; `tests` are in order if they are many. */
  #search(value: Atom, tests: readonly IndexedTest[], found: Variable): void {
    const fn = this.#fn;
    if (tests.length > MOST_IN_A_ROW) {
      const middle = tests.length >> 1;
      fn.if(
        this.#isLess(value, tests[middle]!.test),
        () => this.#search(value, tests.slice(0, middle), found),
        () => this.#search(value, tests.slice(middle), found),
      );
      return;
    }
    const [first, ...others] = tests;
    if (first === undefined) return;
    fn.if(
      this.#equals(value, first.test),
      () => fn.set(found, intConstant(first.index)),
      () => this.#search(value, others, found),
    );
  }

  #equals(value: Atom, test: Test): Atom {
    const fn = this.#fn;
    const literal = literalOf(test);
    if (typeof literal === "bigint") {
      return fn.compare("eq", value, { kind: "constant", type: { kind: "long" }, value: literal });
    }
    return fn.atom(fn.callInternal("__textEquals", [value, literalText(fn, String(literal))], "c"));
  }

  #isLess(value: Atom, test: Test): Atom {
    const fn = this.#fn;
    const literal = literalOf(test);
    if (typeof literal === "bigint") {
      return fn.compare("lt", value, { kind: "constant", type: { kind: "long" }, value: literal });
    }
    const order = fn.callInternal("__textCompare", [value, literalText(fn, String(literal))], "order");
    return fn.compare("lt", fn.atom(order), ZERO);
  }
}

/** The order of long numbers, or of texts, in the program. */
function compareLiterals(a: Test, b: Test): number {
  const [first, second] = [literalOf(a), literalOf(b)];
  if (typeof first === "bigint" && typeof second === "bigint") return first < second ? -1 : 1;
  return Buffer.compare(Buffer.from(String(first)), Buffer.from(String(second)));
}

function literalOf(test: Test): LiteralValue {
  if (test.kind !== "literal") throw new InternalCompilerError("a case is tested as a literal");
  return test.value;
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
