/** The strongly connected components of the call graph, callees before their callers. */

import type { IrFunction } from "../../ir/ir.ts";
import { forEachInstruction } from "../../ir/traverse.ts";

interface Visit {
  readonly fn: IrFunction;
  readonly callees: Iterator<IrFunction>;
  readonly number: number;
  /** The least number that is known to be reached from here within the component. */
  low: number;
}

/** One group of functions that call each other, tail calls included. */
export interface Component {
  readonly functions: readonly IrFunction[];
  readonly isRecursive: boolean;
}

/**
 * Tarjan's algorithm, without recursion: chains of calls may be long. Cost: linear in the calls.
 * @param calleesOf the functions that one calls, as far as it matters
 */
export function callComponents(
  functions: readonly IrFunction[],
  calleesOf: (fn: IrFunction) => ReadonlySet<IrFunction> = allCalleesOf,
): Component[] {
  const callees = new Map(functions.map((fn) => [fn, calleesOf(fn)]));
  const numbers = new Map<IrFunction, number>();
  /** Entered, and in no component yet, in the order of entry. */
  const open: IrFunction[] = [];
  const isDone = new Set<IrFunction>();
  const components: Component[] = [];
  const visits: Visit[] = [];

  const enter = (fn: IrFunction): void => {
    visits.push({ fn, callees: callees.get(fn)!.values(), number: numbers.size, low: numbers.size });
    numbers.set(fn, numbers.size);
    open.push(fn);
  };
  const leave = ({ fn, number, low }: Visit): void => {
    visits.pop();
    const caller = visits.at(-1);
    if (caller !== undefined) caller.low = Math.min(caller.low, low);
    if (low < number) return;
    const members = open.splice(open.lastIndexOf(fn));
    for (const member of members) isDone.add(member);
    components.push({ functions: members, isRecursive: members.length > 1 || callees.get(fn)!.has(fn) });
  };

  for (const fn of functions) {
    if (!numbers.has(fn)) enter(fn);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { value: callee, done } = visit.callees.next();
      if (done) leave(visit);
      else if (!numbers.has(callee)) enter(callee);
      else if (!isDone.has(callee)) visit.low = Math.min(visit.low, numbers.get(callee)!);
    }
  }
  return components;
}

function allCalleesOf(fn: IrFunction): Set<IrFunction> {
  const callees = tailCalleesOf(fn);
  forEachInstruction(fn.body, (instruction) => {
    if (instruction.op === "call") callees.add(instruction.callee);
  });
  return callees;
}

/** The functions that may replace a call of this one. */
export function tailCalleesOf(fn: IrFunction): Set<IrFunction> {
  const callees = new Set<IrFunction>();
  forEachInstruction(fn.body, (instruction) => {
    if (instruction.op === "tailCall") callees.add(instruction.callee);
  });
  return callees;
}
