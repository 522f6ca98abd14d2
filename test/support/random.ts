/**
 * Numbers that look random and are the same every time, for tests that fast-check is too fine for.
 */

/** A generator of whole numbers in [0, below), started by a seed. Marsaglia's xorshift with 32 bits. */
/** Chooses a whole number in [0, below). */
export type Choose = (below: number) => number;

/** A chooser started by a seed. Marsaglia's xorshift with 32 bits. */
export function random(seed: number): Choose {
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The same for programs from seeds one after the other: the first numbers of near seeds are near each other. */
export function randomFor(seed: number): Choose {
  const choose = random(seed);
  for (let round = 0; round < 8; round++) choose(2);
  return choose;
}

/**
 * A chooser that follows a list, and chooses 0 when it has ended: the shorter the list, the smaller what comes of it.
 */
export function following(list: readonly number[]): Choose {
  let next = 0;
  return (below) => (list[next++] ?? 0) % below;
}
