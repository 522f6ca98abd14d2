/**
 * What is known of a whole program while it is checked: its types, cases and functions, and the errors found so far.
 */

import { InternalCompilerError } from "../options.ts";
import type { Diagnostic, SourceFile, Span } from "../source.ts";
import type { TypeNode } from "../syntax/ast.ts";
import { didYouMean } from "./suggest.ts";
import type { ClassMembers, FunctionSymbol, GlobalSymbol, PortSymbol } from "./typed.ts";
import {
  arrayOf,
  BUILT_IN_TYPES,
  BYTES,
  type ClassType,
  constOf,
  ERROR,
  functionOf,
  isPlainData,
  listOf,
  optionalOf,
  pointerOf,
  portOf,
  type Type,
  typeName,
  UNIT,
  type UnionCase,
} from "./types.ts";
import { describe } from "./words.ts";

/** Functions that are part of the language; a program cannot define others of these names. */
export const BUILT_IN_FUNCTIONS: ReadonlySet<string> = new Set([
  "print",
  "write",
  "fail",
  "array",
  "port",
  "allocate",
  "pointer",
]);

/** Types that need no declaration, as a program writes them. */
export const BUILT_IN_TYPE_NAMES: readonly string[] = [
  ...BUILT_IN_TYPES.map((type) => type.name),
  "Bytes",
  "List",
  "Port",
  "Pointer",
];

/** Types with an argument, and what they are called in messages. */
const GENERIC_TYPES = { List: "list", Port: "port", Pointer: "pointer" } as const;
type GenericName = keyof typeof GENERIC_TYPES;

export class ProgramScope {
  readonly source: SourceFile;
  readonly diagnostics: Diagnostic[] = [];
  /** Declared structs, unions and classes. */
  readonly types = new Map<string, Type>();
  readonly classes = new Map<ClassType, ClassMembers>();
  readonly cases = new Map<string, UnionCase>();
  readonly functions = new Map<string, FunctionSymbol>();
  /** Statics are among them. */
  readonly globals = new Map<string, GlobalSymbol>();
  /** Checks the value of a static, whose type may follow from it, when it is needed first. */
  readonly pendingStatics = new Map<GlobalSymbol, () => void>();
  /** Ports to the host. */
  readonly ports = new Map<string, PortSymbol>();
  readonly #prelude: ReadonlyMap<string, FunctionSymbol> | null;
  readonly #lost: ReadonlySet<string>;

  /**
   * @param prelude its functions, by their internal names; null while the prelude itself is checked
   * @param lost names whose declarations could not be read
   */
  constructor(source: SourceFile, prelude: ReadonlyMap<string, FunctionSymbol> | null, lost: ReadonlySet<string>) {
    this.source = source;
    this.#prelude = prelude;
    this.#lost = lost;
  }

  /** True for the prelude: internal functions may be called by name. */
  get isPrelude(): boolean {
    return this.#prelude === null;
  }

  /** The functions of a declared class. */
  members(type: ClassType): ClassMembers {
    return this.classes.get(type)!;
  }

  /** The global or static of this name. */
  globalNamed(name: string): GlobalSymbol | undefined {
    const global = this.globals.get(name);
    if (global !== undefined) this.checkStatic(global);
    return global;
  }

  /** Checks the value of a static unless that has begun. */
  checkStatic(global: GlobalSymbol): void {
    const check = this.pendingStatics.get(global);
    this.pendingStatics.delete(global);
    check?.();
  }

  /** Notes an error; the same one at the same place counts once. */
  report(span: Span, message: string, hint?: string): void {
    const last = this.diagnostics.at(-1);
    if (last?.message === message && last.span.start === span.start) return;
    this.diagnostics.push({ span, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Whether all declarations could be read, so that what is not known does not exist. */
  get isWhole(): boolean {
    return this.#lost.size === 0;
  }

  /** Reports a name that is not known, unless its declaration has been reported. */
  reportUnknown(name: string, span: Span, message: string, hint?: string): void {
    if (!this.#lost.has(name)) this.report(span, message, hint);
  }

  /** A function of the prelude, by its internal name. */
  internal(name: string): FunctionSymbol {
    const symbol = (this.#prelude ?? this.functions).get(name);
    if (symbol === undefined) throw new InternalCompilerError(`the prelude lacks ${name}`);
    return symbol;
  }

  /** What a type in the source stands for; reports what is wrong with it, and is then ERROR. */
  resolve(node: TypeNode): Type {
    if (node.kind === "arrayType") {
      const element = this.resolve(node.element);
      if (node.length !== null) {
        const hint = "use `[T]`, whose values are slices of any length";
        this.report(node.span, "an array of fixed length can only be the type of a field", hint);
        return ERROR;
      }
      return element === ERROR ? ERROR : arrayOf(element);
    }
    if (node.kind === "constType") {
      const array = this.resolve(node.array);
      if (array.kind === "array") return constOf(array.element);
      const hint = "`const [T]` is an array whose elements are only read";
      if (array !== ERROR)
        this.report(node.span, `only an array can be const, and \`${typeName(array)}\` is none`, hint);
      return ERROR;
    }
    if (node.kind === "optionalType") {
      const element = this.resolve(node.element);
      return element === ERROR ? ERROR : optionalOf(element);
    }
    if (node.kind === "functionType") {
      const parameters = node.parameters.map((parameter) => this.resolve(parameter));
      const result = node.result === null ? UNIT : this.resolve(node.result);
      return parameters.includes(ERROR) || result === ERROR ? ERROR : functionOf(parameters, result);
    }
    const { name, argument } = node;
    if (Object.hasOwn(GENERIC_TYPES, name)) return this.#resolveGeneric(node.span, name as GenericName, argument);
    if (argument !== null) {
      this.resolve(argument);
      this.report(node.span, `\`${name}\` takes no type argument`, "only `List[T]`, `Port[T]` and `Pointer[T]` do");
      return ERROR;
    }
    if (name === "Bytes") return BYTES;
    const type = BUILT_IN_TYPES.find((builtIn) => builtIn.name === name) ?? this.types.get(name);
    if (type !== undefined) return type;
    const unionCase = this.cases.get(name);
    const hint =
      unionCase === undefined
        ? didYouMean(name, [...BUILT_IN_TYPE_NAMES, ...this.types.keys()])
        : `\`${name}\` is a case of the union \`${unionCase.union.name}\``;
    this.reportUnknown(name, node.span, `there is no type \`${name}\``, hint);
    return ERROR;
  }

  #resolveGeneric(span: Span, name: GenericName, argument: TypeNode | null): Type {
    if (argument === null) {
      this.report(
        span,
        `a ${GENERIC_TYPES[name]} needs the type of its elements`,
        `write \`${name}[Int]\`, for example`,
      );
      return ERROR;
    }
    const element = this.resolve(argument);
    if (element === ERROR) return ERROR;
    if (name === "Pointer") return this.#pointerTo(argument.span, element);
    return name === "List" ? listOf(element) : portOf(element);
  }

  #pointerTo(span: Span, element: Type): Type {
    if (isPlainData(element)) return pointerOf(element);
    const message = `a pointer cannot lead to ${describe(element)}, which a memory manager may move and has to find`;
    this.report(span, message, "it can to an Int, Long, Float, Byte, Bool, or another pointer");
    return ERROR;
  }
}
