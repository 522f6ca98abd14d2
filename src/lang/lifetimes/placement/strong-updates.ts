/**
 * Reassignments that leave an array behind to which nothing leads any more: a variable of a loop gets a new array, or
 * list, in each iteration, and nobody else knows the one that it had.
 *
 *     let row = array(n, 0)
 *     for i in 0..rounds { let next = array(n, i); ..; row = next }      here `row` had the only reference to its array
 *
 * So it is if
 *  - the array, and the list with it, was made during the call, and is stored nowhere,
 *  - no other variable that may hold one of them is live behind the assignment,
 *  - what is assigned was made since the variable was assigned last: it is not the same, and
 *  - the variable is live where the loop's iteration begins, and assigned in no loop inside it: it has a value, which has not ended.
 *
 * The value is read once more then, in front of the assignment: up to there it has to be kept.
 */

import type { Block, Instruction, Variable } from "../../ir/ir.ts";
import { computeLiveness } from "../../ir/liveness.ts";
import { blocksOf, forEachInstruction, writesOf } from "../../ir/traverse.ts";
import type { Flow } from "./flow.ts";
import type { Node } from "./graph.ts";

type Assignment = Extract<Instruction, { readonly op: "set" }>;

/**
 * An array that may be freed in front of an assignment: the variable's own, or the one that its record holds in a
 * field.
 */
export interface StrongUpdate {
  readonly assignment: Assignment;
  readonly field: number | null;
}

/** An assignment that may be one, inside a loop. */
interface Candidate extends StrongUpdate {
  readonly loop: Instruction;
  /** What the variable may lead to. */
  readonly nodes: ReadonlySet<Node>;
}

/** The assignments of a solved flow in front of which what the variable holds may be freed. */
export function findStrongUpdates(flow: Flow): ReadonlyMap<Instruction, StrongUpdate> {
  const found = new Map<Instruction, StrongUpdate>();
  const holders = holdersOf(flow);
  const candidates: Candidate[] = [];
  const visit = (block: Block, loop: Instruction | null): void => {
    for (const [index, i] of block.instructions.entries()) {
      for (const inner of blocksOf(i)) visit(inner, i.op === "loop" ? i : loop);
      if (i.op !== "set" || loop === null) continue;
      const field = fieldOf(i.dst);
      if (field === undefined) continue;
      const nodes = ownedBy(flow, i.dst, field, holders);
      if (nodes !== null && isNewSince(flow, block, index, i) && !isAssignedInside(loop, i.dst))
        candidates.push({ assignment: i, loop, field, nodes });
    }
  };
  visit(flow.fn.body, null);
  if (candidates.length === 0) return found;

  const liveAtHead = computeLiveness(flow.fn, ({ op }) => op === "loop");
  // One that is itself freed later has to be there still.
  const liveAt = computeLiveness(flow.fn, ({ op }) => op === "set", readByFrees(candidates));
  for (const { assignment, loop, field, nodes } of candidates) {
    const same = sameAs(flow, assignment);
    const isShared = liveAt(assignment).some(
      (variable) => !same.has(variable) && [...flow.pointees(variable)].some((node) => nodes.has(node)),
    );
    if (!isShared && liveAtHead(loop).includes(assignment.dst)) found.set(assignment, { assignment, field });
  }
  return found;
}

/** What is read to free it, in front of assignments. */
export function readByFrees(
  assignments: Iterable<{ readonly assignment: Assignment }>,
): (instruction: Instruction) => readonly Variable[] {
  const read = new Map<Instruction, Variable>([...assignments].map(({ assignment }) => [assignment, assignment.dst]));
  return (instruction) => {
    const variable = read.get(instruction);
    return variable === undefined ? [] : [variable];
  };
}

/** The nodes that something is stored in, by what is stored there. */
function holdersOf({ graph }: Flow): ReadonlyMap<Node, ReadonlySet<Node>> {
  const holders = new Map<Node, Set<Node>>();
  for (const holder of graph.nodes) {
    for (const values of holder.contents.values()) {
      for (const value of values) holders.set(value, (holders.get(value) ?? new Set()).add(holder));
    }
  }
  return holders;
}

/** Where a variable has its array: null for itself, or a field of its record; undefined if it has none. */
function fieldOf({ type }: Variable): number | null | undefined {
  if (type.kind === "array" || type.kind === "slice") return null;
  if (type.kind !== "record") return undefined;
  const index = type.record.fields.findIndex(({ isOwner }) => isOwner);
  return index < 0 ? undefined : index;
}

/** What a variable leads to, up to its array, if nothing else does but variables; otherwise null. */
function ownedBy(
  flow: Flow,
  variable: Variable,
  field: number | null,
  holders: ReadonlyMap<Node, ReadonlySet<Node>>,
): ReadonlySet<Node> | null {
  const held = flow.pointees(variable);
  const isOwn = (node: Node): boolean => node.input === undefined && !holders.has(node);
  if (held.size === 0 || ![...held].every(isOwn)) return null;
  if (field === null || variable.type.kind !== "record") return held;
  const arrays = flow.fieldOf(held, variable.type.record, field);
  const isTheirs = (node: Node): boolean =>
    node.input === undefined && [...holders.get(node)!].every((holder) => held.has(holder));
  return arrays.every(isTheirs) ? new Set([...held, ...arrays]) : null;
}

/** Whether what is assigned has been made in the same block, and the variable has not been assigned since. */
function isNewSince(flow: Flow, block: Block, index: number, { dst, src }: Assignment): boolean {
  if (src.kind !== "variable" || src.mutable) return false;
  let wanted = src;
  for (let at = index - 1; at >= 0; at--) {
    const i = block.instructions[at]!;
    if (assigns(i, dst)) return false;
    if (!writesOf(i).includes(wanted)) continue;
    if (i.op === "arraySlice" && !i.array.mutable) wanted = i.array;
    else return isNew(flow, i, wanted);
  }
  return false;
}

function isNew(flow: Flow, i: Instruction, variable: Variable): boolean {
  switch (i.op) {
    case "construct":
    case "arrayNew":
    case "literal":
    case "static":
    case "sliceEmpty":
      return true;
    case "call":
      return flow.isMade(i, i.dsts.indexOf(variable));
    default:
      return false;
  }
}

/** Whether a loop in a loop assigns a variable. */
function isAssignedInside(loop: Instruction, variable: Variable): boolean {
  let isInside = false;
  for (const block of blocksOf(loop)) {
    forEachInstruction(block, (i) => {
      isInside ||= i.op === "loop" && assigns(i, variable);
    });
  }
  return isInside;
}

function assigns(instruction: Instruction, variable: Variable): boolean {
  let isAssigned = writesOf(instruction).includes(variable);
  for (const block of blocksOf(instruction)) {
    forEachInstruction(block, (i) => {
      isAssigned ||= writesOf(i).includes(variable);
    });
  }
  return isAssigned;
}

/** The variables that hold the new array, or a slice of it, by the assignment. */
function sameAs({ fn }: Flow, { dst, src }: Assignment): ReadonlySet<Variable> {
  const same = new Set<Variable>([dst]);
  if (src.kind === "variable") same.add(src);
  forEachInstruction(fn.body, (i) => {
    if (i.op === "arraySlice" && i.dst === src) same.add(i.array);
  });
  return same;
}
