/**
 * The structured intermediate representation of Mote, in A-normal form.
 *
 *     source -> parse -> check -> build (this) -> analyses -> lower(memory manager) -> link
 *
 * Every allocation, load, store, slice, call and return is an instruction of its own; every operand is an
 * atom (a variable or a constant); every allocation site has a name; every variable has a type that says
 * what a collector must know about it. Control flow is structured: blocks nest, and a value that several
 * branches define is a mutable variable that each of them sets.
 *
 * What is already decided here, once for all memory managers:
 *  - Flat structs are gone: their fields travel as several variables, several record fields, several
 *    element components. A struct too large for that, or one with an unpacked array, is a `record`.
 *  - A union whose cases all lack fields is a `byte` holding the case's index.
 *  - Lists are records of a storage array and a length; `push` is already spelled out.
 *  - Indices are already checked: `panic` is explicit, loads and stores are unchecked.
 *  - Objects that lie inside others are inline fields; `part` gives a reference to one.
 *  - A second reference to an object is made by an instruction only (references.ts), and what leaves a list or a port
 *    is taken out of its storage by `arrayClear`.
 *
 * What a manager decides: how a pointer, an array and a slice look in wasm, and everything that touches memory.
 */

import type { PortType } from "../port-abi.ts";

/** A number, a byte, a truth value, or something that refers to memory. */
export type IrType =
  | { readonly kind: "int" } //   i32, signed
  | { readonly kind: "long" } //  i64, signed
  | { readonly kind: "float" } // f64
  | { readonly kind: "byte" } //  i32 holding 0..255; one byte in memory
  | { readonly kind: "bool" } //  i32 holding 0 or 1; one byte in memory
  /** A value of a union of which at least one case has fields: a pointer to the case's record, or an immediate. */
  | { readonly kind: "union"; readonly union: UnionType }
  /** A pointer to a record of exactly this type, be it an object or a part of one; never null. */
  | { readonly kind: "record"; readonly record: RecordType }
  /** A pointer to the start of an array object; never null. Its length never changes. */
  | { readonly kind: "array"; readonly element: ElementType }
  /** Some consecutive elements of an array (or of an unpacked array in a record), sharing its storage. */
  | { readonly kind: "slice"; readonly element: ElementType };

/** What one element of an array or slice is made of: the components of a flat struct, or a single component. */
export interface ElementType {
  /** Name for messages and dumps, unique per distinct list of components ("Int", "Text", "City"). */
  readonly name: string;
  readonly components: readonly IrType[];
}

export interface FieldType {
  readonly name: string;
  readonly type: IrType;
  /** Written after construction (lists, later classes): only such fields may be targets of `setField`. */
  readonly mutable: boolean;
  /** For an array that no other record ever holds in such a field: the storage of a list. */
  readonly isOwner?: true;
  /**
   * For a small fixed array unpacked in its owner: the number of elements; `type` is then the type of its only
   * component. Such a field is read by `unpackedGet` and `unpackedSlice`, and makes its record sliceable.
   */
  readonly unpackedLength?: number;
  /**
   * For a record that lies in its owner, is made with it, and never replaced: that record; `type` is a reference to it.
   * Such a field is read by `part` only, and makes its record sliceable. No record lies inside itself at any depth.
   */
  readonly inline?: RecordType;
}

/** A heap object with named fields: a boxed struct, a union's case, a list. Compared by identity. */
export interface RecordType {
  readonly name: string;
  /** May be filled in after creation (types refer to each other); final before lowering starts. */
  fields: FieldType[];
  /**
   * Some record has one as an inline field, so that a reference may lead to the inside of an object: to a collector it
   * is what a slice is, though a single word, and so is a value of the union that the record is a case of.
   */
  readonly isPart?: true;
  /**
   * The union this record is a case of, with the index of the case. A record that exists for itself becomes one when
   * there are optional values of it: those are the record or an immediate, and take no memory of their own.
   */
  caseOf?: { readonly union: UnionType; readonly index: number };
}

/** Compared by identity. */
export interface UnionType {
  readonly name: string;
  /** In the order of the source. A case without fields has no record: it is an immediate and takes no memory. */
  cases: { readonly name: string; readonly record: RecordType | null }[];
}

/** A variable of one function. Assigned once unless `mutable`. Compared by identity. */
export interface Variable {
  readonly kind: "variable";
  readonly id: number;
  readonly name: string;
  readonly type: IrType;
  readonly mutable: boolean;
}

/** One component of a variable of the whole program. Compared by identity. */
export interface IrGlobal {
  readonly name: string;
  readonly type: IrType;
}

/** One component of a static: in static memory, never changed. Compared by identity. */
export interface IrStatic {
  readonly name: string;
  readonly type: IrType;
  /** Of this type: known before the program is analysed or lowered, and its objects are nobody else's. */
  value: StaticValue;
}

/** A number or truth value; the index of a union's case without a record; a record; a slice. */
export type StaticValue = number | bigint | RecordValue | SliceValue;

export interface RecordValue {
  readonly record: RecordType;
  /** One value for each field; the storage of an unpacked array. */
  readonly fields: readonly unknown[];
}

export interface SliceValue {
  readonly storage: StorageValue;
  /** In elements, as the length. */
  readonly start: number;
  readonly length: number;
}

/** Elements of `width` components each, side by side. */
export interface StorageValue {
  readonly width: number;
  readonly data: Uint8Array | readonly unknown[];
}

/** A queue that is the host's. Compared by identity. */
export interface IrPort {
  readonly name: string;
  readonly type: PortType;
}

export type Constant =
  | {
      readonly kind: "constant";
      readonly type: { readonly kind: "int" | "byte" | "bool" | "float" };
      readonly value: number;
    }
  | { readonly kind: "constant"; readonly type: { readonly kind: "long" }; readonly value: bigint };

export type Atom = Variable | Constant;

/** Where the program allocates; what reports and later the placement analysis speak of. */
export interface Site {
  readonly id: number;
  readonly functionName: string;
  readonly line: number;
  /** What is allocated, in the source's words: "Node", "[Int]", "List[Text] storage". */
  readonly what: string;
}

/** Operators on numbers; the operands' type decides the width. Comparisons give `bool`. */
export type BinaryOperator =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem" // div and rem: the builder has already checked for zero
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "ushr"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "ltUnsigned"; // int only: the bounds check in one compare

export type UnaryOperator =
  | "neg"
  | "not" // not: bool
  | "intToLong"
  | "longToInt"
  | "intToFloat"
  | "longToFloat"
  | "floatToInt"
  | "floatToLong" // to integer: saturating
  | "intToByte" // keeps the low 8 bits
  | "byteToInt"
  | "boolToInt"
  | "floatBits"
  | "floatFromBits" // float <-> long, the same 64 bits
  | "floor"
  | "ceil"
  | "sqrt" // float
  | "abs"
  | "clz"
  | "ctz"
  | "popcount"; // int and long

/** Why a program stops. The message is made by the runtime support from the code and up to two numbers. */
export type PanicCode =
  | "indexOutOfRange" // a: index, b: length
  | "sliceOutOfRange" // a: start, b: end
  | "divisionByZero"
  | "emptyList" // pop of an empty list
  | "noValue" // get of an optional that is None
  | "negativeLength" // a: length
  | "outOfMemory" // raised by managers, and where malloc has nothing
  | "notAllocated" // debug builds: free or resize of what is not allocated
  | "outsideMemory" // debug builds: load or store where nothing is allocated
  | "allocatedSomething" // debug builds: an extern function that allocates nothing did
  | "keptMemory" // debug builds: an extern function that allocates within kept some
  | "freedHandle" // use of a handle that has been freed
  | "stackOverflow" // raised by managers: the shadow stack is full
  | "outlived" // raised by managers that check placement. a: the object, b: the frame it is bound to
  | "ended" // debug builds: use of memory of what has ended
  | "failed"; // the program called fail(text); the text has been written to standard error before

export type Instruction =
  /**
   * Assigns a variable (the only instruction that may target a mutable one, apart from dsts of any kind). The source
   * may be a record where the target is a union that the record is a case of.
   */
  | { readonly op: "set"; readonly dst: Variable; readonly src: Atom }
  /** Reads a global, which has been set before. */
  | { readonly op: "globalGet"; readonly dst: Variable; readonly global: IrGlobal }
  | { readonly op: "globalSet"; readonly global: IrGlobal; readonly value: Atom }
  | { readonly op: "static"; readonly dst: Variable; readonly source: IrStatic }
  | { readonly op: "unary"; readonly dst: Variable; readonly operator: UnaryOperator; readonly a: Atom }
  | {
      readonly op: "binary";
      readonly dst: Variable;
      readonly operator: BinaryOperator;
      readonly a: Atom;
      readonly b: Atom;
    }
  | {
      readonly op: "call";
      readonly dsts: readonly Variable[];
      readonly callee: IrFunction;
      readonly args: readonly Atom[];
      /** Where the call is written, for reports; absent for calls that nobody wrote. */
      readonly line?: number;
      /** From a lifetime pass: what the callee binds to its hidden parameters. */
      readonly bounds?: readonly Bound[];
    }

  /** Whether two records, or optional records, are the same object (or both none). */
  | { readonly op: "same"; readonly dst: Variable; readonly a: Variable; readonly b: Variable }

  // Records and unions; the `line` of what reads or writes an object: where that is written, if it is
  /**
   * Allocates a record. One argument per field in order; an unpacked field takes `unpackedLength` arguments, an inline
   * field those of the record that lies there.
   */
  | {
      readonly op: "construct";
      readonly dst: Variable;
      readonly record: RecordType;
      readonly args: readonly Atom[];
      readonly site: Site;
      /** From a lifetime pass. */
      readonly bound?: Bound;
    }
  /** The immediate value of a case without fields. */
  | { readonly op: "immediate"; readonly dst: Variable; readonly union: UnionType; readonly caseIndex: number }
  /** Reads a field; `object` has type record. */
  | {
      readonly op: "field";
      readonly dst: Variable;
      readonly object: Variable;
      readonly record: RecordType;
      readonly index: number;
      readonly line?: number;
    }
  | {
      readonly op: "setField";
      readonly object: Variable;
      readonly record: RecordType;
      readonly index: number;
      readonly value: Atom;
      readonly line?: number;
    }
  /** A reference to the record that lies in an inline field: always the same one, and it keeps all of the object. */
  | {
      readonly op: "part";
      readonly dst: Variable;
      readonly object: Variable;
      readonly record: RecordType;
      readonly index: number;
    }
  | {
      readonly op: "unpackedGet";
      readonly dst: Variable;
      readonly object: Variable;
      readonly record: RecordType;
      readonly index: number;
      readonly at: Atom;
      readonly line?: number;
    }
  /** A slice of an unpacked array, from `start` (inclusive) to `end` (exclusive); shares the record's memory. */
  | {
      readonly op: "unpackedSlice";
      readonly dst: Variable;
      readonly object: Variable;
      readonly record: RecordType;
      readonly index: number;
      readonly start: Atom;
      readonly end: Atom;
    }

  // Arrays (whole objects)
  /**
   * Allocates an array of `length` elements, all zero (numbers), null-like or unspecified-but-safe (pointers: never
   * read before written).
   */
  | {
      readonly op: "arrayNew";
      /** Each element is written before it is read, so that numbers need not be zero. */
      readonly overwritten?: boolean;
      readonly dst: Variable;
      readonly element: ElementType;
      readonly length: Atom;
      readonly site: Site;
      /** From a lifetime pass. */
      readonly bound?: Bound;
    }
  /**
   * Gives an array of `length` elements, the first `used` of which are those of `array`, the others as of a new one; it
   * may be `array` itself, grown where it is. Nobody uses `array` afterwards. `dst` is another variable.
   */
  | {
      readonly op: "arrayGrow";
      /** Each further element is written before it is read. */
      readonly overwritten?: boolean;
      readonly dst: Variable;
      readonly array: Variable;
      readonly used: Atom;
      readonly element: ElementType;
      /** Not less than `used`. */
      readonly length: Atom;
      readonly site: Site;
      /** From a lifetime pass. */
      readonly bound?: Bound;
      readonly line?: number;
    }
  | {
      readonly op: "arrayLength";
      readonly dst: Variable;
      readonly array: Variable;
      readonly line?: number;
    }
  | {
      readonly op: "arrayGet";
      readonly dsts: readonly Variable[];
      readonly array: Variable;
      readonly index: Atom;
      readonly line?: number;
    }
  | {
      readonly op: "arraySet";
      /** Nothing is in the element's place: the array is new there, or was cleared. */
      readonly isFirst?: true;
      readonly array: Variable;
      readonly index: Atom;
      readonly values: readonly Atom[];
      readonly line?: number;
    }
  /** Takes `count` elements out of an array, from its element `at`: what they refer to, they no longer keep alive. */
  | {
      readonly op: "arrayClear";
      readonly array: Variable;
      readonly at: Atom;
      readonly count: Atom;
      readonly line?: number;
    }
  /** Copies `count` elements of a slice, from its element `from`, into `array` at `at`. Ranges may overlap. */
  | {
      readonly op: "arrayFill";
      readonly array: Variable;
      readonly at: Atom;
      readonly source: Variable;
      readonly from: Atom;
      readonly count: Atom;
      readonly line?: number;
    }
  /** The slice of `array` from `start` to `end`. An empty one keeps nothing alive. */
  | {
      readonly op: "arraySlice";
      /** From now on only slices lead to the array: it has all of its elements, and only `sliceSet` may replace one. */
      readonly isFinal?: true;
      readonly dst: Variable;
      readonly array: Variable;
      readonly start: Atom;
      readonly end: Atom;
    }

  // Slices
  | { readonly op: "sliceLength"; readonly dst: Variable; readonly slice: Variable }
  | {
      readonly op: "sliceGet";
      readonly dsts: readonly Variable[];
      readonly slice: Variable;
      readonly index: Atom;
      readonly line?: number;
    }
  | {
      readonly op: "sliceSet";
      readonly slice: Variable;
      readonly index: Atom;
      readonly values: readonly Atom[];
      readonly line?: number;
    }
  /** A part of a slice, from `start` to `end`, sharing storage. An empty one keeps nothing alive. */
  | {
      readonly op: "subslice";
      readonly dst: Variable;
      readonly slice: Variable;
      readonly start: Atom;
      readonly end: Atom;
    }
  /** The empty slice. */
  | { readonly op: "sliceEmpty"; readonly dst: Variable }
  /** A text of the program's source, in static memory: a slice of bytes. */
  | { readonly op: "literal"; readonly dst: Variable; readonly bytes: Uint8Array }

  // Control
  | { readonly op: "if"; readonly condition: Atom; readonly then: Block; readonly otherwise: Block }
  /** Selects by integer; no fall through. */
  | {
      readonly op: "switch";
      readonly value: Atom;
      readonly arms: readonly { readonly values: readonly number[]; readonly body: Block }[];
      readonly otherwise: Block;
    }
  /**
   * Selects by the case of a union; no fall through. `binding`, present when the case has a record, is the same value
   * with type record. `otherwise` is absent when every case has an arm.
   */
  | {
      readonly op: "match";
      readonly value: Variable;
      readonly union: UnionType;
      readonly arms: readonly MatchArm[];
      readonly otherwise?: Block;
      readonly line?: number;
    }
  /** Repeats until a `break` leaves it. */
  | { readonly op: "loop"; readonly label: Label; readonly body: Block }
  /** A block that `break` can leave forwards (used by compiled patterns). */
  | { readonly op: "block"; readonly label: Label; readonly body: Block }
  /** Leaves the loop or block. */
  | { readonly op: "break"; readonly label: Label }
  /** Starts the next iteration of the loop. */
  | { readonly op: "continue"; readonly label: Label }
  | { readonly op: "return"; readonly values: readonly Atom[] }
  /** A call whose results are the function's results: never grows any stack. */
  | {
      readonly op: "tailCall";
      readonly callee: IrFunction;
      readonly args: readonly Atom[];
      /** As of a call. */
      readonly line?: number;
      /** From a lifetime pass: what the callee binds to its hidden parameters. */
      readonly bounds?: readonly Bound[];
      /** From a lifetime pass: the callee goes on with this call's parts of callers' regions. */
      readonly resumes?: boolean;
    }
  /** Stops the program: message to standard error with the source line, exit code 1. */
  | { readonly op: "panic"; readonly code: PanicCode; readonly a?: Atom; readonly b?: Atom; readonly line: number }

  // Memory that the program manages itself, the same under every manager. An address is an int; nothing traces it.
  /** Allocates zeroed memory; `dst` is its address, or 0 when it cannot be had. */
  | { readonly op: "memoryAllocate"; readonly dst: Variable; readonly bytes: Atom }
  /** The memory with `bytes`, what is new of them zero; `dst` is its new address, or 0 when it cannot be had. */
  | {
      readonly op: "memoryResize";
      readonly dst: Variable;
      readonly address: Atom;
      readonly bytes: Atom;
      readonly line: number;
    }
  | { readonly op: "memoryFree"; readonly address: Atom; readonly line: number }
  /** Reads the `index`-th of the numbers at `address`, which are of the dst's type. Like a store, unchecked. */
  | {
      readonly op: "memoryLoad";
      readonly dst: Variable;
      readonly address: Atom;
      readonly index: Atom;
      readonly line: number;
    }
  | {
      readonly op: "memoryStore";
      readonly address: Atom;
      readonly index: Atom;
      readonly value: Atom;
      readonly line: number;
    }

  /** Calls a function of another module, which reaches nothing that a manager owns. Never a safepoint. */
  | {
      readonly op: "callExtern";
      readonly dsts: readonly Variable[];
      readonly extern: IrExtern;
      readonly args: readonly Atom[];
      readonly line: number;
    }

  // The outside world
  /** Appends bytes to standard output (stream 1, buffered by the runtime support) or standard error (2, unbuffered). */
  | {
      readonly op: "write";
      readonly stream: 1 | 2;
      readonly bytes: Variable;
      readonly line?: number;
    }
  /** All of standard input as a slice of bytes. May allocate. */
  | { readonly op: "readInput"; readonly dst: Variable; readonly site: Site; readonly bound?: Bound }
  /** The command line's arguments, without the program's name: a slice of texts. May allocate. */
  | { readonly op: "arguments"; readonly dst: Variable; readonly site: Site; readonly bound?: Bound }
  /**
   * Puts a value into a port, after all that has been written; `dst` says whether there was room. Of a text: its
   * length.
   */
  | { readonly op: "portPut"; readonly dst: Variable; readonly port: IrPort; readonly value: Atom }
  /** The same way, gets whether there is a value, and the value, which else is arbitrary; of a text, its length. */
  | { readonly op: "portGet"; readonly dsts: readonly [Variable, Variable]; readonly port: IrPort }
  /** Hands the bytes of a slice over to the host: the text that the next `portPut` puts. */
  | { readonly op: "textSend"; readonly bytes: Variable }
  /** Fills an array of bytes with the text that the last `portGet` got; it has exactly that length. */
  | { readonly op: "textReceive"; readonly array: Variable }

  // Lifetimes: what the pass of a memory manager inserts, for its own lowering. The program computes the same without.
  // A function has a region for the call, of level 0, and one for the iterations of each level of its loops. Regions of
  // its callers are its hidden parameters, by their index.
  /**
   * At the beginning of a function: begins the call's part of some regions of callers, that is what comes there until
   * the call returns. A call that resumes, or a tail call of the function itself, goes on with the parts that there are.
   */
  | {
      readonly op: "regionCheckpoint";
      readonly callers: readonly number[];
      /** The other regions of callers: where one of them is among those of `callers`, no part begins. */
      readonly others: readonly number[];
      /** How many parts there may be: in a function that resumes, as many as in those that it resumes. */
      readonly most: number;
      /** Some tail call resumes the function. */
      readonly isResumed: boolean;
      /** The region is the program's, which begins with this call, and to which globals may refer. */
      readonly isProgram: boolean;
    }
  /** Behind it, at the beginning: opens the function's own regions; after a tail call of itself they are open. */
  | { readonly op: "regionOpen"; readonly levels: readonly number[] }
  /** Ends all objects of some of the function's own regions, which stay open. */
  | {
      readonly op: "regionReset";
      readonly levels: readonly number[];
      /** The regions keep no memory for what comes next. */
      readonly releases?: true;
    }
  /** Ends the function's own regions: in front of what leaves it. */
  | { readonly op: "regionClose" }
  /** Begins a sub-region of the call's part, for one candidate for the results: the one of this number. */
  | { readonly op: "regionCandidate"; readonly index: number }
  /** Collects regions, if it pays; it may move what the roots refer to. */
  | {
      readonly op: "regionCollect";
      /** The function's own regions that it takes in. */
      readonly levels: readonly number[];
      /** Those of them that grow here: it pays where one of these, or of callers' regions, has reached its threshold. */
      readonly filled: readonly number[];
      /** In front of a call: it pays by what has been allocated since the last such collection. */
      readonly isBeforeCall: boolean;
      /** Whether it takes in the call's parts of callers' regions. */
      readonly ofCallers: boolean;
      /** All that is live and may refer there. */
      readonly roots: readonly Variable[];
    }
  /** In front of a return: ends what was made for the results and is not among these values; it may move the values. */
  | {
      readonly op: "regionDrop";
      readonly keeping: readonly Atom[];
      /** By sub-region, the first of which begins with the call: those that it may refer to, and itself, as a bit mask. */
      readonly needs: readonly number[];
    }
  /**
   * In front of an assignment of a primary global (lifetimes/placement/primary-globals.ts): ends what it holds. What was
   * made for it since is what it gets.
   */
  | { readonly op: "globalReset"; readonly global: IrGlobal }
  /** Frees the array that only this variable leads to, or the record that it refers to in a field. */
  | { readonly op: "arrayFree"; readonly owner: Variable; readonly field: number | null }
  /** Stops the program if the object has ended: in debug builds, in front of what reads or writes it. */
  | {
      readonly op: "accessCheck";
      readonly object: Variable;
      /** The program has written there before. */
      readonly isWritten: boolean;
      readonly line: number;
    }
  /** An instruction that only one manager has. It reads and gives what it names. */
  | {
      readonly op: "lifetime";
      readonly what: OwnLifetime;
      readonly operands: readonly Atom[];
      readonly dsts: readonly Variable[];
    };

/** What a manager's own instruction does: the manager's pass makes it, and its lowering knows it again. */
export interface OwnLifetime {
  readonly name: string;
}

/** With what an object ends. */
export type Bound =
  /** The frame of the function itself. */
  | { readonly of: "frame" }
  /** The present iteration of the loop that is the `level`-th from the outside, the outermost being the first. */
  | { readonly of: "iteration"; readonly level: number }
  /** What the function is handed as its hidden argument of this index. */
  | { readonly of: "caller"; readonly index: number }
  /** What this primary global gets next: it ends when the global is assigned once more. */
  | { readonly of: "global"; readonly global: IrGlobal }
  /** Nothing: it is in the collected heap (lifetimes/placement/heap.ts). */
  | { readonly of: "heap" };

/** What the pass of a memory manager inserts. */
export type LifetimeInstruction = Extract<Instruction, { readonly op: (typeof LIFETIME_OPS)[number] }>;

const LIFETIME_OPS = [
  "regionCheckpoint",
  "regionOpen",
  "regionReset",
  "regionClose",
  "regionCandidate",
  "regionCollect",
  "regionDrop",
  "globalReset",
  "arrayFree",
  "accessCheck",
  "lifetime",
] as const satisfies readonly Instruction["op"][];
const isLifetimeOp: ReadonlySet<Instruction["op"]> = new Set(LIFETIME_OPS);

export function isLifetime(instruction: Instruction): instruction is LifetimeInstruction {
  return isLifetimeOp.has(instruction.op);
}

/** The instruction with this `op`. */
export type InstructionOf<Op extends Instruction["op"]> = Extract<Instruction, { readonly op: Op }>;

export interface MatchArm {
  readonly caseIndex: number;
  readonly binding?: Variable;
  readonly body: Block;
}

export interface Block {
  readonly instructions: Instruction[];
}

/** Names a loop or block; compared by identity. */
export interface Label {
  readonly name: string;
}

export interface RegionParameter {
  /** Some caller passes the heap, so that only the program's run tells. */
  readonly mayBeHeap: boolean;
}

/** Compared by identity. */
export interface IrFunction {
  readonly name: string;
  params: Variable[];
  results: IrType[];
  /** From a lifetime pass: its hidden parameters, each a region of a caller. */
  regions?: readonly RegionParameter[];
  body: Block;
  /** Line of the definition in its source. */
  readonly line: number;
  /** Not written in the program: of the prelude, or made by the compiler. */
  readonly internal?: boolean;
}

/** A function of another wasm module. Compared by identity. */
export interface IrExtern {
  readonly module: string;
  readonly name: string;
  /** Numbers, and TEXT_TYPE: the address and length of bytes that are there during the call. */
  readonly params: readonly IrType[];
  /** A number. */
  readonly result: IrType | null;
  /**
   * What of the memory that a call allocates is left: nothing, though it may be used within, or what it returns or
   * keeps.
   */
  readonly effect: "nothing" | "within" | "kept";
}

export interface IrProgram {
  /** File name as the user gave it, for messages. */
  readonly file: string;
  /** Only functions reachable from `main`. */
  readonly functions: readonly IrFunction[];
  /**
   * Takes no parameters and returns nothing (the builder wraps the user's main: reads arguments and input it asks for).
   */
  readonly main: IrFunction;
  readonly sites: readonly Site[];
}

/** The bytes of a slice of bytes. */
export function bytesOf({ storage, start, length }: SliceValue): Uint8Array {
  return (storage.data as Uint8Array).subarray(start, start + length);
}

/** One byte: the element of texts and byte arrays. */
export const BYTE_ELEMENT: ElementType = { name: "Byte", components: [{ kind: "byte" }] };
/** A text is a slice of bytes holding UTF-8. */
export const TEXT_TYPE: IrType = { kind: "slice", element: BYTE_ELEMENT };
/** A text as an element: arrays of texts are arrays of such pairs. */
export const TEXT_ELEMENT: ElementType = { name: "Text", components: [TEXT_TYPE] };
