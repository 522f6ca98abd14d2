/**
 * Where the parts of records and array elements lie in linear memory, and the shape descriptors that tell the core.
 *
 *     record:  0  shape | 4  fields, each at its natural alignment, in the order that wastes least | rounded up to 8
 *     array:   0  shape | 4  length | 8  elements: components by falling alignment, at `stride` bytes each
 *     slice:   0  pointer | 4  length (as a field, a component; two words)
 *     part:    the fields of a record among those of another, at the same distances, without the header; a reference is
 *              the address of where that would be, at or behind the start of the whole and in front of its end
 *
 * The descriptors of one union's cases lie side by side in static memory, so that a case is known from its header by a
 * subtraction and a shift. Layouts are the same for all linear managers. The descriptor is drawn in assembly/README.md.
 */

import {
  GRANULE_BYTES,
  KIND_ARRAY,
  KIND_RECORD,
  MASK_PAIR_BYTES,
  MASK_WORDS,
  RECORD_HEADER_BYTES,
  SHAPE_BOXES_OFFSET,
  SHAPE_BYTES,
  SHAPE_FIXED,
  SHAPE_FLAGS_OFFSET,
  SHAPE_KIND_OFFSET,
  SHAPE_POINTERS,
  SHAPE_SIZE_OFFSET,
  SHAPE_SLICEABLE,
  SHAPE_SLICES_OFFSET,
  SHAPE_TAG_OFFSET,
  SHAPE_WIDE,
  WORD_BYTES,
} from "#contract";
import type { StaticData } from "../../codegen/static-data.ts";
import type { ElementType, FieldType, IrType, RecordType, UnionType } from "../../ir/ir.ts";
import { numberBytes } from "../../ir/numbers.ts";
import { InternalCompilerError } from "../../options.ts";

/**
 * How the collector sees a pointer: to the start of an object, or to anywhere inside one, as a slice's pointer is, and
 * a reference to a record that may be a part.
 */
export type PointerKind = "box" | "slice";

export function sizeOf(type: IrType): number {
  switch (type.kind) {
    case "union":
    case "record":
    case "array":
      return WORD_BYTES;
    case "slice":
      return 2 * WORD_BYTES;
    default:
      return numberBytes(type);
  }
}

function alignmentOf(type: IrType): number {
  return type.kind === "slice" ? WORD_BYTES : sizeOf(type);
}

export function pointerKindOf(type: IrType): PointerKind | null {
  switch (type.kind) {
    case "union":
      return type.union.cases.some(({ record }) => record?.isPart) ? "slice" : "box";
    case "record":
      return type.record.isPart ? "slice" : "box";
    case "array":
      return "box";
    case "slice":
      return "slice";
    default:
      return null;
  }
}

export interface RecordLayout {
  /** Header included, a multiple of 8. */
  readonly bytes: number;
  /** Offset of each field from the reference, in the order of the type's fields; of an inline one, of its reference. */
  readonly offsets: readonly number[];
  /** Contains an unpacked array or a part, or may be one itself, so that a pointer of the kind slice may lead to it. */
  readonly sliceable: boolean;
  /** Address of the shape descriptor. */
  readonly shape: number;
}

export interface ElementLayout {
  readonly stride: number;
  /** Offset of each component from the element's start. */
  readonly offsets: readonly number[];
  readonly hasPointers: boolean;
}

export interface ArrayLayout extends ElementLayout {
  readonly shape: number;
}

/** What is placed as one. */
interface Item {
  readonly bytes: number;
  readonly alignment: number;
  /** Its first byte from the address that its offset is to tell: for a part, its first field from its reference. */
  readonly start: number;
}

/** Where the fields of a record lie, from the reference on. */
interface Placed {
  readonly offsets: readonly number[];
  readonly alignment: number;
  /** The first byte of a field, and the end of the last; of a record without fields the word behind the header. */
  readonly start: number;
  readonly end: number;
}

export class Layouts {
  readonly #data: StaticData;
  readonly #mayChange: (record: RecordType) => boolean;
  readonly #records = new Map<RecordType, RecordLayout>();
  readonly #unions = new Map<UnionType, UnionLayout>();
  readonly #elements = new Map<ElementType, ElementLayout>();
  readonly #arrays = new Map<ElementType, ArrayLayout>();
  readonly #finalShapes = new Map<ElementType, number>();

  /** @param mayChange whether a record may be changed so that it refers to another object */
  constructor(data: StaticData, mayChange: (record: RecordType) => boolean = () => true) {
    this.#data = data;
    this.#mayChange = mayChange;
  }

  /** Names of the shapes that have been laid out, by the addresses of their descriptors. */
  shapes(): Map<number, string> {
    const names = new Map<number, string>();
    for (const [{ name }, { shape }] of this.#records) names.set(shape, name);
    for (const [element, { shape }] of this.#arrays) names.set(shape, `[${element.name}]`);
    return names;
  }

  record(record: RecordType): RecordLayout {
    let layout = this.#records.get(record);
    if (layout === undefined) {
      if (record.caseOf !== undefined) this.union(record.caseOf.union);
      else this.#place([record]);
      layout = this.#records.get(record);
    }
    if (layout === undefined) throw new InternalCompilerError(`${record.name} is not a case of its union`);
    return layout;
  }

  union(union: UnionType): UnionLayout {
    let layout = this.#unions.get(union);
    if (layout === undefined) {
      const records = union.cases.map((each) => each.record).filter((record) => record !== null);
      layout = new UnionLayout(union, this.#place(records));
      this.#unions.set(union, layout);
    }
    return layout;
  }

  element(element: ElementType): ElementLayout {
    let layout = this.#elements.get(element);
    if (layout === undefined) {
      layout = layoutElement(element);
      this.#elements.set(element, layout);
    }
    return layout;
  }

  array(element: ElementType): ArrayLayout {
    let layout = this.#arrays.get(element);
    if (layout === undefined) {
      layout = { ...this.element(element), shape: this.#arrayShape(element, 0) };
      this.#arrays.set(element, layout);
    }
    return layout;
  }

  /** The shape of an array whose elements are not replaced any more. */
  finalShape(element: ElementType): number {
    let shape = this.#finalShapes.get(element);
    if (shape === undefined) {
      shape = this.#arrayShape(element, SHAPE_FIXED);
      this.#finalShapes.set(element, shape);
    }
    return shape;
  }

  #arrayShape(element: ElementType, moreFlags: number): number {
    const { hasPointers, offsets, stride } = this.element(element);
    const words = new PointerWords(stride);
    element.components.forEach((type, index) => {
      words.mark(type, offsets[index] as number);
    });
    const flags = SHAPE_SLICEABLE | (hasPointers ? SHAPE_POINTERS : 0) | moreFlags;
    return this.#data.place(this.#descriptor(KIND_ARRAY, flags, 0, stride, words), GRANULE_BYTES);
  }

  /** Lays out records and places their descriptors side by side. @returns the address of the first */
  #place(records: readonly RecordType[]): number {
    const descriptors = new Uint8Array(records.length * SHAPE_BYTES);
    const placed = records.map((record) => layoutRecord(record));
    records.forEach((record, index) => {
      const { bytes, offsets, sliceable } = placed[index] as Omit<RecordLayout, "shape">;
      const words = new PointerWords(bytes);
      this.#mark(words, record, offsets, 0);
      const isFixed = !this.#mayChange(record);
      const flags = (sliceable ? SHAPE_SLICEABLE : 0) | (words.any ? SHAPE_POINTERS : 0) | (isFixed ? SHAPE_FIXED : 0);
      const tag = record.caseOf?.index ?? 0;
      descriptors.set(this.#descriptor(KIND_RECORD, flags, tag, bytes, words), index * SHAPE_BYTES);
    });
    const base = this.#data.place(descriptors, GRANULE_BYTES);
    records.forEach((record, index) => {
      const layout = placed[index] as Omit<RecordLayout, "shape">;
      this.#records.set(record, { ...layout, shape: base + index * SHAPE_BYTES });
    });
    return base;
  }

  /** Marks the pointers of a record that lies at `start`, those of its parts among them. */
  #mark(words: PointerWords, record: RecordType, offsets: readonly number[], start: number): void {
    record.fields.forEach(({ type, unpackedLength, inline }, index) => {
      const place = start + (offsets[index] as number);
      if (inline !== undefined) {
        this.#mark(words, inline, this.record(inline).offsets, place);
        return;
      }
      for (let at = 0; at < (unpackedLength ?? 1); at++) words.mark(type, place + at * sizeOf(type));
    });
  }

  #descriptor(kind: number, flags: number, tag: number, bytes: number, words: PointerWords): Uint8Array {
    const descriptor = new Uint8Array(SHAPE_BYTES);
    const view = new DataView(descriptor.buffer);
    const isWide = words.any && words.count > MASK_WORDS;
    view.setUint8(SHAPE_KIND_OFFSET, kind);
    view.setUint8(SHAPE_FLAGS_OFFSET, flags | (isWide ? SHAPE_WIDE : 0));
    view.setUint16(SHAPE_TAG_OFFSET, tag & 0xffff, true);
    view.setUint32(SHAPE_SIZE_OFFSET, bytes, true);
    if (isWide) {
      view.setUint32(SHAPE_BOXES_OFFSET, this.#data.constant(words.table(), WORD_BYTES), true);
    } else {
      const [boxes, slices] = words.mask(0);
      view.setUint32(SHAPE_BOXES_OFFSET, boxes, true);
      view.setUint32(SHAPE_SLICES_OFFSET, slices, true);
    }
    return descriptor;
  }
}

/** How the cases of a union are told apart. */
export class UnionLayout {
  /** Address of the first record case's descriptor; the further ones follow. */
  readonly shapeBase: number;
  /** For each case with a record: its place among them; else -1. */
  readonly #ordinals: readonly number[];
  /** For each case without a record: its immediate; else -1. */
  readonly #immediates: readonly number[];
  readonly recordCount: number;
  readonly immediateCount: number;

  constructor(union: UnionType, shapeBase: number) {
    this.shapeBase = shapeBase;
    let records = 0;
    let immediates = 0;
    this.#ordinals = union.cases.map((each) => (each.record === null ? -1 : records++));
    // 0 for the first, then the odd numbers from 3: the collector knows neither for an address.
    this.#immediates = union.cases.map((each) =>
      each.record !== null ? -1 : immediates++ === 0 ? 0 : 2 * immediates - 1,
    );
    this.recordCount = records;
    this.immediateCount = immediates;
  }

  /** Place of the case's descriptor behind `shapeBase`; -1 for a case without a record. */
  ordinalOf(caseIndex: number): number {
    return this.#ordinals[caseIndex] ?? -1;
  }

  /** The value of a case without a record. */
  immediateOf(caseIndex: number): number {
    const value = this.#immediates[caseIndex];
    if (value === undefined || value < 0) throw new InternalCompilerError(`case ${caseIndex} is no immediate`);
    return value;
  }
}

function valuesOf(type: IrType, count: number): Item {
  return { bytes: sizeOf(type) * count, alignment: alignmentOf(type), start: 0 };
}

function itemOf({ type, unpackedLength, inline }: FieldType): Item {
  if (inline === undefined) return valuesOf(type, unpackedLength ?? 1);
  const { start, end, alignment } = placeFields(inline);
  return { bytes: end - start, alignment, start };
}

/** Places items at the lowest free offset that suits them, the most demanding first. @returns offsets and end */
function packItems(items: readonly Item[], firstFree: number): { offsets: number[]; end: number } {
  const offsets = new Array<number>(items.length).fill(0);
  const order = items
    .map((item, index) => ({ index, ...item }))
    .sort((a, b) => b.alignment - a.alignment || b.bytes - a.bytes || a.index - b.index);
  const gaps: { lo: number; hi: number }[] = [];
  let end = firstFree;
  for (const { index, alignment, bytes, start } of order) {
    const up = (address: number): number => Math.ceil((address - start) / alignment) * alignment + start;
    const gap = gaps.find(({ lo, hi }) => up(lo) + bytes <= hi);
    if (gap !== undefined) {
      const at = up(gap.lo);
      offsets[index] = at - start;
      if (at > gap.lo) gaps.push({ lo: gap.lo, hi: at });
      gap.lo = at + bytes;
    } else {
      const at = up(end);
      offsets[index] = at - start;
      if (at > end) gaps.push({ lo: end, hi: at });
      end = at + bytes;
    }
  }
  return { offsets, end };
}

function placeFields(record: RecordType): Placed {
  const items = record.fields.map(itemOf);
  const { offsets, end } = packItems(items, RECORD_HEADER_BYTES);
  // Parts without fields are told apart by their addresses, and must lie inside the whole.
  if (items.length === 0) return { offsets, alignment: WORD_BYTES, start: end, end: end + WORD_BYTES };
  return {
    offsets,
    alignment: Math.max(WORD_BYTES, ...items.map(({ alignment }) => alignment)),
    start: Math.min(...items.map(({ start }, index) => (offsets[index] as number) + start)),
    end,
  };
}

function layoutRecord(record: RecordType): Omit<RecordLayout, "shape"> {
  const { offsets, end } = placeFields(record);
  const hasInside = record.fields.some(
    ({ unpackedLength, inline }) => unpackedLength !== undefined || inline !== undefined,
  );
  return {
    bytes: Math.ceil(end / GRANULE_BYTES) * GRANULE_BYTES,
    offsets,
    sliceable: hasInside || record.isPart === true,
  };
}

function layoutElement(element: ElementType): ElementLayout {
  const items = element.components.map((type) => valuesOf(type, 1));
  const { offsets, end } = packItems(items, 0);
  const alignment = Math.max(1, ...element.components.map(alignmentOf));
  return {
    // An element without components still has places to count.
    stride: Math.max(alignment, Math.ceil(end / alignment) * alignment),
    offsets,
    hasPointers: element.components.some((type) => pointerKindOf(type) !== null),
  };
}

/** Which words of an object or element hold pointers, and of which kind. */
class PointerWords {
  readonly count: number;
  readonly #boxes = new Set<number>();
  readonly #slices = new Set<number>();

  constructor(bytes: number) {
    this.count = Math.ceil(bytes / WORD_BYTES);
  }

  get any(): boolean {
    return this.#boxes.size + this.#slices.size > 0;
  }

  mark(type: IrType, offset: number): void {
    const kind = pointerKindOf(type);
    if (kind === "box") this.#boxes.add(offset / WORD_BYTES);
    if (kind === "slice") this.#slices.add(offset / WORD_BYTES);
  }

  /** The two masks of the words from `first` on. */
  mask(first: number): [boxes: number, slices: number] {
    const maskOf = (words: ReadonlySet<number>): number => {
      let mask = 0;
      for (const word of words) {
        if (word >= first && word < first + MASK_WORDS) mask |= 1 << (word - first);
      }
      return mask >>> 0;
    };
    return [maskOf(this.#boxes), maskOf(this.#slices)];
  }

  /** The table of a wide shape: the count of words, then a pair of masks for each 32. */
  table(): Uint8Array {
    const masks = Math.ceil(this.count / MASK_WORDS);
    const table = new DataView(new ArrayBuffer(WORD_BYTES + masks * MASK_PAIR_BYTES));
    table.setUint32(0, this.count, true);
    for (let index = 0; index < masks; index++) {
      const [boxes, slices] = this.mask(index * MASK_WORDS);
      const pair = WORD_BYTES + index * MASK_PAIR_BYTES;
      table.setUint32(pair, boxes, true);
      table.setUint32(pair + WORD_BYTES, slices, true);
    }
    return new Uint8Array(table.buffer);
  }
}
