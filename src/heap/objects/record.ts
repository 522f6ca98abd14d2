/**
 * References to records.
 */
import { HeapError, shown } from "../../core/errors.ts";
import { Ref, type Session } from "./ref.ts";
import type { Fields, InOf, OutOf, Place } from "./rep.ts";

export class RecordRef<F extends Fields = Fields> extends Ref {
  readonly #name: string;
  readonly #places: ReadonlyMap<string, Place>;

  /** @internal */
  constructor(session: Session, name: string, places: ReadonlyMap<string, Place>, address: number) {
    super(session, address, false);
    this.#name = name;
    this.#places = places;
  }

  get typeName(): string {
    return this.#name;
  }

  /** Reads a field; a pointer comes back as a new reference. @throws HeapError unknown-field */
  get<K extends keyof F & string>(field: K): OutOf<F[K]> {
    const address = this.locate();
    const place = this.#place(field);
    return place.rep.read(this.session, address + place.offset);
  }

  /** Writes a field. @throws HeapError unknown-field, wrong-rep */
  set<K extends keyof F & string>(field: K, value: InOf<F[K]>): void {
    this.locate();
    const place = this.#place(field);
    const prepared = place.rep.prepare(this.session, value, `${field} of ${this.#name}`);
    place.rep.write(this.session, this.locate() + place.offset, prepared);
  }

  #place(field: string): Place {
    const place = this.#places.get(field);
    if (place !== undefined) return place;
    const names = [...this.#places.keys()].join(", ");
    throw new HeapError("unknown-field", `${this.#name} has no field ${shown(field)}: it has ${names}`);
  }
}
