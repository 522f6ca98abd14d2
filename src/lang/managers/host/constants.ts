/**
 * Objects that exist once: the empty array of each element type, the preallocated cases without a record, and the texts
 * of the source. They are globals that are never null, so that reading one needs no check.
 */

import type binaryen from "binaryen";
import type { StaticData } from "../../codegen/static-data.ts";
import type { ExpressionRef } from "../../codegen/wasm.ts";
import type { UnionType } from "../../ir/ir.ts";
import { InternalCompilerError } from "../../options.ts";
import type { ElementInfo, UnionInfo } from "./types.ts";

const LITERALS = "host.literals";

export class HostConstants {
  readonly #module: binaryen.Module;
  readonly #data: StaticData;
  readonly #bytes: ElementInfo;
  readonly #empties = new Map<ElementInfo, string>();
  readonly #immediates = new Map<UnionInfo, Map<number, string>>();
  #immediateCount = 0;
  readonly #literals: Uint8Array[] = [];
  readonly #offsets = new Map<string, number>();
  #literalBytes = 0;

  /** @param bytes the element type of texts */
  constructor(module: binaryen.Module, data: StaticData, bytes: ElementInfo) {
    this.#module = module;
    this.#data = data;
    this.#bytes = bytes;
  }

  /** The empty array of its type. */
  empty(element: ElementInfo): ExpressionRef {
    const module = this.#module;
    let name = this.#empties.get(element);
    if (name === undefined) {
      name = `host.empty${this.#empties.size}`;
      this.#empties.set(element, name);
      module.addGlobal(name, element.type, false, module.array.new_default(element.heapType, module.i32.const(0)));
    }
    return module.global.get(name, element.type);
  }

  /** The value of a case without a record. */
  immediate(union: UnionType, info: UnionInfo, caseIndex: number): ExpressionRef {
    const module = this.#module;
    if (caseIndex === info.nullCase) return module.ref.null(info.nullable);
    if (info.immediate === null) throw new InternalCompilerError(`case ${caseIndex} of ${union.name} is no immediate`);
    const { heapType, type } = info.immediate;
    const names = this.#immediates.get(info) ?? new Map<number, string>();
    this.#immediates.set(info, names);
    let name = names.get(caseIndex);
    if (name === undefined) {
      name = `host.immediate${this.#immediateCount++}`;
      names.set(caseIndex, name);
      module.addGlobal(name, type, false, module.struct.new([module.i32.const(caseIndex)], heapType));
    }
    return module.global.get(name, type);
  }

  /** A text of the source: array, offset, length. */
  literal(bytes: Uint8Array): ExpressionRef[] {
    const module = this.#module;
    if (bytes.byteLength === 0) return [this.empty(this.#bytes), module.i32.const(0), module.i32.const(0)];
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    let offset = this.#offsets.get(key);
    if (offset === undefined) {
      offset = this.#literalBytes;
      this.#offsets.set(key, offset);
      this.#literals.push(bytes);
      this.#literalBytes += bytes.byteLength;
    }
    return [
      module.global.get(LITERALS, this.#bytes.type),
      module.i32.const(offset),
      module.i32.const(bytes.byteLength),
    ];
  }

  /**
   * After all functions: the statement that makes the one array whose slices the literals are. `array.new_data` may not
   * stand in a global's initialiser, so that an empty array stands there at first.
   */
  start(): ExpressionRef {
    const module = this.#module;
    if (this.#literalBytes === 0) return module.nop();
    const { heapType, type } = this.#bytes;
    const [zero, size] = [module.i32.const(0), module.i32.const(this.#literalBytes)];
    module.addGlobal(LITERALS, type, true, module.array.new_default(heapType, module.i32.const(0)));
    const segment = this.#data.passive(Buffer.concat(this.#literals));
    return module.global.set(LITERALS, module.array.new_data(heapType, segment, zero, size));
  }
}
