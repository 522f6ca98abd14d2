/** `programs/lists.mote` with JavaScript's objects. */

import type { Report } from "../convention.ts";

class Link {
  readonly head: number;
  readonly tail: Link | null;

  constructor(head: number, tail: Link | null) {
    this.head = head;
    this.tail = tail;
  }
}

function build(from: number, count: number): Link | null {
  let chain: Link | null = null;
  for (let i = 0; i < count; i++) chain = new Link(from + i, chain);
  return chain;
}

function sum(chain: Link | null): number {
  let total = 0;
  for (let link = chain; link !== null; link = link.tail) total = (total + link.head) | 0;
  return total;
}

export function run(report: Report, lists: number, cells: number): void {
  let total = 0;
  for (let i = 0; i < lists; i++) total += sum(build(i, cells));
  report(lists, cells, total);
}
