// Whether a word can be a shape, for verification.

import { CHUNK_BYTES, GRANULE_BYTES, KIND_ARRAY, SHAPE_FLAGS } from "../contract";
import { Shape } from "../object/shape";

/** Whether the address of a shape, as far as its own bytes tell. @param at any word */
export function isShape(at: usize): bool {
  if (at == 0 || (at & 7) != 0 || at > <usize>memory.size() * CHUNK_BYTES - GRANULE_BYTES) return false;
  const shape = Shape.at(at);
  if (shape.kind > <u8>KIND_ARRAY || shape.flags > <u8>SHAPE_FLAGS) return false;
  return shape.isArray || (shape.bytes >= <u32>GRANULE_BYTES && (shape.bytes & 7) == 0);
}
