/** What richards.mote and deltablue.mote print, from what is known of them, and bodies.mote, on rows of numbers. */

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

export function bodies(count: number, rounds: number): string {
  let [momentum, sum] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const x = Array.from({ length: count }, (_, i) => (i * 31 + round) % 1001);
    const y = x.map((_, i) => (i * 17) % 1001);
    const dx = x.map((_, i) => (i % 13) - 6);
    const dy = x.map(() => 1);
    for (let step = 0; step < 10; step++) {
      for (const [places, speeds] of [
        [x, dx],
        [y, dy],
      ] as const) {
        for (let i = 0; i < count; i++) {
          places[i]! += speeds[i]!;
          if (places[i]! < 0 || places[i]! > 1000) speeds[i] = -speeds[i]!;
        }
      }
    }
    for (let i = 0; i < count; i++) momentum = (momentum + ((i % 7) + 1) * (dx[i]! + dy[i]!)) | 0;
    const kept = round % count;
    sum = (Math.imul(sum, 31) + x[kept]! * 1001 + y[kept]!) | 0;
  }
  return `${rounds} rounds of ${count} bodies, momentum ${momentum}, places ${sum}\n`;
}
