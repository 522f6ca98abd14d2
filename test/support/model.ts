/**
 * A model of the heap in plain JavaScript objects, next to a real heap that is driven by the same steps.
 *
 * The model has no addresses and no collector: an object is alive while something reaches it, and the garbage collector
 * of JavaScript sees to the rest. After any steps, model and heap must print the same (notation.ts), and after a major
 * collection the heap must hold exactly the bytes of what the model reaches.
 *
 * Limits: slices of slices of slices and deeper are reached only by repeated steps; no two steps overlap.
 */
import {
  type AnyRep,
  ArrayRef,
  type ArrayShape,
  type BoxValue,
  box,
  float64,
  type Heap,
  int32,
  RecordRef,
  type RecordShape,
  Ref,
  SliceRef,
  slice,
  uint8,
  unpacked,
} from "../../src/index.ts";
import { type Cell, type Described, print } from "./notation.ts";

/** An object of the model. A record has a place for each field; an array has one place, "", or one for each column. */
export interface Model {
  readonly shape: ShapeName;
  readonly places: Map<string, Cell<Model>[]>;
}

export type ShapeName = "Pair" | "Named" | "Wide" | "Bytes" | "Ints" | "Boxes" | "Entries";
/** What the elements of a slice are. */
export type ElementName = "byte" | "int" | "box" | "entry";

/** A place that holds pointers or numbers, for choosing one at random. */
export interface Spot {
  readonly place: string;
  readonly index: number;
}

const WIDE_KIDS = 40;
const SPOTS = 4;
const EMPTY: Cell<Model> = null;

/** The fields that are slices, and of what. */
const SLICE_PLACES: Readonly<Record<string, ElementName>> = { name: "byte", tail: "int", view: "box", rest: "entry" };
/** The sequences that can be sliced, by shape and place. */
const SEQUENCES: Readonly<Record<string, ElementName>> = {
  "Named.spots": "int",
  "Wide.kids": "box",
  "Bytes.": "byte",
  "Ints.": "int",
  "Boxes.": "box",
  "Entries.": "entry",
};

type AnyRecordRef = RecordRef<Record<string, AnyRep>>;

/** The same roots twice: in the model and in the heap. */
export class Twin {
  readonly heap: Heap;
  readonly roots: { model: Cell<Model>; ref: Ref; element?: ElementName }[] = [];
  readonly #records: Record<string, RecordShape<Record<string, AnyRep>>>;
  readonly #arrays: Record<string, ArrayShape>;

  constructor(heap: Heap) {
    this.heap = heap;
    const entry = { name: slice(), who: box(), weight: float64() };
    const record = (name: string, fields: Record<string, AnyRep>) => heap.defineRecord(name, fields);
    this.#records = {
      Pair: record("Pair", { left: box(), right: box(), key: int32() }),
      Named: record("Named", { next: box(), name: slice(), spots: unpacked(int32(), SPOTS), tail: slice(int32()) }),
      Wide: record("Wide", { kids: unpacked(box(), WIDE_KIDS), view: slice(box()), rest: slice(entry), key: int32() }),
    };
    this.#arrays = {
      Bytes: heap.defineArray("Bytes", uint8()),
      Ints: heap.defineArray("Ints", int32()),
      Boxes: heap.defineArray("Boxes", box()),
      Entries: heap.defineArray("Entries", entry) as ArrayShape,
    };
  }

  /** Allocates a record with some boxes already set. */
  newRecord(shape: "Pair" | "Named" | "Wide", key: number, target: Cell<Model>, targetRef: BoxValue): void {
    const one = (cell: Cell<Model>) => [cell];
    const places = new Map<string, Cell<Model>[]>();
    let initial: Record<string, unknown>;
    if (shape === "Pair") {
      places.set("left", one(target)).set("right", one(null)).set("key", one(key));
      initial = { left: targetRef, key };
    } else if (shape === "Named") {
      const spots = Array.from({ length: SPOTS }, (_, i) => key + i);
      places.set("next", one(target)).set("name", one(EMPTY)).set("spots", spots.slice()).set("tail", one(EMPTY));
      initial = { next: targetRef, spots };
    } else {
      const kids: Cell<Model>[] = Array.from({ length: WIDE_KIDS }, (_, i) => (i % 2 === 0 ? target : null));
      places.set("kids", kids).set("view", one(EMPTY)).set("rest", one(EMPTY)).set("key", one(key));
      initial = { kids: kids.map((_, i) => (i % 2 === 0 ? targetRef : null)), key };
    }
    const ref = this.heap.alloc(this.#records[shape]!, initial);
    this.roots.push({ model: { kind: "whole", target: { shape, places } }, ref });
  }

  /** Allocates an array; of numbers, filled with a pattern made from `seed`. */
  newArray(shape: "Bytes" | "Ints" | "Boxes" | "Entries", length: number, seed: number): void {
    const cells = <T>(make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));
    const places = new Map<string, Cell<Model>[]>();
    let values: number | unknown[] = length;
    if (shape === "Bytes") {
      values = cells((i) => (i * seed + (i >> 8)) & 0xff);
      places.set("", values.slice() as number[]);
    } else if (shape === "Ints") {
      values = cells((i) => Math.imul(i + 1, seed));
      places.set("", values.slice() as number[]);
    } else if (shape === "Boxes") {
      places.set(
        "",
        cells(() => null),
      );
    } else {
      for (const column of ["name", "who"])
        places.set(
          column,
          cells(() => null),
        );
      places.set(
        "weight",
        cells(() => 0),
      );
    }
    const ref = this.heap.allocArray(this.#arrays[shape]!, values);
    this.roots.push({ model: { kind: "whole", target: { shape, places } }, ref });
  }

  /** Allocates what nothing will ever refer to. */
  churn(count: number): void {
    const { Pair } = this.#records;
    for (let i = 0; i < count; i++) this.heap.alloc(Pair!, { key: i }).dispose();
  }

  /** The spots of an object that hold boxes, slices or numbers. */
  spots(object: Model, kind: "box" | "slice" | "number"): Spot[] {
    const found: Spot[] = [];
    for (const [place, cells] of object.places) {
      const isSlice = place in SLICE_PLACES;
      const isNumber = ["key", "spots", "weight"].includes(place) || (place === "" && object.shape !== "Boxes");
      const kindHere = isSlice ? "slice" : isNumber ? "number" : "box";
      // The first and last few of a long row are enough to choose from.
      const count = cells.length;
      for (let i = 0; i < count; i++)
        if (kindHere === kind && (i < 8 || i >= count - 8)) found.push({ place, index: i });
    }
    return found;
  }

  /** Writes a spot of a whole object through the API, and in the model. */
  write(root: number, spot: Spot, model: Cell<Model>, value: unknown): void {
    const { object, ref } = this.#whole(root);
    if (ref instanceof ArrayRef) {
      if (spot.place === "") ref.setAt(spot.index, value);
      else ref.set(spot.index, spot.place as never, value as never);
    } else if (!this.#isUnpacked(object, spot.place)) {
      (ref as AnyRecordRef).set(spot.place, value);
    } else {
      const record = ref as AnyRecordRef;
      this.#inScope(() => (record.get(spot.place) as SliceRef).setAt(spot.index, value));
    }
    object.places.get(spot.place)![spot.index] = model;
  }

  /** Reads a box or slice, and makes what it refers to another root. Nil, immediates and empty slices make none. */
  read(root: number, spot: Spot): void {
    const { object, ref } = this.#whole(root);
    const cell = object.places.get(spot.place)![spot.index]!;
    if (cell === null || typeof cell === "number" || cell.kind === "immediate") return;
    const value = this.#readSpot(ref, object, spot);
    if (!(value instanceof Ref)) throw new Error(`${spot.place}[${spot.index}] reads as ${String(value)}`);
    const element = SLICE_PLACES[spot.place];
    this.roots.push({ model: cell, ref: value, ...(element && { element }) });
  }

  /** The sequences of a root that can be sliced: the array, the unpacked arrays of the record, the slice itself. */
  sequences(root: number): { place: string; start: number; length: number; element: ElementName; owner: Model }[] {
    const { model, element } = this.roots[root]!;
    if (model === null || typeof model === "number" || model.kind === "immediate") return [];
    if (model.kind === "part") {
      const { place, start, length, owner } = model;
      return element ? [{ place, start, length, element, owner }] : [];
    }
    const owner = model.target;
    const found = [];
    for (const [path, of] of Object.entries(SEQUENCES)) {
      const [shape, place = ""] = path.split(".");
      if (shape !== owner.shape) continue;
      const length = lengthOf(owner, place);
      found.push({ place, start: 0, length, element: of, owner });
    }
    return found;
  }

  /** Slices elements `from` to `to` of a root's sequence into another root. */
  slice(root: number, which: number, from: number, to: number): void {
    const { place, start, element, owner } = this.sequences(root)[which]!;
    const { ref } = this.roots[root]!;
    const part = this.#inScope((keep) => {
      const whole = ref instanceof RecordRef ? (ref.get(place as never) as SliceRef) : (ref as ArrayRef);
      return keep(whole.slice(from, to));
    });
    const model: Cell<Model> =
      from === to ? null : { kind: "part", owner, place, start: start + from, length: to - from };
    this.roots.push({ model, ref: part, element });
  }

  /** Writes a number or a box through a slice that is a root. */
  writeThrough(root: number, index: number, model: Cell<Model>, value: unknown): void {
    const { model: part, ref } = this.roots[root]!;
    if (part === null || typeof part === "number" || part.kind !== "part") return;
    (ref as SliceRef).setAt(index, value);
    part.owner.places.get(part.place)![part.start + index] = model;
  }

  unroot(root: number): void {
    this.roots.splice(root, 1)[0]!.ref.dispose();
  }

  /** What the model says is there. */
  expected(): string {
    return print(
      this.roots.map((root) => root.model),
      (object: Model) => ({
        shape: object.shape,
        places: [...object.places].map(([name, cells]) => ({ name, cells })),
      }),
    );
  }

  /** What the heap says is there, read through the API. */
  actual(): string {
    return this.#inScope(() => {
      const refs = new Map<number, Ref>();
      const roots = this.roots.map(({ ref }) => this.#cellOf(ref, refs));
      return print(roots, (address: number) => this.#describe(refs.get(address)!, refs));
    });
  }

  /** The bytes of all objects that the model reaches. */
  reachableBytes(): number {
    const seen = new Set<Model>();
    const queue: Cell<Model>[] = this.roots.map((root) => root.model);
    let bytes = 0;
    for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
      if (cell === null || typeof cell === "number" || cell.kind === "immediate") continue;
      const object = cell.kind === "whole" ? cell.target : cell.owner;
      if (seen.has(object)) continue;
      seen.add(object);
      const array = this.#arrays[object.shape];
      bytes += array === undefined ? this.#records[object.shape]!.bytes : array.bytesOf(lengthOf(object, ""));
      for (const cells of object.places.values()) {
        for (const inner of cells) if (inner !== null && typeof inner !== "number") queue.push(inner);
      }
    }
    return bytes;
  }

  #whole(root: number): { object: Model; ref: Ref } {
    const { model, ref } = this.roots[root]!;
    if (model === null || typeof model === "number" || model.kind !== "whole")
      throw new Error(`root ${root} is no object`);
    return { object: model.target, ref };
  }

  #isUnpacked(object: Model, place: string): boolean {
    return `${object.shape}.${place}` in SEQUENCES;
  }

  #readSpot(ref: Ref, object: Model, spot: Spot): unknown {
    if (ref instanceof ArrayRef)
      return spot.place === "" ? ref.at(spot.index) : ref.get(spot.index, spot.place as never);
    const record = ref as AnyRecordRef;
    if (!this.#isUnpacked(object, spot.place)) return record.get(spot.place);
    return this.#inScope((keep) => {
      const cell: unknown = (record.get(spot.place) as SliceRef).at(spot.index);
      return cell instanceof Ref ? keep(cell) : cell;
    });
  }

  /** Releases what is made on the way, also when there is no memory to get to its end. */
  #inScope<T>(action: (keep: <R extends Ref>(ref: R) => R) => T): T {
    const scope = this.heap.scope();
    try {
      return action((ref) => scope.keep(ref));
    } finally {
      scope.dispose();
    }
  }

  /** A value read from the heap, as notation; remembers how to get at the object. */
  #cellOf(value: unknown, refs: Map<number, Ref>): Cell<number> {
    if (value === null) return null;
    if (typeof value === "number") return { kind: "immediate", value };
    if (!(value instanceof SliceRef)) {
      const ref = value as Ref;
      refs.set(ref.address, ref);
      return { kind: "whole", target: ref.address };
    }
    const owner = value.owner();
    if (owner === null) return null;
    const address = owner.address;
    refs.set(address, owner);
    const offset = value.address - address;
    const { length } = value;
    if (owner instanceof ArrayRef) {
      return { kind: "part", owner: address, place: "", start: (offset - 8) / owner.element.bytes, length };
    }
    const shape = this.#records[owner.typeName]!;
    const place = [...shape.places.values()].find((at) => offset >= at.offset && offset < at.offset + at.rep.bytes)!;
    return { kind: "part", owner: address, place: place.name, start: (offset - place.offset) / 4, length };
  }

  #describe(ref: Ref, refs: Map<number, Ref>): Described<number> {
    const shape = ref.typeName;
    if (shape === "Bytes" || shape === "Ints") {
      const bytes = (ref as ArrayRef).bytes();
      const cells = shape === "Bytes" ? bytes : new Int32Array(bytes.buffer);
      return { shape, places: [{ name: "", cells }] };
    }
    if (ref instanceof ArrayRef) {
      const rows = ref.toArray() as Record<string, unknown>[];
      if (shape === "Boxes")
        return { shape, places: [{ name: "", cells: rows.map((row) => this.#cellOf(row, refs)) }] };
      const column = (name: string) => ({
        name,
        cells: rows.map((row) => (name === "weight" ? (row[name] as number) : this.#cellOf(row[name], refs))),
      });
      return { shape, places: ["name", "who", "weight"].map(column) };
    }
    const places = [...this.#records[shape]!.places.keys()].map((name) => {
      const value = (ref as AnyRecordRef).get(name);
      if (name === "key") return { name, cells: [value as number] };
      if (name === "spots") return { name, cells: (value as SliceRef).toArray() as number[] };
      if (name === "kids") {
        return { name, cells: (value as SliceRef).toArray().map((kid: unknown) => this.#cellOf(kid, refs)) };
      }
      return { name, cells: [this.#cellOf(value, refs)] };
    });
    return { shape, places };
  }
}

/** The number of elements of an array, or of an array unpacked in a field. */
function lengthOf(object: Model, place: string): number {
  return (object.places.get(place) ?? object.places.get("name"))!.length;
}

/** What a slice field of this name holds. */
export function elementOfPlace(place: string): ElementName {
  return SLICE_PLACES[place]!;
}
