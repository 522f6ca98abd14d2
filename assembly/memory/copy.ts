// Clears and copies whole granules. A v128 loop beats memory.fill below 256 bytes, and memory.copy below 1 KiB.

const FILL_MIN_BYTES: usize = 256;
const COPY_MIN_BYTES: usize = 1024;

/** Sets memory to zero. @param to an address @param bytes a multiple of 8 */
export function memoryClear(to: usize, bytes: usize): void {
  if (bytes >= FILL_MIN_BYTES) {
    memory.fill(to, 0, bytes);
    return;
  }
  const end = to + bytes;
  if (bytes & 8) {
    store<u64>(to, 0);
    to += 8;
  }
  while (to < end) {
    v128.store(to, i64x2.splat(0));
    to += 16;
  }
}

/** Copies `bytes`, a multiple of 8, between ranges that do not overlap. */
export function copyGranules(to: usize, from: usize, bytes: usize): void {
  if (bytes >= COPY_MIN_BYTES) {
    memory.copy(to, from, bytes);
    return;
  }
  const end = from + bytes;
  if (bytes & 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  while (from < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}
