/** Arithmetic of addresses. */

/** Rounds up to a power of two. */
export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
