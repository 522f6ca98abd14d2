/**
 * What a rep is: how a value looks in memory, what the collector must know about it, and how it is read and written.
 *
 * Invariants: `bytes` is a multiple of `alignment`; a rep that holds pointers is aligned to 4. Writing is done in two
 * steps, because reading a host value may run host code, and host code may collect: `prepare` takes the value apart and
 * reports what does not fit, `write` then only moves numbers and never runs host code.
 */
import type { Session } from "./ref.ts";

/** To the collector there are only these; see the table in assembly/README.md. */
export type RepKind = "box" | "slice" | "word" | "float" | "inline";

/**
 * One way to hold a value in memory.
 * `Out` is what reading gives, `In` what writing takes.
 */
export interface Rep<Out = unknown, In = Out> {
  /** As in messages, and unique: two reps with equal names hold the same values in the same way. */
  readonly name: string;
  readonly kind: RepKind;
  readonly bytes: number;
  readonly alignment: 1 | 2 | 4 | 8;
  /** The 4-byte words, counted from the rep's start, that are Boxes. */
  readonly boxWords: readonly number[];
  /** The 4-byte words, counted from the rep's start, that are Slices. */
  readonly sliceWords: readonly number[];
  /** Whether it holds an unpacked array, so that an object with it can be pointed into. */
  readonly hasArray: boolean;
  /** The fields of a record stored inline; other reps have none. */
  readonly places?: ReadonlyMap<string, Place>;
  /**
   * Checks a value and takes it apart; may run host code.
   * @param where what the value is meant for, as in messages
   * @throws HeapError wrong-rep, stale-handle, foreign-handle, unknown-field
   */
  prepare(session: Session, value: In, where: string): unknown;
  /** Stores what `prepare` returned, with the write barrier. Runs no host code. */
  write(session: Session, address: number, prepared: unknown): void;
  /** Reads the value; a pointer comes back as a new reference. */
  read(session: Session, address: number): Out;
}

/** Any rep. */
// biome-ignore lint/suspicious/noExplicitAny: In is contravariant, so nothing narrower accepts every rep.
export type AnyRep = Rep<any, any>;

/** What reading a rep gives. */
export type OutOf<R> = R extends Rep<infer Out, infer _In> ? Out : never;
/** What writing a rep takes. */
export type InOf<R> = R extends Rep<infer _Out, infer In> ? In : never;

/** Named reps: the fields of a record, or of an element that is a record stored inline. */
export type Fields = Readonly<Record<string, AnyRep>>;
/** What reading all fields gives. */
export type FieldsOut<F extends Fields> = { [K in keyof F]: OutOf<F[K]> };
/** What writing some fields takes. */
export type FieldsIn<F extends Fields> = { readonly [K in keyof F]?: InOf<F[K]> };

/** A field in its place. */
export interface Place {
  readonly name: string;
  readonly rep: AnyRep;
  /** Bytes from the start of the record or element. */
  readonly offset: number;
}
