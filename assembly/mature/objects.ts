// Visits every object outside the nursery: block by block, then the large objects.

import { GRANULE_BYTES, OWNER_BLOCK } from "../contract";
import { chunkAddress, chunkOf } from "../memory/address";
import { chunksEnd, chunksFirst } from "../memory/chunks";
import { ownerOfChunk } from "../memory/page-map";
import { isSwept, nextMarked, nextObject, payloadStart } from "./block";
import { isMarkedLarge, largeChunks, nextLarge } from "./large";
import { isSweeping } from "./phase";

export interface ObjectVisitor {
  object(ref: usize): void;
}

/** Visits the objects that are not known to be dead. In a block that waits for its sweep these are the marked ones. */
export function visitObjects<V extends ObjectVisitor>(visitor: V): void {
  visit<V>(visitor, false);
}

/** Visits the objects that are marked. */
export function visitMarkedObjects<V extends ObjectVisitor>(visitor: V): void {
  visit<V>(visitor, true);
}

function visit<V extends ObjectVisitor>(visitor: V, marked: bool): void {
  // The walk may miss blocks that a visit opens.
  const end = chunksEnd();
  for (let chunk = chunksFirst(); chunk < end; chunk++) {
    if (ownerOfChunk(chunk) != OWNER_BLOCK) continue;
    const block = chunkAddress(chunk);
    const onlyMarked = marked || (isSweeping() && !isSwept(block));
    let ref = next(block, payloadStart(block), onlyMarked);
    while (ref) {
      visitor.object(ref);
      ref = next(block, ref + GRANULE_BYTES, onlyMarked);
    }
  }
  let ref = nextLarge(chunksFirst());
  while (ref) {
    if (!marked || isMarkedLarge(ref)) visitor.object(ref);
    ref = nextLarge(chunkOf(ref) + largeChunks(ref));
  }
}

function next(block: usize, from: usize, marked: bool): usize {
  return marked ? nextMarked(block, from) : nextObject(block, from);
}
