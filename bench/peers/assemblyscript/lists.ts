/** `programs/lists.mote` in AssemblyScript. */

import { collectIfDue, countMade } from "./collect";

declare function report(lists: i32, cells: i32, total: i64): void;

@final
class Link {
  constructor(
    readonly head: i32,
    readonly tail: Link | null,
  ) {}
}

function build(from: i32, count: i32): Link | null {
  let chain: Link | null = null;
  for (let i = 0; i < count; i++) chain = new Link(from + i, chain);
  return chain;
}

function sum(chain: Link | null): i32 {
  let total = 0;
  while (chain) {
    total += chain.head;
    chain = chain.tail;
  }
  return total;
}

export function run(lists: i32, cells: i32): void {
  let total: i64 = 0;
  for (let i = 0; i < lists; i++) {
    total += sum(build(i, cells));
    countMade(cells);
    collectIfDue(0);
  }
  report(lists, cells, total);
}
