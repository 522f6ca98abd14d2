/** `programs/queue.mote` with JavaScript's objects. */

import type { Report } from "../convention.ts";

class Job {
  readonly number: number;
  readonly weight: number;

  constructor(number: number, weight: number) {
    this.number = number;
    this.weight = weight;
  }
}

function weigh(job: Job | null, sum: number): number {
  return job === null ? sum : (Math.imul(sum, 31) + (job.number ^ job.weight)) | 0;
}

export function run(report: Report, pushes: number, live: number): void {
  const ring = new Array<Job | null>(live).fill(null);
  let slot = 0;
  let sum = 0;
  for (let number = 0; number < pushes; number++) {
    sum = weigh(ring[slot] as Job | null, sum);
    ring[slot] = new Job(number, (number * 7 + 1) | 0);
    if (++slot === live) slot = 0;
  }

  let waiting = 0;
  for (let i = 0; i < live; i++) {
    const job = ring[slot] as Job | null;
    if (job !== null) waiting++;
    sum = weigh(job, sum);
    if (++slot === live) slot = 0;
  }
  report(pushes, waiting, sum);
}
