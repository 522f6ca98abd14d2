// Opens the heap: every mechanism in its order.

import { NURSERY_DEFAULT_BYTES, PAUSE_DEFAULT_MICROS } from "../config";
import { ERROR_NONE, INLINE_MAX_BYTES, NURSERY_MAX_BYTES, NURSERY_MIN_BYTES, STATISTICS_BYTES } from "../contract";
import { evacuateOpen } from "../mature/lines/evacuate";
import { phaseOpen } from "../mature/phase";
import { rememberedOpen } from "../mature/remembered";
import { spaceOpen } from "../mature/space";
import { alignUp } from "../memory/address";
import { chunksError, chunksOpen } from "../memory/chunks";
import { clockOpen } from "../memory/clock";
import { nurseryClose, nurseryOpen } from "../nursery/bump";
import { startsOpen } from "../nursery/starts/finder";
import { sizeOpen } from "../nursery/size";
import { handlesOpen } from "../roots/handles";
import { shadowOpen } from "../roots/shadow";
import { censusOpen } from "./census";
import { collectOpen } from "./collect";
import { allocImmortal, immortalOpen } from "./immortal";
import { statisticsOpen } from "./statistics";

/**
 * Opens the heap, once, before anything but the choice of settings. Arguments but the first two may be 0 for their
 * defaults.
 * @param shadowBase address where the shadow stack begins, 4-aligned; it ends at heapBase
 * @param heapBase address where the core's part of the memory begins
 * @param nurseryBytes size up to which the nursery may grow: 4 KiB to 256 MiB, rounded up to 4 KiB
 * @param heapLimitBytes limit of all chunks in use together, rounded down to 64 KiB
 * @param growthPercent growth of the mature space between major collections, in percent of the survivors
 * @param pauseMicros budget of a pause in microseconds, where `incremental` is chosen
 * @param nurseryFirstBytes first size of the nursery, rounded up to 4 KiB; as large as nurseryBytes, it never grows
 * @returns 0, or an ERROR_ code
 */
export function gcInit(
  shadowBase: usize,
  heapBase: usize,
  nurseryBytes: usize,
  heapLimitBytes: usize,
  growthPercent: u32,
  pauseMicros: u32,
  nurseryFirstBytes: usize,
): i32 {
  const failed = chunksOpen(heapBase, heapLimitBytes);
  if (failed) return failed;
  shadowOpen(shadowBase, heapBase);
  clockOpen(<f64>(pauseMicros ? pauseMicros : PAUSE_DEFAULT_MICROS) / 1000);
  immortalOpen();
  handlesOpen();
  rememberedOpen();
  phaseOpen();
  evacuateOpen();
  if (!spaceOpen()) return chunksError();
  const statistics = allocImmortal(STATISTICS_BYTES);
  if (!statistics) return chunksError();
  statisticsOpen(statistics);
  let nursery = nurseryBytes ? alignUp(nurseryBytes, NURSERY_MIN_BYTES) : defaultNursery(heapLimitBytes);
  if (nursery > <usize>NURSERY_MAX_BYTES) nursery = NURSERY_MAX_BYTES;
  while (!openNursery(nursery)) {
    // The engine may grant less than our default. A size that the program chose is had or refused.
    if (nurseryBytes || nursery <= <usize>NURSERY_MIN_BYTES) return chunksError();
    nursery >>= 1;
  }
  if (!censusOpen()) return chunksError();
  sizeOpen(nursery, alignUp(nurseryFirstBytes, NURSERY_MIN_BYTES));
  collectOpen(growthPercent);
  return ERROR_NONE;
}

function openNursery(bytes: usize): bool {
  if (!nurseryOpen(bytes)) return false;
  if (startsOpen()) return true;
  nurseryClose();
  return false;
}

/** The default size: an eighth of a limited heap, so that the nursery and its evacuation take a quarter. */
function defaultNursery(heapLimitBytes: usize): usize {
  const share = alignUp(heapLimitBytes >> 3, NURSERY_MIN_BYTES);
  return share && share < NURSERY_DEFAULT_BYTES ? share : NURSERY_DEFAULT_BYTES;
}

if (NURSERY_MIN_BYTES < 4 * INLINE_MAX_BYTES)
  ERROR("the smallest nursery must hold four of the largest inline records");
