/**
 * The roots of a trace, read from raw memory: the words of the shadow stack (assembly/roots/shadow.ts) and the slots of
 * the handles (assembly/roots/handles.ts).
 *
 * Where the first chunk of handles is, the core keeps to itself. It is found by its form: a chain of control chunks
 * whose slots have known states, in which as many handles are live as the core counts, and whose free slots are linked
 * into exactly one list. Any other table fails one of these within a few slots.
 */
import {
  CHUNK_BYTES,
  HANDLE_FREE,
  HANDLE_SLICE,
  HANDLE_SLOT_BYTES,
  HANDLE_STATE_OFFSET,
  SLICE_MARK,
  WORD_BYTES,
} from "#contract";
import { broken, type Raw } from "./raw.ts";

const SLOTS_PER_CHUNK = CHUNK_BYTES / HANDLE_SLOT_BYTES;

export interface Root {
  readonly slot: number;
  readonly isSlice: boolean;
  /** For messages. */
  readonly holder: string;
}

/** The roots in `[base, top)` of the shadow stack. */
export function shadowRoots(raw: Raw, base: number, top: number): Root[] {
  const roots: Root[] = [];
  for (let at = base; at < top; at += WORD_BYTES) {
    const isSlice = raw.word(at) === SLICE_MARK;
    if (isSlice) at += WORD_BYTES;
    if (at >= top) broken(`the shadow stack ends at ${top} after the mark of a slice, without the slice`);
    roots.push({ slot: at, isSlice, holder: "the shadow stack" });
  }
  return roots;
}

/**
 * The roots of all live handles.
 * @param control the addresses of the control chunks
 * @param live how many there are
 */
export function handleRoots(raw: Raw, control: readonly number[], live: number): Root[] {
  if (live === 0) return [];
  for (const chunk of control) {
    const roots = rootsOfChain(raw, chainFrom(raw, control, chunk));
    if (roots?.length === live) return roots;
  }
  return broken(`no control chunk holds a table of ${live} handles`);
}

/** The chunks linked from `first` on; none when the links lead elsewhere. */
function chainFrom(raw: Raw, control: readonly number[], first: number): number[] {
  const chain: number[] = [];
  for (let chunk = first; chunk !== 0; chunk = raw.word(chunk)) {
    if (chain.includes(chunk) || !control.includes(chunk)) return [];
    chain.push(chunk);
  }
  return chain;
}

/** The live handles of a chain; null when it is no chain of handles. */
function rootsOfChain(raw: Raw, chain: readonly number[]): Root[] | null {
  const roots: Root[] = [];
  const links = new Set<number>();
  let free = 0;
  for (const chunk of chain) {
    for (
      let slot = chunk + HANDLE_SLOT_BYTES;
      slot < chunk + SLOTS_PER_CHUNK * HANDLE_SLOT_BYTES;
      slot += HANDLE_SLOT_BYTES
    ) {
      const state = raw.word(slot + HANDLE_STATE_OFFSET);
      if (state > HANDLE_SLICE) return null;
      if (state !== HANDLE_FREE) {
        roots.push({ slot, isSlice: state === HANDLE_SLICE, holder: "a handle" });
        continue;
      }
      free++;
      const link = raw.word(slot);
      if (link !== 0 && !isFreeHandle(raw, chain, link)) return null;
      links.add(link);
      // As many different links as free slots, the last one's 0 among them: one list.
      if (links.size !== free) return null;
    }
  }
  return free === 0 || links.has(0) ? roots : null;
}

function isFreeHandle(raw: Raw, chain: readonly number[], handle: number): boolean {
  const chunk = chain[Math.floor(handle / SLOTS_PER_CHUNK)];
  const index = handle % SLOTS_PER_CHUNK;
  return (
    chunk !== undefined &&
    index !== 0 &&
    raw.word(chunk + index * HANDLE_SLOT_BYTES + HANDLE_STATE_OFFSET) === HANDLE_FREE
  );
}
