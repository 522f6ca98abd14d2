/**
 * Which fields of classes lie inline: the object that such a field refers to is a part of the one that has the field.
 *
 * A field of a class type B (not `B?`) does if
 *  1. its initialiser is a construction of a B, `B()` or `B { ... }`, and does not leave it by `return`;
 *  2. nothing else ever gives it a value: no construction names it and no statement assigns to it, wherever they stand;
 *  3. making the part does not make a whole again: neither by the parts of B, and theirs, nor by what the initialiser
 *     constructs besides. Of a circle, the last field in the order of the declarations is the one that stays a pointer;
 *  4. the whole has no more than MOST_VALUES with it.
 * All others are pointers to objects of their own. The rule is seed 004's: no pointer is needed for what is "defined in
 * the initializer only, and non-self-referential directly or indirectly".
 *
 * What it gains and costs under `gc`: bodies.mote, whose bodies have two vectors each, takes 0.68 of the time that it
 * takes with pointers. A list of cells of which one lies inside another object took 1.27 to fill and walk: each cell
 * is then recorded for the start finder, and each reference to one across a safepoint takes two words of the shadow
 * stack. In havlak.mote, where the root of a tree of loops lies inside the tree, it was 1.04.
 */

import type { FunctionSymbol, TypedExpression, TypedProgram } from "./typed.ts";
import { type ClassType, componentCount, type Field } from "./types.ts";
import { forEachNode } from "./walk.ts";

export type Construction = Extract<TypedExpression, { readonly kind: "newObject" }>;

/** For each inline field the construction that makes the part. */
export type Parts = ReadonlyMap<Field, Construction>;

type Classes = TypedProgram["classes"];

/**
 * Single values in an object with its parts: a construction has them all at hand at once, and in a chain of classes
 * with two parts each the size would double from one to the next.
 */
const MOST_VALUES = 100;

/** Decides for all classes of a checked program. Cost: linear in the program. */
export function findParts({ functions, globals, classes }: TypedProgram): Parts {
  const roots = [...functions.values(), ...globals.map(({ initialiser }) => initialiser)];
  for (const { methods, initialisers } of classes.values()) roots.push(...methods.values(), ...initialisers.values());
  const finder = new PartFinder(classes, replacedFields(roots, classes));
  for (const type of classes.keys()) finder.visit(type);
  return finder.parts;
}

/** The fields that get a value from elsewhere than their initialisers. */
function replacedFields(roots: readonly FunctionSymbol[], classes: Classes): ReadonlySet<Field> {
  const replaced = new Set<Field>();
  const symbols = new Set(roots);
  // A set is iterated in the order of insertion, so what is added here is visited, too.
  for (const { body } of symbols) {
    // Extern functions have none.
    if (body === null) continue;
    forEachNode(body, (node) => {
      if (node.kind === "closure") symbols.add(node.symbol);
      if (node.kind === "setMember") replaced.add(node.field);
      if (node.kind === "newObject") {
        const { initialisers } = classes.get(node.class)!;
        for (const [index, declared] of node.order.entries()) {
          const field = node.class.fields[declared]!;
          const given = node.fields[index]!;
          const isOwn =
            given.kind === "value" && given.value.kind === "call" && given.value.callee === initialisers.get(field);
          if (!isOwn) replaced.add(field);
        }
      }
    });
  }
  return replaced;
}

class PartFinder {
  readonly parts = new Map<Field, Construction>();
  readonly #classes: Classes;
  readonly #replaced: ReadonlySet<Field>;
  /** The single values of an object of the class; undefined while its fields are being decided. */
  readonly #values = new Map<ClassType, number | undefined>();

  constructor(classes: Classes, replaced: ReadonlySet<Field>) {
    this.#classes = classes;
    this.#replaced = replaced;
  }

  /** Decides on the fields of a class, and before on those of all that its parts construct. */
  visit(type: ClassType): void {
    if (this.#values.has(type)) return;
    this.#values.set(type, undefined);
    // A part without fields takes room as well.
    let values = type.fields.reduce((sum, field) => sum + (field.unpackedLength ?? componentCount(field.type)), 0);
    const { initialisers } = this.#classes.get(type)!;
    for (const field of type.fields) {
      const construction = this.#constructionOf(field, initialisers.get(field));
      if (construction === null || !this.#isFinite(construction)) continue;
      const withPart = values - 1 + Math.max(1, this.#values.get(construction.class)!);
      if (withPart > MOST_VALUES) continue;
      values = withPart;
      this.parts.set(field, construction);
    }
    this.#values.set(type, values);
  }

  /** What makes the field's value, if nothing else does. */
  #constructionOf(field: Field, initialiser: FunctionSymbol | undefined): Construction | null {
    const body = initialiser?.body ?? null;
    if (body === null || this.#replaced.has(field) || field.type.kind !== "class") return null;
    if (body.statements.length > 0 || body.result?.kind !== "newObject") return null;
    let returns = false;
    forEachNode(body, ({ kind }) => {
      if (kind === "return") returns = true;
    });
    return returns ? null : body.result;
  }

  /** Whether it makes no object of a class that is being decided on, and so of one that it would be a part of. */
  #isFinite(construction: Construction): boolean {
    const made = new Set<ClassType>();
    forEachNode(construction, (node) => {
      if (node.kind === "newObject") made.add(node.class);
    });
    for (const type of made) this.visit(type);
    return [...made].every((type) => this.#values.get(type) !== undefined);
  }
}
