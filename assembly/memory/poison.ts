// Poison: memory that holds no objects any more is filled with a pattern no header can be (it is odd, and no shape).
// Debug target only.

export const POISON_BYTE: u8 = 0xdb;

/** Fills `bytes` from `at`. */
export function poison(at: usize, bytes: usize): void {
  memory.fill(at, POISON_BYTE, bytes);
}
