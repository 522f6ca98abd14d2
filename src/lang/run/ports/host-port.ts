/** The host's side of a port: what a program asks of it, and a queue of bounded length that does it. */

/** A value in JavaScript: a number for Int, Float and Byte, a bigint for Long, a string or its UTF-8 for Text. */
export type PortValue = number | bigint | boolean | string | Uint8Array;

/** What a program is given for a port. It needs only what the program asks for. */
export interface PortHandlers {
  /** Takes a value. @returns whether there was room for it */
  put?(value: PortValue): boolean;
  /** @returns the next value; null when there is none, or no more */
  get?(): PortValue | null;
  /** `put` is given texts as bytes, exactly, and not as strings, in which U+FFFD stands for what is no UTF-8. */
  readonly bytes?: boolean;
}

/** The ports of a program, by name. */
export type Ports = Readonly<Record<string, PortHandlers>>;

/** A queue of bounded length, as a program's own ports are. */
export class HostPort<T extends PortValue = PortValue> implements PortHandlers {
  /** The most values it holds. */
  readonly capacity: number;
  #values: T[] = [];
  /** The values before this one have been got. */
  #first = 0;

  /** @throws RangeError when the capacity is no whole number from 0 on; Infinity is one */
  constructor(capacity: number) {
    if (!(capacity >= 0 && (Number.isInteger(capacity) || capacity === Number.POSITIVE_INFINITY))) {
      throw new RangeError(`the capacity of a port is a whole number from 0 on, not ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** How many values wait. */
  get length(): number {
    return this.#values.length - this.#first;
  }

  /** Puts a value behind the last one. @returns false when there is no room */
  put(value: T): boolean {
    if (this.length >= this.capacity) return false;
    this.#values.push(value);
    return true;
  }

  /** Takes the first value. @returns null when there is none */
  get(): T | null {
    if (this.length === 0) return null;
    const value = this.#values[this.#first++]!;
    // As many are moved as have been got since the last time: constant time for each.
    if (this.#first * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#first);
      this.#first = 0;
    }
    return value;
  }
}
