// How small objects lie in the mature space: on the lines of blocks, bumped into holes and moved now and then (Immix, the
// default); or in cells of size classes, which never move, in the manner of Go. The second is the contrast that seed note 001
// draws: there the start of an object follows from an interior pointer by a division, and nothing can be bumped.

/** Whether in cells; a global that a compiler replaces by a constant, so that the other kind disappears. */
export let sizeClasses: bool = false;

/** Chooses: 0 lines, 1 cells of size classes; before the heap opens. */
export function chooseClasses(kind: u32): void {
  sizeClasses = kind != 0;
}
