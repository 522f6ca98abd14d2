/**
 * Collections under asc's runtime `minimal`, which leaves them to the program and takes no heed of locals. Under
 * `incremental` nothing of this is compiled.
 *
 * A collection is due when more objects were made since the last one than can be alive: the heap has doubled, which is
 * when `incremental` begins another cycle, and Mote's `gc` a major collection.
 */

/** ASC_RUNTIME of `minimal`. */
const MINIMAL = 1;
/** Less is not worth a collection. */
const LEAST_MADE = 1 << 14;

let made = 0;

/** Tells of objects that were made. */
export function countMade(objects: i32): void {
  if (ASC_RUNTIME == MINIMAL) made += objects;
}

/** To be called where everything alive can be reached from globals. `live` is how many objects that are at most. */
export function collectIfDue(live: i32): void {
  if (ASC_RUNTIME != MINIMAL || made < max(live, LEAST_MADE)) return;
  made = 0;
  __collect();
}
