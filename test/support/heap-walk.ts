/** The objects of an interpreted program, and what can be reached from them. */

import type { RecordObject, Slice, Storage } from "../../src/lang/interpret/values.ts";

/** A record, or an array's storage; an array unpacked in a record has a storage of its own. */
export type HeapObject = RecordObject | Storage;

/** The object that a value refers to; undefined for numbers, immediates and what has never been written. */
export function objectOf(value: unknown): HeapObject | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return "storage" in value ? (value as Slice).storage : (value as HeapObject);
}

/** What an object refers to, in order. */
export function referencesOf(object: HeapObject): readonly HeapObject[] {
  const values = "fields" in object ? object.fields : object.data;
  const referred: HeapObject[] = [];
  if (values instanceof Uint8Array) return referred;
  for (const value of values) {
    const found = objectOf(value);
    if (found !== undefined) referred.push(found);
  }
  return referred;
}

/** All objects that can be reached from some, these among them. */
export function reachableFrom(objects: Iterable<HeapObject>): Set<HeapObject> {
  const reached = new Set(objects);
  // A set is iterated in the order of insertion, so what is added here is visited, too.
  for (const object of reached) for (const referred of referencesOf(object)) reached.add(referred);
  return reached;
}
