// The functions that the core imports from its host, as module `host`. A compiler that needs neither defines both as
// empty.

/** @returns the time in milliseconds, from any origin */
export declare function now(): f64;

/** Reports the end of a collection. @param statistics address of the statistics block, which says what it did */
export declare function collected(statistics: usize): void;
