// The two kinds of mature space for small objects. Lines of blocks are the default (Immix): objects are bumped into
// holes, and sometimes moved. Cells of size classes never move, in the manner of Go: a division finds the start of an
// object around an interior pointer. They are the contrast that seed note 001 begins with.
//
// State: the setting.

/** Whether small objects lie in cells. A compiler replaces the global by a constant; the other kind then disappears. */
export let matureSizeClasses: bool = false;

/** Chooses the kind of mature space, before the heap opens. @param kind 0 lines, 1 cells of size classes */
export function matureChooseClasses(kind: u32): void {
  matureSizeClasses = kind != 0;
}
