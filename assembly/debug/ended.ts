// Whether something is used that has ended, for programs under `regions` and `sparse` that ask before each load and store: what an
// address points to is poison, or lies beyond what is filled, or in memory that nobody has. Memory that has been filled
// again is not told from what it was before; the bounds of `leak` (bounds.ts), whose memory is never used again, find that out.
//
// Bytes of a program that are poison by accident are taken for it where nothing but the bytes tells: eight of them in a row, in a slice
// that is read, of an array on the stack of frames.

import { isAside, isFree } from "../memory/chunks";
import { isLane, ownerOf } from "../memory/page-map";
import { POISON_BYTE } from "../memory/poison";
import { frameLimit, Region, usedEnd } from "../region/region";
import { isRun, Segment, SEGMENT_HEADER_BYTES, segmentOf } from "../region/segments";
import { REGION_STATISTICS_BYTES, regionsStatistics } from "../region/statistics";
import { Stack } from "../sparse/descriptor";
import { entryOf } from "../sparse/entry";
import { isFreed } from "../sparse/free-set";
import { Lane, laneOf } from "../sparse/extent";
import { sparseStart } from "../sparse/reach";

const POISON: u64 = <u64>POISON_BYTE * 0x0101010101010101;

/**
 * Whether what lies at `addr` has ended.
 * @param addr of an object, or into one; anything else has not ended
 * @param isWritten false for what may be written to for the first time, and can be poison
 * @param framesEnd where the frames of all calls end
 */
export function hasEnded(addr: usize, isWritten: bool, framesEnd: usize): bool {
  // The program's constants, and what is no address.
  if (addr < regionsStatistics() + REGION_STATISTICS_BYTES) return false;
  if (addr < frameLimit) return addr >= framesEnd || (isWritten && isPoison(addr));
  const owner = ownerOf(addr);
  if (isLane(owner)) return hasLeftLane(addr);
  const segment = segmentOf(addr);
  return segment ? hasLeftSegment(addr, segment) : isFree(owner) || isAside(owner);
}

function isPoison(addr: usize): bool {
  return load<u64>(addr & ~7) == POISON;
}

function hasLeftSegment(addr: usize, segment: usize): bool {
  const owner = Segment.at(segment).owner;
  if (!owner || addr < segment + SEGMENT_HEADER_BYTES) return true;
  return !isRun(segment) && addr >= usedEnd(Region.at(owner), segment);
}

function hasLeftLane(addr: usize): bool {
  const lane = Lane.at(laneOf(addr));
  if (addr >= lane.top) return true;
  const freed = Stack.at(lane.stack).freed;
  if (isFreed(freed, entryOf(addr))) return true;
  return isPoison(addr) && !sparseStart(addr);
}
