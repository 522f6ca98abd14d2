/** 1 in the debug target: checks, verification, zeal and fault injection. Set by asconfig.json. */
declare const HEAP_DEBUG: i32;
