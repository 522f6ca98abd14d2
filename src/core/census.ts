/** What has been allocated, by shape. The table's layout is drawn in assembly/gc/census.ts. */

import { CENSUS_BYTES_OFFSET, CENSUS_OBJECTS_OFFSET, CENSUS_PLACE_BYTES, CENSUS_PLACES } from "#contract";

export interface ShapeCount {
  /**
   * The name of the shape; what was allocated of further shapes than the table has places for has the name "(other)".
   */
  readonly shape: string;
  readonly objects: number;
  /** Headers and rounding included. */
  readonly bytes: number;
}

/**
 * Reads the table.
 * @param data all of the memory
 * @param table its address
 * @param nameOf the name of the shape whose descriptor is at an address
 * @returns the shape with the most bytes first
 */
export function readCensus(data: DataView, table: number, nameOf: (shape: number) => string): ShapeCount[] {
  const counts: ShapeCount[] = [];
  for (let place = 0; place <= CENSUS_PLACES; place++) {
    const at = table + place * CENSUS_PLACE_BYTES;
    const objects = Number(data.getBigUint64(at + CENSUS_OBJECTS_OFFSET, true));
    if (objects === 0) continue;
    const shape = place === CENSUS_PLACES ? "(other)" : nameOf(data.getUint32(at, true));
    counts.push({ shape, objects, bytes: Number(data.getBigUint64(at + CENSUS_BYTES_OFFSET, true)) });
  }
  return counts.sort((a, b) => b.bytes - a.bytes);
}
