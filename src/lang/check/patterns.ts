/**
 * Pattern matching: decision trees, exhaustiveness and redundancy in one algorithm.
 *
 * The clause matrix is compiled column by column into a tree of tests (Maranget, "Compiling pattern matching to good
 * decision trees", 2008). No test is done twice on a path, so that a path that ends in no arm is a value that the
 * match forgets, and an arm that no path reaches can never be chosen.
 *
 * Invariant: an occurrence (a place inside the matched value) exists once per match; trees refer to it by identity.
 */

import type { Binding, Decision, LiteralValue, Local, Occurrence, Test } from "./typed.ts";
import { BOOL, BYTE, fieldValueType, isNullary, type Type, type UnionCase } from "./types.ts";

/** A checked pattern. */
export type Pattern =
  | { readonly kind: "any"; readonly local: Local | null }
  | { readonly kind: "case"; readonly unionCase: UnionCase; readonly args: readonly Pattern[] }
  | { readonly kind: "literal"; readonly value: LiteralValue }
  | { readonly kind: "or"; readonly alternatives: readonly Pattern[] };

export interface CompiledMatch {
  readonly decision: Decision;
  /** Examples of values no arm matches, as patterns: "Node(Red, _)". Empty when the match is exhaustive. */
  readonly missing: readonly string[];
  /** Indices of arms that no value reaches. */
  readonly unreachable: readonly number[];
}

interface Row {
  readonly patterns: readonly Pattern[];
  readonly arm: number;
  readonly bindings: readonly Binding[];
}

/** What is known of an occurrence on the current path: it passed a test, or it failed several. */
type Knowledge = { readonly is: Test } | { readonly isNot: readonly Test[] };

const ANY: Pattern = { kind: "any", local: null };
const BYTE_VALUES = 256;
/** How many examples of missing values are collected at most. */
const EXAMPLES = 4;

/**
 * Compiles a match.
 * @param type the type of the matched value
 * @param patterns one for each arm, in order
 */
export function compileMatch(type: Type, patterns: readonly Pattern[]): CompiledMatch {
  const compiler = new MatchCompiler();
  const root: Occurrence = { parent: null, unionCase: null, fieldIndex: 0, type };
  const rows = patterns.map((pattern, arm) => ({ patterns: [pattern], arm, bindings: [] }));
  const decision = compiler.compile([root], rows, root);
  const unreachable = patterns.map((_, arm) => arm).filter((arm) => !compiler.reached.has(arm));
  return { decision, missing: [...compiler.missing], unreachable };
}

class MatchCompiler {
  readonly reached = new Set<number>();
  readonly missing = new Set<string>();
  readonly #children = new Map<Occurrence, Map<UnionCase, readonly Occurrence[]>>();
  readonly #known = new Map<Occurrence, Knowledge>();

  compile(columns: readonly Occurrence[], rows: readonly Row[], root: Occurrence): Decision {
    const first = rows[0];
    if (first === undefined) {
      for (const example of this.#examples(root)) if (this.missing.size < EXAMPLES) this.missing.add(example);
      return { kind: "fail" };
    }
    const column = chooseColumn(columns, rows);
    if (column < 0) {
      this.reached.add(first.arm);
      return { kind: "leaf", arm: first.arm, bindings: bindAll(first, columns) };
    }
    return this.#test(columns, expandAlternatives(rows, column), column, root);
  }

  #test(columns: readonly Occurrence[], rows: readonly Row[], column: number, root: Occurrence): Decision {
    const occurrence = columns[column]!;
    const tests = testsOf(rows, column);
    // The cases of a union with fields are told apart by a `match` of the IR, which has one arm for each.
    const separate = occurrence.type.kind === "union" && !isNullary(occurrence.type);
    const branches: { tests: Test[]; next: Decision }[] = [];
    for (const test of tests) {
      const inner = test.kind === "case" ? this.#fieldsOf(occurrence, test.unionCase) : [];
      this.#known.set(occurrence, { is: test });
      const next = this.compile(
        [...columns.slice(0, column), ...inner, ...columns.slice(column + 1)],
        specialise(rows, columns, column, test, inner.length),
        root,
      );
      const same = separate ? undefined : branches.find((branch) => sameLeaf(branch.next, next));
      if (same === undefined) branches.push({ tests: [test], next });
      else same.tests.push(test);
    }
    let otherwise: Decision | null = null;
    if (tests.length < domainSize(occurrence.type)) {
      this.#known.set(occurrence, { isNot: tests });
      const rest = [...columns.slice(0, column), ...columns.slice(column + 1)];
      otherwise = this.compile(rest, withoutColumn(rows, columns, column), root);
    }
    this.#known.delete(occurrence);
    const useful = otherwise === null ? branches : branches.filter((branch) => !sameLeaf(branch.next, otherwise));
    if (useful.length === 0 && otherwise !== null) return otherwise;
    return { kind: "test", occurrence, branches: useful, otherwise };
  }

  #fieldsOf(parent: Occurrence, unionCase: UnionCase): readonly Occurrence[] {
    let cases = this.#children.get(parent);
    if (cases === undefined) {
      cases = new Map();
      this.#children.set(parent, cases);
    }
    let fields = cases.get(unionCase);
    if (fields === undefined) {
      fields = unionCase.fields.map((field, fieldIndex) => {
        return { parent, unionCase, fieldIndex, type: fieldValueType(field) };
      });
      cases.set(unionCase, fields);
    }
    return fields;
  }

  /** Values of this occurrence that agree with what is known on the current path, as patterns. */
  #examples(occurrence: Occurrence): string[] {
    const known = this.#known.get(occurrence);
    if (known === undefined) return ["_"];
    if ("is" in known) {
      const test = known.is;
      if (test.kind === "literal") return [literalText(test.value)];
      let texts = [""];
      for (const field of this.#fieldsOf(occurrence, test.unionCase)) {
        const inner = this.#examples(field);
        texts = texts.flatMap((text) => inner.map((example) => (text === "" ? example : `${text}, ${example}`)));
        texts.length = Math.min(texts.length, EXAMPLES);
      }
      return texts.map((text) => (text === "" ? test.unionCase.name : `${test.unionCase.name}(${text})`));
    }
    return untested(occurrence.type, known.isNot);
  }
}

/** Of the columns that the first row tests, the one that the longest run of rows tests; -1 when it tests none. */
function chooseColumn(columns: readonly Occurrence[], rows: readonly Row[]): number {
  let best = -1;
  let bestRun = 0;
  for (let column = 0; column < columns.length; column++) {
    let run = 0;
    while (run < rows.length && rows[run]!.patterns[column]!.kind !== "any") run++;
    if (run > bestRun) [best, bestRun] = [column, run];
  }
  return best;
}

function bindAll(row: Row, columns: readonly Occurrence[]): readonly Binding[] {
  const bindings = [...row.bindings];
  row.patterns.forEach((pattern, column) => {
    if (pattern.kind === "any" && pattern.local !== null) {
      bindings.push({ local: pattern.local, occurrence: columns[column]! });
    }
  });
  return bindings;
}

/** One row for each alternative of the patterns in a column. */
function expandAlternatives(rows: readonly Row[], column: number): Row[] {
  return rows.flatMap((row) =>
    alternativesOf(row.patterns[column]!).map((pattern) => ({ ...row, patterns: row.patterns.with(column, pattern) })),
  );
}

function alternativesOf(pattern: Pattern): readonly Pattern[] {
  return pattern.kind === "or" ? pattern.alternatives.flatMap(alternativesOf) : [pattern];
}

/** The distinct tests of a column, in the order of the rows. */
function testsOf(rows: readonly Row[], column: number): Test[] {
  const tests = new Map<unknown, Test>();
  for (const row of rows) {
    const pattern = row.patterns[column]!;
    if (pattern.kind === "case") tests.set(pattern.unionCase, { kind: "case", unionCase: pattern.unionCase });
    if (pattern.kind === "literal") tests.set(pattern.value, { kind: "literal", value: pattern.value });
  }
  return [...tests.values()];
}

/** The rows that remain when the column's value passed the test, with columns for the case's fields instead of it. */
function specialise(
  rows: readonly Row[],
  columns: readonly Occurrence[],
  column: number,
  test: Test,
  fieldCount: number,
): Row[] {
  return rows.flatMap((row) => {
    const pattern = row.patterns[column]!;
    let inner: readonly Pattern[];
    if (pattern.kind === "any") inner = new Array<Pattern>(fieldCount).fill(ANY);
    else if (pattern.kind === "case" && test.kind === "case" && pattern.unionCase === test.unionCase)
      inner = pattern.args;
    else if (pattern.kind === "literal" && test.kind === "literal" && pattern.value === test.value) inner = [];
    else return [];
    const patterns = [...row.patterns.slice(0, column), ...inner, ...row.patterns.slice(column + 1)];
    return [{ patterns, arm: row.arm, bindings: bindOne(row, columns, column) }];
  });
}

/** The rows that remain when the column's value failed all tests. */
function withoutColumn(rows: readonly Row[], columns: readonly Occurrence[], column: number): Row[] {
  return rows
    .filter((row) => row.patterns[column]!.kind === "any")
    .map((row) => ({
      patterns: row.patterns.toSpliced(column, 1),
      arm: row.arm,
      bindings: bindOne(row, columns, column),
    }));
}

function bindOne(row: Row, columns: readonly Occurrence[], column: number): readonly Binding[] {
  const pattern = row.patterns[column]!;
  if (pattern.kind !== "any" || pattern.local === null) return row.bindings;
  return [...row.bindings, { local: pattern.local, occurrence: columns[column]! }];
}

function sameLeaf(a: Decision, b: Decision | null): boolean {
  if (a.kind !== "leaf" || b?.kind !== "leaf" || a.arm !== b.arm) return false;
  return a.bindings.every(({ local, occurrence }) =>
    b.bindings.some((other) => other.local === local && other.occurrence === occurrence),
  );
}

/** How many different tests cover a type. */
function domainSize(type: Type): number {
  if (type.kind === "union") return type.cases.length;
  if (type === BOOL) return 2;
  return type === BYTE ? BYTE_VALUES : Number.POSITIVE_INFINITY;
}

function untested(type: Type, tests: readonly Test[]): string[] {
  if (type.kind === "union") {
    const left = type.cases.filter((unionCase) =>
      tests.every((test) => test.kind !== "case" || test.unionCase !== unionCase),
    );
    return left
      .slice(0, EXAMPLES)
      .map(({ name, fields }) => (fields.length === 0 ? name : `${name}(${fields.map(() => "_").join(", ")})`));
  }
  if (type === BOOL)
    return [true, false]
      .filter((value) => !tests.some((test) => test.kind === "literal" && test.value === value))
      .map(String);
  return ["_"];
}

function literalText(value: LiteralValue): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
