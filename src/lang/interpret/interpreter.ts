/**
 * An interpreter for the IR of Mote: what the compiler computes with, and what compiled programs are compared against.
 *
 * Functions become linear code with jumps; frames are objects in an array, so that neither deep recursion nor tail
 * calls touch JavaScript's stack. Heap objects are JavaScript objects, reclaimed by JavaScript; addresses do not exist.
 * It checks what the IR promises (indices in range, right operand kinds) only as far as JavaScript notices by itself.
 */

import {
  type Atom,
  type Instruction,
  type IrFunction,
  type IrGlobal,
  type IrStatic,
  type IrType,
  isLifetime,
  type Site,
  type Variable,
} from "../ir/ir.ts";
import { numberBytes } from "../ir/numbers.ts";
import { allocates } from "../ir/safepoints.ts";
import { isAccess } from "../ir/traverse.ts";
import type { Observer } from "./observer.ts";
import { binary, unary } from "./operators.ts";
import { type Simple, type Step, stepsOf } from "./steps.ts";
import { Exhausted, Panic, UnsetGlobal } from "./stops.ts";
import {
  bytesAsSlice,
  clear,
  EMPTY,
  fill,
  grow,
  load,
  newRecord,
  newStorage,
  partCount,
  type RecordObject,
  type Slice,
  type Storage,
  store,
} from "./values.ts";
import type { ByHand, World } from "./world.ts";

export interface InterpreterOptions {
  readonly world: World;
  /** The deepest chain of calls; beyond it the program stops with a stack overflow. */
  readonly maxDepth?: number;
  /** Steps and elements of arrays, beyond which Exhausted is thrown. */
  readonly maxSteps?: number;
  readonly maxElements?: number;
  /** Is told of calls and allocations while the program runs. */
  readonly observer?: Observer;
  /** Is asked for a static before it is read. */
  readonly onStatic?: (source: IrStatic) => void;
}

interface Code {
  readonly fn: IrFunction;
  readonly steps: readonly Step[];
}

interface Frame {
  code: Code;
  next: number;
  values: unknown[];
  /** Where the caller wants the results. */
  dsts: readonly Variable[];
}

const DEEPEST = 1_000_000;

export class Interpreter {
  /** Allocated objects by the site's description. */
  readonly allocations = new Map<string, number>();
  /** Records made inside others. */
  parts = 0;
  readonly #options: InterpreterOptions;
  readonly #codes = new Map<IrFunction, Code>();
  readonly #globals = new Map<IrGlobal, unknown>();
  #stepsLeft: number;
  #elementsLeft: number;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.#stepsLeft = options.maxSteps ?? Number.POSITIVE_INFINITY;
    this.#elementsLeft = options.maxElements ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Runs a function without parameters to its end.
   * @returns its results
   * @throws Panic, UnsetGlobal, Exhausted, and what the world throws
   */
  run(fn: IrFunction): unknown[] {
    const frames: Frame[] = [];
    const deepest = this.#options.maxDepth ?? DEEPEST;
    const { observer } = this.#options;
    observer?.started(this.#globals);
    observer?.entered(null, fn, []);
    let frame: Frame = { code: this.#codeOf(fn), next: 0, values: [], dsts: [] };
    for (;;) {
      if (--this.#stepsLeft < 0) throw new Exhausted("steps");
      const step = frame.code.steps[frame.next++]!;
      const { values } = frame;
      switch (step.op) {
        case "jump":
          frame.next = step.to;
          break;
        case "looped":
          observer?.looped(step.loop, step.event, (variable) => values[variable.id]);
          break;
        case "jumpUnless":
          if (atomValue(values, step.condition) !== 1) frame.next = step.to;
          break;
        case "select":
          frame.next = step.targets.get(atomValue(values, step.value) as number) ?? step.otherwise;
          break;
        case "selectCase": {
          const value = atomValue(values, step.value) as number | RecordObject;
          observer?.accessed?.(step.match, (variable) => values[variable.id]);
          const target = step.targets.get(typeof value === "number" ? value : value.record.caseOf!.index);
          if (target?.binding !== undefined) values[target.binding.id] = value;
          frame.next = target?.to ?? step.otherwise;
          break;
        }
        case "call": {
          if (frames.length >= deepest) throw new Panic("stackOverflow", frame.code.fn.line);
          frames.push(frame);
          const code = this.#codeOf(step.callee);
          frame = { code, next: 0, values: passed(code, values, step.args), dsts: step.dsts };
          observer?.entered(
            step,
            step.callee,
            step.args.map((atom) => atomValue(values, atom)),
          );
          break;
        }
        case "tailCall":
          frame.code = this.#codeOf(step.callee);
          frame.next = 0;
          frame.values = passed(frame.code, values, step.args);
          observer?.replaced(
            step,
            step.args.map((atom) => atomValue(values, atom)),
          );
          break;
        case "return": {
          const results = step.values.map((atom) => atomValue(values, atom));
          const { dsts } = frame;
          observer?.returned(results);
          const caller = frames.pop();
          if (caller === undefined) return results;
          frame = caller;
          for (const [index, dst] of dsts.entries()) frame.values[dst.id] = results[index];
          break;
        }
        default:
          if (observer?.accessed !== undefined && isAccess(step)) {
            observer.accessed(step, (variable) => values[variable.id]);
          }
          this.#execute(step, values);
          if (observer !== undefined && allocates(step) && "site" in step)
            observer.allocated(step, values[step.dst.id] as Storage);
      }
    }
  }

  #codeOf(fn: IrFunction): Code {
    let code = this.#codes.get(fn);
    if (code === undefined) {
      code = { fn, steps: stepsOf(fn) };
      this.#codes.set(fn, code);
    }
    return code;
  }

  #allocated(what: string): void {
    this.allocations.set(what, (this.allocations.get(what) ?? 0) + 1);
  }

  #allocatedArray({ what }: Site, length: number): void {
    this.#allocated(what);
    this.#elementsLeft -= length;
    if (this.#elementsLeft < 0) throw new Exhausted("elements");
  }

  #execute(i: Simple, values: unknown[]): void {
    if (isLifetime(i)) {
      this.#options.observer?.lifetime?.(
        i,
        (variable) => values[variable.id],
        (variable, value) => {
          values[variable.id] = value;
        },
      );
      return;
    }
    const read = (atom: Atom) => atomValue(values, atom);
    const int = (atom: Atom) => atomValue(values, atom) as number;
    const slice = (variable: Variable) => values[variable.id] as Slice;
    const storage = (variable: Variable) => values[variable.id] as Storage;
    const object = (variable: Variable) => (values[variable.id] as RecordObject).fields;
    switch (i.op) {
      case "set":
        values[i.dst.id] = read(i.src);
        return;
      case "unary":
        values[i.dst.id] = unary(i.operator, i.a.type, read(i.a));
        return;
      case "binary":
        values[i.dst.id] = binary(i.operator, i.a.type, read(i.a), read(i.b));
        return;
      case "globalGet":
        if (!this.#globals.has(i.global)) throw new UnsetGlobal(i.global.name);
        values[i.dst.id] = this.#globals.get(i.global);
        return;
      case "static":
        this.#options.onStatic?.(i.source);
        values[i.dst.id] = i.source.value;
        return;
      case "globalSet":
        this.#globals.set(i.global, read(i.value));
        return;
      case "same":
        values[i.dst.id] = read(i.a) === read(i.b) ? 1 : 0;
        return;
      case "construct":
        this.#allocated(i.site.what);
        this.parts += partCount(i.record);
        values[i.dst.id] = newRecord(i.record, i.args.map(read).values());
        return;
      case "immediate":
        values[i.dst.id] = i.caseIndex;
        return;
      case "field":
      case "part":
        values[i.dst.id] = object(i.object)[i.index];
        return;
      case "setField":
        object(i.object)[i.index] = read(i.value);
        return;
      case "unpackedGet":
        values[i.dst.id] = (object(i.object)[i.index] as Storage).data[int(i.at)];
        return;
      case "unpackedSlice": {
        const from = object(i.object)[i.index] as Storage;
        values[i.dst.id] = { storage: from, start: int(i.start), length: int(i.end) - int(i.start) } satisfies Slice;
        return;
      }
      case "arrayNew":
        this.#allocatedArray(i.site, int(i.length));
        values[i.dst.id] = newStorage(i.element, int(i.length));
        return;
      case "arrayGrow":
        this.#allocatedArray(i.site, int(i.length));
        values[i.dst.id] = grow(storage(i.array), i.element, int(i.used), int(i.length));
        return;
      case "arrayLength": {
        const { data, width } = storage(i.array);
        values[i.dst.id] = data.length / width;
        return;
      }
      case "arrayGet":
        load(values, i.dsts, storage(i.array), int(i.index));
        return;
      case "arraySet":
        store(storage(i.array), int(i.index), i.values.map(read));
        return;
      case "arrayClear":
        clear(storage(i.array), int(i.at), int(i.count));
        return;
      case "arrayFill":
        fill(storage(i.array), int(i.at), slice(i.source), int(i.from), int(i.count));
        return;
      case "arraySlice":
        values[i.dst.id] = { storage: storage(i.array), start: int(i.start), length: int(i.end) - int(i.start) };
        return;
      case "sliceLength":
        values[i.dst.id] = slice(i.slice).length;
        return;
      case "sliceGet": {
        const { storage: from, start } = slice(i.slice);
        load(values, i.dsts, from, start + int(i.index));
        return;
      }
      case "sliceSet": {
        const { storage: into, start } = slice(i.slice);
        store(into, start + int(i.index), i.values.map(read));
        return;
      }
      case "subslice": {
        const { storage: from, start } = slice(i.slice);
        values[i.dst.id] = { storage: from, start: start + int(i.start), length: int(i.end) - int(i.start) };
        return;
      }
      case "sliceEmpty":
        values[i.dst.id] = EMPTY;
        return;
      case "literal":
        values[i.dst.id] = bytesAsSlice(i.bytes);
        return;
      case "panic":
        throw new Panic(i.code, i.line, i.a && read(i.a), i.b && read(i.b));
      case "write": {
        const { storage: from, start, length } = slice(i.bytes);
        this.#options.world.write(i.stream, (from.data as Uint8Array).slice(start, start + length));
        return;
      }
      case "readInput":
        values[i.dst.id] = bytesAsSlice(this.#options.world.input());
        return;
      case "arguments": {
        const texts = this.#options.world.args().map((text) => bytesAsSlice(new TextEncoder().encode(text)));
        values[i.dst.id] = { storage: { width: 1, data: texts }, start: 0, length: texts.length } satisfies Slice;
        return;
      }
      case "memoryAllocate":
        values[i.dst.id] = this.#options.world.memory().allocate(int(i.bytes));
        return;
      case "memoryResize":
        values[i.dst.id] = this.#owning(i.address, i.line, values).resize(int(i.address), int(i.bytes));
        return;
      case "memoryFree":
        this.#owning(i.address, i.line, values).free(int(i.address));
        return;
      case "memoryLoad": {
        const { type } = i.dst;
        values[i.dst.id] = this.#options.world.memory().load(type, this.#place(i, type, values));
        return;
      }
      case "memoryStore": {
        const { type } = i.value;
        this.#options.world.memory().store(type, this.#place(i, type, values), read(i.value));
        return;
      }
      case "callExtern": {
        const result = this.#options.world.callExtern(i, i.args.map(read));
        for (const dst of i.dsts) values[dst.id] = fromExtern(dst.type, result);
        return;
      }
      case "portPut": {
        const ports = this.#options.world.ports();
        values[i.dst.id] = ports.put({ use: "put", ...i.port }, read(i.value) as number | bigint) ? 1 : 0;
        return;
      }
      case "portGet": {
        const got = this.#options.world.ports().get({ use: "get", ...i.port });
        values[i.dsts[0].id] = got === null ? 0 : 1;
        values[i.dsts[1].id] = got ?? (i.port.type === "long" ? 0n : 0);
        return;
      }
      case "textSend": {
        const { storage: from, start, length } = slice(i.bytes);
        this.#options.world.ports().send((from.data as Uint8Array).subarray(start, start + length));
        return;
      }
      case "textReceive":
        this.#options.world.ports().receive(storage(i.array).data as Uint8Array);
        return;
    }
  }

  /** The memory, which has to own an address. */
  #owning(address: Atom, line: number, values: readonly unknown[]): ByHand {
    const memory = this.#options.world.memory();
    if (!memory.owns(atomValue(values, address) as number)) throw new Panic("notAllocated", line);
    return memory;
  }

  /** The address of a number in memory, which has to be there. */
  #place(
    { address, index, line }: Extract<Instruction, { op: "memoryLoad" | "memoryStore" }>,
    type: IrType,
    values: readonly unknown[],
  ): number {
    const int = (atom: Atom): number => atomValue(values, atom) as number;
    const place = (int(address) + int(index) * numberBytes(type)) >>> 0;
    if (!this.#options.world.memory().reaches(place, numberBytes(type))) throw new Panic("outsideMemory", line);
    return place;
  }
}

/** What another module returned, as wasm would convert it. */
function fromExtern({ kind }: IrType, result: unknown): unknown {
  if (kind === "long") return BigInt.asIntN(64, result as bigint);
  if (kind === "float") return Number(result);
  const number = Number(result) | 0;
  if (kind === "bool") return number === 0 ? 0 : 1;
  return kind === "byte" ? number & 0xff : number;
}

function atomValue(values: readonly unknown[], atom: Atom): unknown {
  return atom.kind === "variable" ? values[atom.id] : atom.value;
}

function passed(code: Code, values: readonly unknown[], args: readonly Atom[]): unknown[] {
  const fresh: unknown[] = [];
  for (const [index, param] of code.fn.params.entries()) fresh[param.id] = atomValue(values, args[index]!);
  return fresh;
}
