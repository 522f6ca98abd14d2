/** Words: the numbers of 32 bits that the core takes, unsigned. */

/** The greatest one; as a limit, a number that nothing passes. */
export const WORD_MAX = 0xffff_ffff;

/** Whether a value is a word. */
export function isWord(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= WORD_MAX;
}
