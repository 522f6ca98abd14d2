/** `programs/queue.mote` in AssemblyScript. */

import { collectIfDue, countMade } from "./collect";

declare function report(pushes: i32, waiting: i32, sum: i32): void;

@final
class Job {
  constructor(
    readonly number: i32,
    readonly weight: i32,
  ) {}
}

let ring = new StaticArray<Job | null>(0);

function weigh(job: Job | null, sum: i32): i32 {
  return job ? sum * 31 + (job.number ^ job.weight) : sum;
}

export function run(pushes: i32, live: i32): void {
  ring = new StaticArray<Job | null>(live);
  let slot = 0;
  let sum = 0;
  for (let number = 0; number < pushes; number++) {
    sum = weigh(ring[slot], sum);
    ring[slot] = new Job(number, number * 7 + 1);
    if (++slot == live) slot = 0;
    countMade(1);
    collectIfDue(live);
  }

  let waiting = 0;
  for (let i = 0; i < live; i++) {
    const job = ring[slot];
    if (job) waiting++;
    sum = weigh(job, sum);
    if (++slot == live) slot = 0;
  }
  report(pushes, waiting, sum);
}
