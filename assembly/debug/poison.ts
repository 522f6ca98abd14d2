// Poison: memory that holds no objects any more is filled with a pattern no header can be (it is odd, and no shape).

export const POISON_BYTE: u8 = 0xdb;

/** Fills the part of the nursery that was in use. */
export function poisonNursery(base: usize, bytes: usize): void {
  memory.fill(base, POISON_BYTE, bytes);
}
