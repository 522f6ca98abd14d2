// What the core imports from its host, as module `host`. A compiler defines both itself where nobody asks for them.

/** The time in milliseconds, from any origin. */
export declare function now(): f64;

/** A collection has ended; the statistics block at `statistics` says what it did. */
export declare function collected(statistics: usize): void;
