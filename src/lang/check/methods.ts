/** The methods of the built-in types: one table for each, and what each becomes. */

import type { Span } from "../source.ts";
import { checkArguments } from "./arguments.ts";
import type { Body, ExpressionOf } from "./body.ts";
import { internalCall } from "./calls.ts";
import { checkPortMethod } from "./extern-ports.ts";
import { readOf } from "./fields.ts";
import { callOf } from "./lambdas.ts";
import { isNone, isSome } from "./optionals.ts";
import { didYouMean } from "./suggest.ts";
import type { Builtin, Intrinsic, TypedExpression } from "./typed.ts";
import {
  type ArrayType,
  arrayOf,
  BOOL,
  BYTE,
  CONST_BYTES,
  FLOAT,
  hasLength,
  holdsPointers,
  INT,
  isBottom,
  LONG,
  optionalElement,
  optionalOf,
  type PrimitiveType,
  TEXT,
  type Type,
  typeName,
  UNIT,
} from "./types.ts";
import { describe } from "./words.ts";

interface Method {
  readonly parameters: readonly Type[];
  /** May be called in an `unsafe` block only. */
  readonly isUnsafe?: boolean;
  make(body: Body, receiver: TypedExpression, args: readonly TypedExpression[], span: Span): TypedExpression;
}

type MethodTable = Readonly<Record<string, Method>>;

/** One instruction. */
function instruction(intrinsic: Intrinsic, type: Type): Method {
  return {
    parameters: [],
    make: (_body, operand, _args, span) => ({ kind: "intrinsic", intrinsic, operand, type, span }),
  };
}

/** A function of the prelude, given the receiver first. */
function library(name: string, ...parameters: Type[]): Method {
  return {
    parameters,
    make: (body, receiver, args, span) => internalCall(body.scope.internal(name), [receiver, ...args], span),
  };
}

/** Something the builder writes out. */
function builtin(name: Builtin, type: Type, ...parameters: Type[]): Method {
  return {
    parameters,
    make: (_body, receiver, args, span) => ({ kind: "builtin", builtin: name, args: [receiver, ...args], type, span }),
  };
}

/** As `builtin`, for use in `unsafe` blocks. */
function manual(name: Builtin, type: Type, ...parameters: Type[]): Method {
  return { ...builtin(name, type, ...parameters), isUnsafe: true };
}

/** A text to a number, or the end of the program. */
function parseNumber(type: PrimitiveType): Method {
  return {
    parameters: [],
    make: ({ scope }, operand, _args, span) => {
      const parser = scope.internal(`__textTo${type.name}`);
      return { kind: "parseNumber", operand, parser, complaint: scope.internal(`__not${type.name}`), type, span };
    },
  };
}

const PRIMITIVES: Partial<Record<Type["kind"], MethodTable>> = {
  int: {
    toLong: instruction("intToLong", LONG),
    toFloat: instruction("intToFloat", FLOAT),
    toByte: instruction("intToByte", BYTE),
    toText: library("__intToText"),
    abs: library("__intAbs"),
  },
  long: {
    toInt: instruction("longToInt", INT),
    toFloat: instruction("longToFloat", FLOAT),
    toText: library("__longToText"),
  },
  byte: {
    toInt: instruction("byteToInt", INT),
    toText: library("__byteToText"),
  },
  float: {
    toInt: instruction("floatToInt", INT),
    toLong: instruction("floatToLong", LONG),
    toText: library("__floatToText"),
    floor: instruction("floor", FLOAT),
    ceil: instruction("ceil", FLOAT),
    sqrt: instruction("sqrt", FLOAT),
    abs: instruction("abs", FLOAT),
    toFixed: builtin("toFixed", TEXT, INT),
  },
  bool: {
    toText: library("__boolToText"),
  },
  text: {
    toInt: parseNumber(INT),
    toLong: parseNumber(LONG),
    toFloat: parseNumber(FLOAT),
    startsWith: library("__startsWith", TEXT),
    endsWith: library("__endsWith", TEXT),
    indexOf: library("__indexOf", TEXT),
    contains: library("__contains", TEXT),
    bytes: builtin("sameBytes", CONST_BYTES),
    split: library("__split", BYTE),
    trim: library("__trim"),
  },
};

const BYTE_ARRAY: MethodTable = { toText: builtin("sameBytes", TEXT) };
const NO_METHODS: MethodTable = {};

/**
 * Copying a slice of an array whose elements hold pointers makes a new owner of every one of them: with reference
 * counts, a walk over all they lead to. So that is refused, and what does it nevertheless says so (seed note 000).
 */
function copies(type: ArrayType): MethodTable {
  const own = arrayOf(type.element);
  if (!holdsPointers(type.element)) return { copy: builtin("arrayCopy", own) };
  const refused: Method = {
    parameters: [],
    make: (body, _receiver, _args, span) => {
      const message = `elements of ${describe(type)} hold pointers, and copying them makes a new owner of each`;
      body.report(span, message, "share the slice instead of copying it, or write `.copyShared()`");
      return body.poison(span);
    },
  };
  return { copy: refused, copyShared: builtin("arrayCopy", own) };
}

function methodsOf(type: Type): MethodTable {
  if (type.kind === "list") {
    const { element } = type;
    return {
      push: builtin("listPush", UNIT, element),
      pop: builtin("listPop", element),
      clear: builtin("listClear", UNIT),
      insert: builtin("listInsert", UNIT, INT, element),
      remove: builtin("listRemove", element, INT),
      resize: builtin("listResize", UNIT, INT, element),
      finish: builtin("listFinish", arrayOf(element)),
      ...(element === BYTE ? { append: builtin("listAppend", UNIT, TEXT) } : {}),
    };
  }
  if (type.kind === "port") {
    const { element } = type;
    return { put: builtin("portPut", BOOL, element), get: builtin("portGet", optionalOf(element)) };
  }
  if (type.kind === "pointer") {
    const { element } = type;
    return {
      load: manual("pointerLoad", element, INT),
      store: manual("pointerStore", UNIT, INT, element),
      at: manual("pointerAt", type, INT),
      resize: manual("pointerResize", type, INT),
      free: manual("pointerFree", UNIT),
      address: manual("pointerAddress", INT),
    };
  }
  if (type.kind === "handle") return { free: builtin("handleFree", UNIT) };
  const optional = optionalElement(type);
  if (optional !== null) {
    return {
      isSome: { parameters: [], make: (_body, receiver, _args, span) => isSome(receiver, span) },
      isNone: { parameters: [], make: (_body, receiver, _args, span) => isNone(receiver, span) },
      get: builtin("optionalGet", optional),
      or: builtin("optionalOr", optional, optional),
    };
  }
  if (type.kind === "array") return { ...(type.element === BYTE ? BYTE_ARRAY : {}), ...copies(type) };
  if (type === TEXT) return { ...PRIMITIVES.text, copy: builtin("arrayCopy", TEXT) };
  return PRIMITIVES[type.kind] ?? NO_METHODS;
}

/** The names of a type's methods. */
export function methodNames(type: Type): string[] {
  return Object.keys(methodsOf(type));
}

export function checkMethod(body: Body, node: ExpressionOf<"method">): TypedExpression {
  const { name, args, span } = node;
  const asked = checkPortMethod(body, node);
  if (asked !== undefined) return asked;
  const receiver = body.infer(node.object);
  const { type } = receiver;
  const methods = methodsOf(type);
  if (Object.hasOwn(methods, name.text)) {
    const method = methods[name.text]!;
    if (method.isUnsafe) body.requireUnsafe(name.span, `\`.${name.text}\` of a pointer may be called`);
    const typed = checkArguments(body, name.text, method.parameters, args, span);
    return typed.length === method.parameters.length ? method.make(body, receiver, typed, span) : body.poison(span);
  }
  const own = type.kind === "class" ? body.scope.members(type).methods.get(name.text) : undefined;
  if (own !== undefined) {
    const parameters = own.parameters.slice(1).map((parameter) => parameter.type);
    const typed = checkArguments(body, name.text, parameters, args, span);
    return { kind: "call", callee: own, args: [receiver, ...typed], type: own.result, span };
  }
  const callee = type.kind === "struct" || type.kind === "class" ? readOf(receiver, type, name.text, span) : undefined;
  if (callee?.type.kind === "function") return callOf(body, callee, name.text, args, span);
  for (const arg of args) body.infer(arg);
  if (!isBottom(type)) {
    body.report(name.span, `${describe(type)} has no method \`${name.text}\``, methodHint(body, type, name.text));
  }
  return isBottom(type) ? receiver : body.poison(span);
}

function methodHint(body: Body, type: Type, name: string): string | undefined {
  if (hasLength(type) && ["length", "len", "size", "count"].includes(name))
    return "it is not a method: write `.length`";
  if ((type.kind === "struct" || type.kind === "class") && type.fields.some((field) => field.name === name)) {
    return `it is a field: write \`.${name}\``;
  }
  const names = type.kind === "class" ? [...body.scope.members(type).methods.keys()] : methodNames(type);
  const guess = didYouMean(name, names);
  if (guess !== undefined) return guess;
  if (body.scope.functions.has(name)) return `there is a function: write \`${name}(...)\``;
  if (names.length === 0) return undefined;
  return `${typeName(type)} has ${names.map((text) => `\`${text}\``).join(", ")}`;
}
