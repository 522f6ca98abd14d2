/**
 * A heap as text, so that two heaps can be compared and a difference can be read.
 *
 *     root 0 = #0
 *     root 1 = #1[2..5]
 *     #0 Pair left=#2 right=nil key=7
 *     #1 Bytes 0 0 104 101 108
 *     #2 Named next=5! name=#1[0..2] spots=1 2 3 4
 *
 * Objects are numbered in the order in which a breadth-first walk from the roots meets them, so two heaps with the same
 * shape print the same text wherever their objects lie. `5!` is an immediate. Equal neighbours are folded: `0*9`; long
 * rows of numbers are folded to their count and a checksum.
 */

/** Refers to a whole object. */
export interface Whole<O> {
  readonly kind: "whole";
  readonly target: O;
}

/** Refers to elements of an object: of the array itself (place "") or of an array unpacked in its field `place`. */
export interface Part<O> {
  readonly kind: "part";
  readonly owner: O;
  readonly place: string;
  readonly start: number;
  readonly length: number;
}

/** Numbers of fields are plain; an immediate in a box is told apart from them. */
export type Cell<O> = number | null | Whole<O> | Part<O> | { readonly kind: "immediate"; readonly value: number };

/** What an object is and holds: places by name, each with its cells. */
export interface Described<O> {
  readonly shape: string;
  readonly places: readonly { readonly name: string; readonly cells: Iterable<Cell<O>> }[];
}

const LONG_ROW = 40;

/**
 * Prints everything that the roots reach.
 * @param describe what an object holds; objects are told apart by `===`, so addresses do
 */
export function print<O>(roots: readonly Cell<O>[], describe: (object: O) => Described<O>): string {
  const numbers = new Map<O, number>();
  const queue: O[] = [];
  const numberOf = (object: O) => {
    let number = numbers.get(object);
    if (number === undefined) {
      number = queue.length;
      numbers.set(object, number);
      queue.push(object);
    }
    return number;
  };
  const show = (cell: Cell<O>): string => {
    if (typeof cell === "number") return String(cell);
    if (cell === null) return "nil";
    if (cell.kind === "immediate") return `${cell.value}!`;
    if (cell.kind === "whole") return `#${numberOf(cell.target)}`;
    const place = cell.place === "" ? "" : `.${cell.place}`;
    return `#${numberOf(cell.owner)}${place}[${cell.start}..${cell.start + cell.length}]`;
  };
  const lines = roots.map((cell, i) => `root ${i} = ${show(cell)}`);
  for (let i = 0; i < queue.length; i++) {
    const { shape, places } = describe(queue[i] as O);
    const shown = places.map(({ name, cells }) => (name === "" ? "" : `${name}=`) + fold(Array.from(cells, show)));
    lines.push(`#${i} ${shape} ${shown.join(" ")}`.trimEnd());
  }
  return lines.join("\n");
}

function fold(cells: readonly string[]): string {
  const runs: string[] = [];
  for (let start = 0, end = 0; start < cells.length; start = end) {
    while (end < cells.length && cells[end] === cells[start]) end++;
    runs.push(end - start === 1 ? cells[start]! : `${cells[start]}*${end - start}`);
  }
  if (runs.length <= LONG_ROW || runs.some((run) => run.includes("#"))) return runs.join(" ");
  let sum = 0;
  for (const run of runs) for (let i = 0; i < run.length; i++) sum = (Math.imul(sum, 31) + run.charCodeAt(i)) >>> 0;
  return `(${cells.length} values, checksum ${sum})`;
}
