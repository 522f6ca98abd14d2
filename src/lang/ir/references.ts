/**
 * Where references come into being, for passes that count them or ask who owns what.
 *
 * A reference is in a variable, a field, an element or a global, and in no other place. Two names of the source for a
 * value that never changes are one variable. A second reference to an object is made by an instruction only, and this
 * file says by which. Two instructions move elements without a variable: `arrayGrow` takes them out of the old array,
 * and `arrayFill` makes a further reference of each.
 */

import type { Atom, Instruction, Variable } from "./ir.ts";
import { holdsPointer } from "./traverse.ts";

/** What an instruction does with references. What it reads besides it only looks at. */
export interface ReferenceUses {
  /** Variables of whose references it makes a further one, elsewhere; a variable as often as it does that. */
  readonly passed: readonly Variable[];
  /** Variables that it gives a further reference to what it reads: the place that it reads keeps its own. */
  readonly copied: readonly Variable[];
  /** Variables that it gives a reference which is nobody else's: that to a new object, one that was passed, or a result. */
  readonly given: readonly Variable[];
}

/** A match copies its value into the binding of an arm, where the arm begins: that is not among these. */
export function referencesOf(instruction: Instruction): ReferenceUses {
  const { passed = [], copied = [], given = [] } = usesOf(instruction);
  return { passed: referring(passed), copied: referring(copied), given: referring(given) };
}

function referring(atoms: readonly Atom[]): Variable[] {
  return atoms.filter((atom) => atom.kind === "variable").filter(({ type }) => holdsPointer(type));
}

interface Uses {
  readonly passed?: readonly Atom[];
  readonly copied?: readonly Variable[];
  readonly given?: readonly Variable[];
}

function usesOf(i: Instruction): Uses {
  switch (i.op) {
    case "set":
      return { passed: [i.src], given: [i.dst] };
    case "call":
      return { passed: i.args, given: i.dsts };
    case "tailCall":
      return { passed: i.args };
    case "return":
      return { passed: i.values };
    case "globalSet":
    case "setField":
      return { passed: [i.value] };
    case "arraySet":
    case "sliceSet":
      return { passed: i.values };
    case "construct":
      return { passed: i.args, given: [i.dst] };
    case "arrayNew":
    case "arrayGrow":
    case "readInput":
    case "arguments":
    case "immediate":
    case "literal":
    case "static":
    case "sliceEmpty":
      return { given: [i.dst] };
    case "globalGet":
    case "field":
    case "part":
    case "unpackedGet":
    case "unpackedSlice":
    case "arraySlice":
    case "subslice":
      return { copied: [i.dst] };
    case "arrayGet":
    case "sliceGet":
      return { copied: i.dsts };
    case "lifetime":
      return { given: i.dsts };
    default:
      return {};
  }
}
