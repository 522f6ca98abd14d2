// Counts the questions to the start finder and the steps of its answers: words of a bitset, entries of a search,
// objects and cards of a walk. State: the two sums.

export let startQueries: u64 = 0;
export let startSteps: u64 = 0;

export function countQuery(steps: usize): void {
  startQueries++;
  startSteps += steps;
}
