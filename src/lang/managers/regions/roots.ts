/** What a collection of regions begins with: the variables that are live there, by what they are to a collector. */

import type { Atom, Variable } from "../../ir/ir.ts";
import { pointerKindOf } from "../linear/layout.ts";

export interface Roots {
  /** What are Boxes to a collector, then what are Slices. */
  readonly boxes: readonly Variable[];
  readonly slices: readonly Variable[];
}

/** Those of the given values that lead to objects, each once. */
export function rootsAmong(values: readonly Atom[]): Roots {
  const variables = [...new Set(values)].filter((value) => value.kind === "variable");
  const ofKind = (kind: "box" | "slice"): Variable[] => variables.filter(({ type }) => pointerKindOf(type) === kind);
  return { boxes: ofKind("box"), slices: ofKind("slice") };
}
