/**
 * Decision trees against the plain meaning of patterns: the first arm that matches is chosen. Random unions' values are
 * enumerated up to a depth, so that the answers about missing values and unreachable arms are checked as well; numbers
 * and texts are tested against the literals that occur and one that does not.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileMatch, type Pattern } from "../../src/lang/check/patterns.ts";
import type { Decision, LiteralValue, Occurrence } from "../../src/lang/check/typed.ts";
import { BOOL, INT, type Type, type UnionType } from "../../src/lang/check/types.ts";
import { often } from "../support/often.ts";

const span = { start: 0, end: 0 };
const ANY: Pattern = { kind: "any", local: null };

function union(name: string, cases: Record<string, readonly (Type | "self")[]>): UnionType {
  const type: UnionType = { kind: "union", name, span, cases: [] };
  type.cases = Object.entries(cases).map(([caseName, fields], index) => ({
    name: caseName,
    union: type,
    index,
    span,
    fields: fields.map((field, i) => {
      return { name: `f${i}`, type: field === "self" ? type : field, unpackedLength: null, span };
    }),
  }));
  return type;
}

const COLOR = union("Color", { Red: [], Green: [], Blue: [] });
const TREE = union("Tree", { Leaf: [], Node: [COLOR, "self", "self"] });
const MIX = union("Mix", { None: [], Number: [INT], Pair: [BOOL, COLOR], Single: ["self"] });

type Sample = LiteralValue | { readonly name: string; readonly fields: readonly Sample[] };

/** All values of a type up to a depth. */
function samples(type: Type, depth: number): Sample[] {
  if (type === BOOL) return [true, false];
  if (type === INT) return [0, 1, 7];
  if (type.kind !== "union") return [];
  return type.cases.flatMap(({ name, fields }) => {
    if (fields.length > 0 && depth === 0) return [];
    const choices = fields.map((field) => samples(field.type, depth - 1));
    const lists = choices.reduce<Sample[][]>((all, next) => all.flatMap((l) => next.map((v) => [...l, v])), [[]]);
    return lists.map((list) => ({ name, fields: list }));
  });
}

function matches(pattern: Pattern, value: Sample): boolean {
  switch (pattern.kind) {
    case "any":
      return true;
    case "literal":
      return pattern.value === value;
    case "or":
      return pattern.alternatives.some((alternative) => matches(alternative, value));
    case "case":
      if (typeof value !== "object" || value.name !== pattern.unionCase.name) return false;
      return pattern.args.every((arg, index) => matches(arg, value.fields[index]!));
  }
}

function at(occurrence: Occurrence, root: Sample): Sample {
  if (occurrence.parent === null) return root;
  const parent = at(occurrence.parent, root);
  if (typeof parent !== "object" || parent.name !== occurrence.unionCase!.name)
    throw new Error("a field of another case");
  return parent.fields[occurrence.fieldIndex]!;
}

/** The arm a tree chooses, or -1. */
function decide(tree: Decision, value: Sample): number {
  if (tree.kind === "leaf") return tree.arm;
  if (tree.kind === "fail") return -1;
  const place = at(tree.occurrence, value);
  const branch = tree.branches.find(({ tests }) =>
    tests.some((test) =>
      test.kind === "literal" ? test.value === place : typeof place === "object" && place.name === test.unionCase.name,
    ),
  );
  const next = branch?.next ?? tree.otherwise;
  if (next === null) throw new Error("the branches do not cover the type");
  return decide(next, value);
}

function patternOf(type: Type, depth: number): fc.Arbitrary<Pattern> {
  const any = fc.constant(ANY);
  if (depth === 0) return any;
  if (type === BOOL) return fc.oneof(any, literal(true), literal(false));
  if (type === INT) return fc.oneof(any, literal(0), literal(1));
  if (type.kind !== "union") return any;
  const cases = type.cases.map((unionCase) =>
    fc
      .tuple(...unionCase.fields.map((field) => patternOf(field.type, depth - 1)))
      .map((args): Pattern => ({ kind: "case", unionCase, args })),
  );
  const single = fc.oneof({ arbitrary: any, weight: 1 }, { arbitrary: fc.oneof(...cases), weight: 3 });
  const or = fc
    .array(single, { minLength: 2, maxLength: 3 })
    .map((alternatives): Pattern => ({ kind: "or", alternatives }));
  return fc.oneof({ arbitrary: single, weight: 4 }, { arbitrary: or, weight: 1 });
}

function literal(value: LiteralValue): fc.Arbitrary<Pattern> {
  return fc.constant({ kind: "literal", value });
}

describe.each([
  ["small numbers", COLOR, 1, 1],
  ["recursive cases", TREE, 3, 2],
  ["all kinds", MIX, 3, 3],
] as const)("%s", (_name, type, patternDepth, valueDepth) => {
  const values = samples(type, valueDepth);

  it("choose the first arm that matches", () => {
    fc.assert(
      fc.property(fc.array(patternOf(type, patternDepth), { maxLength: 6 }), (patterns) => {
        const { decision, missing, unreachable } = compileMatch(type, patterns);
        const chosen = values.map((value) => patterns.findIndex((pattern) => matches(pattern, value)));
        expect(values.map((value) => decide(decision, value))).toEqual(chosen);
        if (chosen.includes(-1)) expect(missing).not.toEqual([]);
        for (const arm of unreachable) expect(chosen).not.toContain(arm);
      }),
      { numRuns: often(300) },
    );
  });

  it("have an example of what is missing, and name the arms that are never reached", () => {
    // Patterns are at most as deep as the values here, so that the values tell everything.
    const depth = Math.min(patternDepth, valueDepth);
    fc.assert(
      fc.property(fc.array(patternOf(type, depth), { maxLength: 5 }), (patterns) => {
        const { missing, unreachable } = compileMatch(type, patterns);
        const deep = samples(type, depth);
        const chosen = new Set(deep.map((value) => patterns.findIndex((pattern) => matches(pattern, value))));
        expect(missing.length > 0).toBe(chosen.has(-1));
        expect(unreachable).toEqual(patterns.map((_, arm) => arm).filter((arm) => !chosen.has(arm)));
      }),
      { numRuns: often(300) },
    );
  });
});

function caseOf(type: UnionType, name: string, ...args: Pattern[]): Pattern {
  const unionCase = type.cases.find((candidate) => candidate.name === name)!;
  return { kind: "case", unionCase, args: unionCase.fields.map((_, index) => args[index] ?? ANY) };
}

describe("missing values", () => {
  it.each<[string, Type, Pattern[], string[]]>([
    ["of an empty match", COLOR, [], ["_"]],
    ["are named", COLOR, [caseOf(COLOR, "Green")], ["Red", "Blue"]],
    ["have wildcards for fields", TREE, [caseOf(TREE, "Leaf")], ["Node(_, _, _)"]],
    [
      "are found inside",
      TREE,
      [caseOf(TREE, "Leaf"), caseOf(TREE, "Node", caseOf(COLOR, "Red"))],
      ["Node(Green, _, _)", "Node(Blue, _, _)"],
    ],
    [
      "among numbers are any other",
      MIX,
      [caseOf(MIX, "Number", { kind: "literal", value: 1 })],
      ["Number(_)", "None", "Pair(_, _)", "Single(_)"],
    ],
    ["are told for truth values", BOOL, [{ kind: "literal", value: false }], ["true"]],
  ])("%s", (_name, type, patterns, expected) => {
    expect([...compileMatch(type, patterns).missing].sort()).toEqual([...expected].sort());
  });
});

it("tests nothing twice", () => {
  const black = caseOf(COLOR, "Blue");
  const red = caseOf(COLOR, "Red");
  const balance = [
    caseOf(TREE, "Node", black, caseOf(TREE, "Node", red, caseOf(TREE, "Node", red))),
    caseOf(TREE, "Node", black, caseOf(TREE, "Node", red, ANY, caseOf(TREE, "Node", red))),
    caseOf(TREE, "Node", black, ANY, caseOf(TREE, "Node", red, caseOf(TREE, "Node", red))),
    caseOf(TREE, "Node", black, ANY, caseOf(TREE, "Node", red, ANY, caseOf(TREE, "Node", red))),
    ANY,
  ];
  const walk = (tree: Decision, seen: readonly Occurrence[]): void => {
    if (tree.kind !== "test") return;
    expect(seen).not.toContain(tree.occurrence);
    for (const { next } of tree.branches) walk(next, [...seen, tree.occurrence]);
    if (tree.otherwise !== null) walk(tree.otherwise, [...seen, tree.occurrence]);
  };
  walk(compileMatch(TREE, balance).decision, []);
});
