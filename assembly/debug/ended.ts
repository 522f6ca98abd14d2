// Finds uses of objects that have ended: debug builds under `regions` and `sparse` ask before each load and store. An
// object has ended if it is poison, or lies beyond what is filled, or in free memory. The debug core uses segments again
// late (region/segments.ts), so they are mostly free. The check does not notice memory that holds another object by now. The bounds of `leak` (bounds.ts) find that, since `leak` never uses memory again.
//
// On the stack of frames only the bytes tell. There eight bytes of a program that look like poison, in an array that a
// slice is read from, are taken for it.

import { OWNER_BLOCK, REGION_STATISTICS_BYTES } from "../contract";
import { isAside, isFree } from "../memory/chunks";
import { isExtent, ownerOf } from "../memory/page-map";
import { POISON_BYTE } from "../memory/poison";
import { isYoung } from "../nursery/bump";
import { Region, regionFrameLimit, usedEnd } from "../region/region";
import { isRun, Segment, SEGMENT_HEADER_BYTES, segmentOf } from "../region/segments";
import { regionStatistics } from "../region/statistics";
import { Stack } from "../sparse/descriptor";
import { entryOf } from "../sparse/entry";
import { isFreed } from "../sparse/free-set";
import { Extent, extentOf } from "../sparse/extent";
import { sparseStart } from "../sparse/reach";

const POISON: u64 = <u64>POISON_BYTE * 0x0101010101010101;

/**
 * Whether the object around `addr` has ended.
 * @param addr an address of an object, or into one; anything else has not ended
 * @param isWritten false if the program may not have written there yet, so that poison tells nothing
 * @param framesEnd address where the frames of all calls end
 */
export function regionHasEnded(addr: usize, isWritten: bool, framesEnd: usize): bool {
  // The program's constants, and what is no address.
  if (addr < regionStatistics() + REGION_STATISTICS_BYTES) return false;
  if (addr < regionFrameLimit) return addr >= framesEnd || (isWritten && isPoison(addr));
  const owner = ownerOf(addr);
  if (isExtent(owner)) return hasLeftExtent(addr);
  const segment = segmentOf(addr);
  if (segment) return hasLeftSegment(addr, segment);
  if (isYoung(addr) || owner == OWNER_BLOCK) return isWritten && isPoison(addr);
  return isFree(owner) || isAside(owner);
}

function isPoison(addr: usize): bool {
  return load<u64>(addr & ~7) == POISON;
}

function hasLeftSegment(addr: usize, segment: usize): bool {
  const owner = Segment.at(segment).owner;
  if (!owner || addr < segment + SEGMENT_HEADER_BYTES) return true;
  return !isRun(segment) && addr >= usedEnd(Region.at(owner), segment);
}

function hasLeftExtent(addr: usize): bool {
  const extent = Extent.at(extentOf(addr));
  if (addr >= extent.top) return true;
  const freed = Stack.at(extent.stack).freed;
  if (isFreed(freed, entryOf(addr))) return true;
  return isPoison(addr) && !sparseStart(addr);
}
