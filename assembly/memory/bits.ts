// Bitsets in raw memory: bit i is bit (i & 7) of byte i >> 3, so the byte, u32 and u64 views agree (little endian).

export function setBit(bits: usize, index: usize): void {
  const at = bits + (index >> 3);
  store<u8>(at, load<u8>(at) | ((<u32>1) << (<u32>index & 7)));
}

export function testBit(bits: usize, index: usize): bool {
  return ((load<u8>(bits + (index >> 3)) >> (<u32>index & 7)) & 1) != 0;
}

/** Finds the highest set bit at or below `index`. @param bits 8-aligned @returns its index; -1 when there is none */
export function previousSetBit(bits: usize, index: usize): isize {
  let at = bits + ((index >> 6) << 3);
  let word = load<u64>(at) & (~(<u64>0) >> (63 - (<u64>index & 63)));
  while (word == 0) {
    if (at == bits) return -1;
    at -= 8;
    word = load<u64>(at);
  }
  return <isize>((at - bits) << 3) + 63 - <isize>clz(word);
}

/**
 * Finds the lowest set bit in `[index, limit)`.
 * @param bits 8-aligned
 * @returns its index; `limit` when there is none
 */
export function nextSetBit(bits: usize, index: usize, limit: usize): usize {
  if (index >= limit) return limit;
  let at = bits + ((index >> 6) << 3);
  const end = bits + (((limit + 63) >> 6) << 3);
  let word = load<u64>(at) & (~(<u64>0) << (<u64>index & 63));
  while (word == 0) {
    at += 8;
    if (at >= end) return limit;
    word = load<u64>(at);
  }
  const found = ((at - bits) << 3) + <usize>ctz(word);
  return found < limit ? found : limit;
}
