/**
 * The checked program: names are resolved, every expression has its type, methods and literals are explicit, matches
 * are decision trees. Made by the checker, read by the builder of the IR.
 */

import type { SourceFile, Span } from "../source.ts";
import type { ClassType, Field, StructType, Type, UnionCase } from "./types.ts";

/** A parameter, a `let`, a loop's or a pattern's name. Compared by identity. */
export interface Local {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  /** True once any statement assigns to it. */
  assigned: boolean;
}

/**
 * A function of the program, of the prelude, or one without a name, whose captures come first. Compared by identity.
 */
export interface FunctionSymbol {
  readonly name: string;
  readonly parameters: readonly Local[];
  /** Of a function without a name, known once its body has been checked. */
  result: Type;
  readonly source: SourceFile;
  readonly span: Span;
  /** Set when the body has been checked; stays null for an extern function. */
  body: TypedBlock | null;
  /** For a function of another wasm module. */
  readonly extern?: ExternSymbol;
}

/** What is known of an extern function besides its parameters and its result. */
export interface ExternSymbol {
  readonly module: string;
  /**
   * What of the memory that a call allocates is left: nothing, though it may be used within, or what it returns or
   * keeps.
   */
  readonly effect: "nothing" | "within" | "kept";
  /** It takes or returns pointers: what it does with them nobody checks. */
  readonly isUnsafe: boolean;
}

/** A variable of the whole program, or a static: a value that never changes. Compared by identity. */
export interface GlobalSymbol {
  readonly name: string;
  /** Computed while the program is compiled; every array in it is const. */
  readonly isStatic: boolean;
  /** Known before any function is checked. */
  type: Type;
  readonly span: Span;
  /** Makes its first value: of a global before `main` and in the order of the declarations. */
  readonly initialiser: FunctionSymbol;
}

/** A port to the host: only its methods can be called. Compared by identity. */
export interface PortSymbol {
  readonly name: string;
  /** Of what it carries; ERROR if that has been reported. */
  readonly type: Type;
  readonly span: Span;
}

/** The functions of a class. */
export interface ClassMembers {
  /** Their first parameter is `this`. */
  readonly methods: Map<string, FunctionSymbol>;
  /** Make the values that fields have when none is given; of a field without one, a value has to be given. */
  readonly initialisers: Map<Field, FunctionSymbol>;
}

export interface TypedProgram {
  readonly source: SourceFile;
  readonly functions: ReadonlyMap<string, FunctionSymbol>;
  /** Statics, then globals, both in the order of their declarations. */
  readonly globals: readonly GlobalSymbol[];
  /** Structs, unions and classes the program declares, by name. */
  readonly types: ReadonlyMap<string, Type>;
  /** In the order of their declarations. */
  readonly classes: ReadonlyMap<ClassType, ClassMembers>;
}

interface Base {
  readonly type: Type;
  readonly span: Span;
}

/** What numbers of one type can do; the operand's type decides which operators exist. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>" | ">>>";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Operations that are one instruction each: conversions, and what only the prelude may call. */
export type Intrinsic =
  | "intToLong"
  | "longToInt"
  | "intToFloat"
  | "longToFloat"
  | "floatToInt"
  | "floatToLong"
  | "intToByte"
  | "byteToInt"
  | "floatBits"
  | "floatFromBits"
  | "floor"
  | "ceil"
  | "sqrt"
  | "abs"
  | "clz"
  | "ctz";

/** Operations the builder writes out itself. The first argument is the receiver, where there is one. */
export type Builtin =
  | "print"
  | "write"
  | "fail"
  | "array"
  | "sameBytes" // Text <-> [Byte]: the same value
  | "uncheckedByte" // prelude only: a byte of a text at an index known to be good
  | "toFixed"
  | "port"
  | "portPut"
  | "portGet"
  | "allocate"
  | "pointer"
  | "pointerResize"
  | "pointerFree"
  | "pointerLoad"
  | "pointerStore"
  | "pointerAt"
  | "pointerAddress"
  | "handleFree"
  | "optionalIsSome"
  | "optionalGet"
  | "optionalOr"
  | "listPush"
  | "listPop"
  | "listClear"
  | "listInsert"
  | "listRemove"
  | "listResize"
  | "arrayCopy"
  | "listFinish"
  | "listAppend";

export type TypedExpression =
  | (Base & { readonly kind: "number"; readonly value: number | bigint })
  | (Base & { readonly kind: "bool"; readonly value: boolean })
  | (Base & { readonly kind: "text"; readonly value: string })
  /** Interpolation and `+` of texts: parts of type Text, Int, Long, Byte, Float or Bool. */
  | (Base & { readonly kind: "concat"; readonly parts: readonly TypedExpression[] })
  | (Base & { readonly kind: "local"; readonly local: Local })
  | (Base & { readonly kind: "global"; readonly global: GlobalSymbol })
  | (Base & { readonly kind: "call"; readonly callee: FunctionSymbol; readonly args: readonly TypedExpression[] })
  /** A function as a value: what it captures of the function around it is read now. */
  | (Base & { readonly kind: "closure"; readonly symbol: FunctionSymbol; readonly captures: readonly Local[] })
  /** A call of a function that is not known. */
  | (Base & { readonly kind: "callValue"; readonly callee: TypedExpression; readonly args: readonly TypedExpression[] })
  | (Base & { readonly kind: "builtin"; readonly builtin: Builtin; readonly args: readonly TypedExpression[] })
  | (Base & { readonly kind: "externPut"; readonly port: PortSymbol; readonly value: TypedExpression })
  | (Base & { readonly kind: "externGet"; readonly port: PortSymbol })
  /** A text to a number; `parser` gives (ok, value), `complaint` the message when not ok. */
  | (Base & {
      readonly kind: "parseNumber";
      readonly operand: TypedExpression;
      readonly parser: FunctionSymbol;
      readonly complaint: FunctionSymbol;
    })
  | (Base & { readonly kind: "intrinsic"; readonly intrinsic: Intrinsic; readonly operand: TypedExpression })
  /** `fields` in the order of the source; `order[i]` is the declared index of the i-th. */
  | (Base & {
      readonly kind: "structLiteral";
      readonly struct: StructType;
      readonly fields: readonly FieldValue[];
      readonly order: readonly number[];
    })
  | (Base & { readonly kind: "case"; readonly unionCase: UnionCase; readonly fields: readonly FieldValue[] })
  | (Base & {
      readonly kind: "field";
      readonly object: TypedExpression;
      readonly struct: StructType;
      readonly field: Field;
    })
  /** A new object; every field has a value, given or by its initialiser, `order` as for structs. */
  | (Base & {
      readonly kind: "newObject";
      readonly class: ClassType;
      readonly fields: readonly FieldValue[];
      readonly order: readonly number[];
    })
  | (Base & {
      readonly kind: "member";
      readonly object: TypedExpression;
      readonly class: ClassType;
      readonly field: Field;
    })
  | (Base & { readonly kind: "length"; readonly object: TypedExpression })
  | (Base & { readonly kind: "index"; readonly object: TypedExpression; readonly index: TypedExpression })
  | (Base & {
      readonly kind: "slice";
      readonly object: TypedExpression;
      readonly start: TypedExpression | null;
      readonly end: TypedExpression | null;
    })
  /** The type says whether it makes an array or a list. */
  | (Base & { readonly kind: "arrayLiteral"; readonly elements: readonly TypedExpression[] })
  | (Base & { readonly kind: "negate"; readonly operand: TypedExpression })
  | (Base & { readonly kind: "not"; readonly operand: TypedExpression })
  | (Base & {
      readonly kind: "arithmetic";
      readonly operator: ArithmeticOperator;
      readonly left: TypedExpression;
      readonly right: TypedExpression;
    })
  | (Base & {
      readonly kind: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: TypedExpression;
      readonly right: TypedExpression;
    })
  | (Base & {
      readonly kind: "logical";
      readonly operator: "&&" | "||";
      readonly left: TypedExpression;
      readonly right: TypedExpression;
    })
  | (Base & {
      readonly kind: "if";
      readonly condition: TypedExpression;
      readonly then: TypedBlock;
      readonly otherwise: TypedExpression | null;
    })
  | (Base & {
      readonly kind: "match";
      readonly subject: TypedExpression;
      readonly arms: readonly TypedArm[];
      readonly decision: Decision;
    })
  | TypedBlock;

/** A block; `result` is null when it has no value (type Unit or Never). */
export interface TypedBlock extends Base {
  readonly kind: "block";
  readonly statements: readonly TypedStatement[];
  readonly result: TypedExpression | null;
}

/** A constant that a pattern is compared with. */
export type LiteralValue = number | bigint | boolean | string;

/** A place in the matched value: the value itself, or a field of the case that its parent is known to be. */
export interface Occurrence {
  readonly parent: Occurrence | null;
  readonly unionCase: UnionCase | null;
  readonly fieldIndex: number;
  readonly type: Type;
}

/** What a value is tested for. */
export type Test =
  | { readonly kind: "case"; readonly unionCase: UnionCase }
  | { readonly kind: "literal"; readonly value: LiteralValue };

/** A name of a pattern, and the place that it stands for. */
export interface Binding {
  readonly local: Local;
  readonly occurrence: Occurrence;
}

/** What a match does: tests of places in the value, and an arm at the end of each path. */
export type Decision =
  | { readonly kind: "leaf"; readonly arm: number; readonly bindings: readonly Binding[] }
  /** No arm matches; only in matches that are reported as not exhaustive. */
  | { readonly kind: "fail" }
  /** Tests one occurrence; `otherwise` is null when the branches cover its whole type. */
  | {
      readonly kind: "test";
      readonly occurrence: Occurrence;
      readonly branches: readonly { readonly tests: readonly Test[]; readonly next: Decision }[];
      readonly otherwise: Decision | null;
    };

export interface TypedArm {
  readonly locals: readonly Local[];
  readonly body: TypedBlock;
}

/** What a field is given: a value; for an unpacked array either its elements or a slice to copy from. */
export type FieldValue =
  | { readonly kind: "value"; readonly value: TypedExpression }
  | { readonly kind: "elements"; readonly elements: readonly TypedExpression[] }
  | { readonly kind: "copy"; readonly source: TypedExpression; readonly length: number };

export type TypedStatement =
  | { readonly kind: "expression"; readonly value: TypedExpression }
  | { readonly kind: "let"; readonly local: Local; readonly value: TypedExpression }
  | { readonly kind: "assign"; readonly local: Local; readonly value: TypedExpression }
  | { readonly kind: "setGlobal"; readonly global: GlobalSymbol; readonly value: TypedExpression }
  /** `object[index] = value`; with an operator, `object[index] operator= value`. */
  | {
      readonly kind: "setIndex";
      readonly object: TypedExpression;
      readonly index: TypedExpression;
      readonly operator: ArithmeticOperator | null;
      readonly value: TypedExpression;
      readonly span: Span;
    }
  /** `object.field = value`, or with an operator. */
  | {
      readonly kind: "setMember";
      readonly object: TypedExpression;
      readonly class: ClassType;
      readonly field: Field;
      readonly operator: ArithmeticOperator | null;
      readonly value: TypedExpression;
      readonly span: Span;
    }
  | { readonly kind: "while"; readonly condition: TypedExpression; readonly body: TypedBlock }
  | {
      readonly kind: "forRange";
      readonly local: Local;
      readonly start: TypedExpression;
      readonly end: TypedExpression;
      readonly body: TypedBlock;
    }
  | { readonly kind: "forEach"; readonly local: Local; readonly subject: TypedExpression; readonly body: TypedBlock }
  | { readonly kind: "return"; readonly value: TypedExpression | null }
  | { readonly kind: "break" }
  | { readonly kind: "continue" };
