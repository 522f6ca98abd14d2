/**
 * A program's ports while it runs: its calls on one side, the handlers of its host on the other.
 *
 * A text and the number that speaks of it travel apart (see port-abi.ts): the bytes sent belong to the next put, and
 * the bytes received to the last get.
 */

import type { PortFunction } from "../../port-abi.ts";
import type { Ports } from "./host-port.ts";
import { describe, fromHost, toHost, type WasmValue } from "./values.ts";

export class PortCalls {
  readonly #ports: Ports;
  /** The pieces of the text that is put next. */
  #sent: Uint8Array[] = [];
  /** The text that was got last, less what has been received of it. */
  #waiting = new Uint8Array(0);

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Refuses a program of which a call would find no handler.
   * @throws TypeError naming all of them
   */
  require(functions: readonly PortFunction[]): void {
    const missing = functions.filter(({ use, name }) => typeof this.#handlers(name)?.[use] !== "function");
    if (missing.length === 0) return;
    const list = missing.map(({ use, name }) => `ports.${name}.${use}`).join(", ");
    throw new TypeError(
      `the program uses ports that nobody wires: ${list} ${missing.length === 1 ? "is" : "are"} missing`,
    );
  }

  /** @param value as wasm has it; of a text, the number of bytes sent @returns whether there was room */
  put(port: PortFunction, value: WasmValue): boolean {
    const sent = this.#sent.length === 1 ? this.#sent[0]! : Buffer.concat(this.#sent);
    this.#sent = [];
    const handlers = this.#handlers(port.name)!;
    const fits: unknown = handlers.put!(toHost(port, value, sent, handlers.bytes === true));
    if (typeof fits === "boolean") return fits;
    const message = `the port "${port.name}" has to say by true or false whether there was room, but gave`;
    throw new TypeError(`${message} ${describe(fits)}`);
  }

  /** @returns the value as wasm has it, of a text the number of bytes that can be received; null when there is none */
  get(port: PortFunction): WasmValue | null {
    const value: unknown = this.#handlers(port.name)!.get!();
    if (value === null) return null;
    const given = fromHost(port, value);
    if (!(given instanceof Uint8Array)) return given;
    this.#waiting = given as Uint8Array<ArrayBuffer>;
    return given.byteLength;
  }

  /** A piece of the text that is put next; it is copied. */
  send(piece: Uint8Array): void {
    this.#sent.push(new Uint8Array(piece));
  }

  /** Fills `target` with the next bytes of the text that was got last. */
  receive(target: Uint8Array): void {
    target.set(this.#waiting.subarray(0, target.byteLength));
    this.#waiting = this.#waiting.subarray(target.byteLength);
  }

  #handlers(name: string): Ports[string] | undefined {
    return Object.hasOwn(this.#ports, name) ? this.#ports[name] : undefined;
  }
}
