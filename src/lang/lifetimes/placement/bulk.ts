/**
 * What is made in bulk: as much of it as the program's input wants. That is what iterations of a loop make one after the
 * other, what recursive functions make, arrays of no known length, and what a call makes in bulk. Texts do not count by
 * their length, since most are short. A call is long if it makes one object after the other; growing lists do not count.
 */

import type { Block, Instruction, IrFunction, Site } from "../../ir/ir.ts";
import { blocksOf } from "../../ir/traverse.ts";
import type { Component } from "./components.ts";
import { asCallerSees, type Destinations } from "./destinations.ts";
import type { Call } from "./flow.ts";
import type { FunctionPlacement, Placed, PlacedGroup } from "./placed.ts";

/** An array of more elements counts as one of no known length. */
const KNOWN_ELEMENTS = 1024;

export interface Bulk {
  /** Whether what a site makes once is large. */
  isLarge(site: Site): boolean;
  /** Whether a callee makes a group of objects in bulk. */
  isMany(call: Call, group: PlacedGroup): boolean;
  isLong(call: Call): boolean;
  /** Whether an instruction makes a list's next storage and nothing else: repeated, it does not make more. */
  onlyGrows(maker: Instruction): boolean;
}

/** What a function makes. */
interface Made {
  /** By where its callers see it go. */
  readonly inBulk: Set<Destinations>;
  /** Something that is more than a list's next storage. */
  makes: boolean;
  isLong: boolean;
}

/** @param components callees before callers */
export function findBulk(
  components: readonly Component[],
  placementOf: (fn: IrFunction) => Pick<FunctionPlacement, "sites" | "calls">,
): Bulk {
  const all = new Map<IrFunction, Made>();
  const makers = new Map<Site, Instruction>();
  const large = new Set<Site>();
  const isMany = ({ callee }: Call, { origin }: PlacedGroup): boolean => all.get(callee)!.inBulk.has(origin);

  const onlyGrows = (i: Instruction): boolean =>
    i.op === "call" || i.op === "tailCall" ? !all.get(i.callee)!.makes : i.op === "arrayGrow";
  const visit = (made: Made, { instructions }: Block, isRepeated: boolean): void => {
    for (const i of instructions) {
      if ("site" in i) makers.set(i.site, i);
      if (isLarge(i)) large.add(i.site);
      const callee = i.op === "call" || i.op === "tailCall" ? all.get(i.callee)! : null;
      const makes = callee === null ? "site" in i && !onlyGrows(i) : callee.makes;
      made.makes ||= makes;
      made.isLong ||= callee?.isLong === true || (makes && isRepeated);
      for (const inner of blocksOf(i)) visit(made, inner, isRepeated || i.op === "loop");
    }
  };
  const add = (fn: IrFunction, isRecursive: boolean): boolean => {
    const made = all.get(fn)!;
    const before = made.inBulk.size + Number(made.makes) + Number(made.isLong);
    visit(made, fn.body, isRecursive);
    const { sites, calls } = placementOf(fn);
    const isRepeated = (i: Instruction, { loops }: Placed): boolean => (isRecursive || loops > 0) && !onlyGrows(i);
    const placed = [
      ...sites.filter((each) => large.has(each.site) || isRepeated(makers.get(each.site)!, each)),
      ...calls.flatMap(({ call, groups }) => groups.filter((each) => isMany(call, each) || isRepeated(call, each))),
    ];
    for (const { destinations } of placed) made.inBulk.add(asCallerSees(destinations));
    return made.inBulk.size + Number(made.makes) + Number(made.isLong) > before;
  };

  for (const { functions, isRecursive } of components) {
    for (const fn of functions) all.set(fn, { inBulk: new Set(), makes: false, isLong: false });
    for (let news = true; news; ) {
      news = false;
      for (const fn of functions) if (add(fn, isRecursive)) news = isRecursive;
    }
  }
  return { isLarge: (site) => large.has(site), isMany, isLong: ({ callee }) => all.get(callee)!.isLong, onlyGrows };
}

function isLarge(i: Instruction): i is Extract<Instruction, { readonly site: Site }> {
  switch (i.op) {
    case "readInput":
      return true;
    case "arrayNew":
    case "arrayGrow": {
      const isKnown = i.length.kind === "constant" && Number(i.length.value) <= KNOWN_ELEMENTS;
      return !isKnown && i.element.components.some(({ kind }) => kind !== "byte");
    }
    default:
      return false;
  }
}
