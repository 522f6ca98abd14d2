/**
 * Numbers that look random and are the same every time, for tests that fast-check is too fine for.
 */

/** A generator of whole numbers in [0, below), started by a seed. Marsaglia's xorshift with 32 bits. */
export function random(seed: number): (below: number) => number {
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
