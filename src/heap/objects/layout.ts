/**
 * Where fields lie: in the order of their definition, each at its natural alignment, like a C struct.
 */
import { alignUp } from "../../core/align.ts";
import { HeapError, shown } from "../../core/errors.ts";
import type { Fields, Place } from "./rep.ts";

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  /** The end of the last field; not rounded. */
  readonly end: number;
  /** The strictest alignment of any field. */
  readonly alignment: 1 | 2 | 4 | 8;
  /** The words that hold pointers, counted from the start of the record or element. */
  readonly boxWords: readonly number[];
  readonly sliceWords: readonly number[];
  readonly hasArray: boolean;
}

/** Lays out fields from the byte `start`: 4 in a record, after its header; 0 in an element. */
export function layOut(fields: Fields, start: number): Layout {
  if (typeof fields !== "object" || fields === null) {
    throw new HeapError("bad-option", `Fields are an object of reps, such as { key: int32() }, not ${shown(fields)}`);
  }
  const places = new Map<string, Place>();
  const boxWords: number[] = [];
  const sliceWords: number[] = [];
  let end = start;
  let alignment: 1 | 2 | 4 | 8 = 1;
  let hasArray = false;
  for (const [name, rep] of Object.entries(fields)) {
    if (typeof rep?.read !== "function") {
      throw new HeapError("bad-option", `Field ${name} needs a rep, such as int32() or box(), not ${shown(rep)}`);
    }
    const offset = alignUp(end, rep.alignment);
    places.set(name, { name, rep, offset });
    for (const word of rep.boxWords) boxWords.push(offset / 4 + word);
    for (const word of rep.sliceWords) sliceWords.push(offset / 4 + word);
    end = offset + rep.bytes;
    if (rep.alignment > alignment) alignment = rep.alignment;
    if (rep.hasArray) hasArray = true;
  }
  return { places, end, alignment, boxWords, sliceWords, hasArray };
}
