// Poison fills memory whose objects have ended with a pattern that no header can be: it is odd, and no shape.
// Debug target only.

export const POISON_BYTE: u8 = 0xdb;

/** Fills `bytes` of memory from `at` with the pattern. */
export function poison(at: usize, bytes: usize): void {
  memory.fill(at, POISON_BYTE, bytes);
}
