/** What richards.mote and deltablue.mote print, from what is known of them. */

/** The counts by which every implementation of the simulation is checked. */
export function richards(runs: number): string {
  return `${runs} runs: ${runs * 23246} packets sent, ${runs * 9297} holds\n`;
}

/** The last point that is projected has been moved to 5; scale and offset end at 5 and 2000. */
export function deltablue(size: number): string {
  let sum = 5n * 5n + 2000n;
  for (let point = 0n; point < size - 1; point++) sum += 5n * point + 2000n;
  return `chain of ${size}: a plan of ${size + 1} steps\nprojection of ${size}: images with the sum ${sum}\n`;
}
