// The size classes of malloc: every multiple of 16 bytes up to 128, then four for each doubling. So a cell above that
// is at most a quarter larger than the request.

export const CLASSES: u32 = 39;
/** The largest class: two of its cells fill most of a chunk. */
export const LARGEST_CELL_BYTES: usize = 28672;

const STEP_SHIFT: usize = 4;
/** Classes that grow by one step; they end at 1 << LINEAR_SHIFT bytes. */
const LINEAR_CLASSES: u32 = 8;
const LINEAR_SHIFT: u32 = 7;

/** The smallest class whose cells hold `bytes`, 1 to LARGEST_CELL_BYTES. */
export function classOf(bytes: usize): u32 {
  const last = <u32>bytes - 1;
  if (last >> LINEAR_SHIFT == 0) return last >> <u32>STEP_SHIFT;
  const top = 31 - clz(last);
  return LINEAR_CLASSES + ((top - LINEAR_SHIFT) << 2) + ((last >> (top - 2)) & 3);
}

/** The bytes of a cell of the class. */
export function cellBytesOf(index: u32): usize {
  if (index < LINEAR_CLASSES) return (<usize>index + 1) << STEP_SHIFT;
  const quarter = index - LINEAR_CLASSES;
  const step: usize = (<usize>1) << (LINEAR_SHIFT - 2 + (quarter >> 2));
  return (5 + (quarter & 3)) * step;
}
