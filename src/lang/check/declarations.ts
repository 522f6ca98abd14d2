/**
 * Declarations: all names first, then the types of fields and parameters, then what concerns the whole program
 * (infinite structs, `main`). Bodies come later.
 */

import type { Span } from "../source.ts";
import type {
  Ast,
  BlockNode,
  CaseDeclaration,
  ClassDeclaration,
  Expression,
  ExternFunctionDeclaration,
  ExternHandleDeclaration,
  ExternPortDeclaration,
  FieldDeclaration,
  FunctionDeclaration,
  GlobalDeclaration,
  Name,
  StructDeclaration,
  UnionDeclaration,
} from "../syntax/ast.ts";
import { checkFreeing, checkModule, externSymbol } from "./externs.ts";
import { isOptionalCase } from "./optionals.ts";
import { BUILT_IN_FUNCTIONS, BUILT_IN_TYPE_NAMES, type ProgramScope } from "./scope.ts";
import { staticType } from "./statics.ts";
import type { FunctionSymbol, GlobalSymbol, Local } from "./typed.ts";
import {
  arrayOf,
  BOOL,
  BYTE,
  BYTES,
  type ClassType,
  componentCount,
  ERROR,
  type Field,
  FLOAT,
  type HandleType,
  INT,
  LONG,
  type StructType,
  TEXT,
  type Type,
  typeName,
  UNIT,
  UNKNOWN,
  type UnionCase,
  type UnionType,
} from "./types.ts";
import { describe } from "./words.ts";

/** A small fixed array is part of its owner's record; longer ones should be arrays of their own. */
const LONGEST_UNPACKED = 64;

/** A function whose body waits to be checked. */
export interface PendingBody {
  readonly symbol: FunctionSymbol;
  readonly node: BlockNode;
  /** The global that the function is the initialiser of; its type may be UNKNOWN until then. */
  readonly global?: GlobalSymbol;
}

/** Enters all declarations of a program into its scope. */
export function declare(scope: ProgramScope, ast: Ast): PendingBody[] {
  const structs: [StructType, StructDeclaration][] = [];
  const cases: [UnionCase, CaseDeclaration][] = [];
  const classes: [ClassType, ClassDeclaration][] = [];
  const functions: FunctionDeclaration[] = [];
  const globals: GlobalDeclaration[] = [];
  const ports: ExternPortDeclaration[] = [];
  const externs: ExternFunctionDeclaration[] = [];
  const handles: HandleType[] = [];
  for (const declaration of ast.declarations) {
    if (declaration.kind === "struct") structs.push([declareStruct(scope, declaration), declaration]);
    else if (declaration.kind === "union") cases.push(...declareUnion(scope, declaration));
    else if (declaration.kind === "class") classes.push([declareClass(scope, declaration), declaration]);
    else if (declaration.kind === "externPort") ports.push(declaration);
    else if (declaration.kind === "externHandle") handles.push(declareHandle(scope, declaration));
    else if (declaration.kind === "externFunction") externs.push(declaration);
    else if (declaration.kind === "function") functions.push(declaration);
    else globals.push(declaration);
  }
  for (const [struct, node] of structs) struct.fields = resolveFields(scope, node.fields);
  for (const [unionCase, node] of cases) unionCase.fields = resolveFields(scope, node.fields);
  for (const [type, node] of classes) type.fields = resolveFields(scope, node.fields);
  refuseInfinite(
    scope,
    structs.map(([struct]) => struct),
  );
  for (const [struct] of structs) struct.fields = checkUnpacked(scope, struct.fields);
  for (const [unionCase] of cases) unionCase.fields = checkUnpacked(scope, unionCase.fields);
  for (const [type] of classes) type.fields = checkUnpacked(scope, type.fields);
  const bodies = functions.map((node) => ({ symbol: declareFunction(scope, node), node: node.body }));
  for (const node of externs) declareExtern(scope, node);
  checkFreeing(scope, externs, handles);
  const members = classes.flatMap(([type, node]) => declareMembers(scope, type, node));
  // Globals first and in order: the type of one may follow from its value. Statics before: they need no global.
  globals.sort((a, b) => Number(a.kind === "global") - Number(b.kind === "global"));
  const initialisers = globals.map((node) => declareGlobal(scope, node));
  for (const node of ports) declarePort(scope, node);
  return [...initialisers, ...members, ...bodies];
}

function declareStruct(scope: ProgramScope, node: StructDeclaration): StructType {
  const struct: StructType = { kind: "struct", name: node.name.text, span: node.name.span, fields: [] };
  declareType(scope, node.name, struct);
  return struct;
}

function declareUnion(scope: ProgramScope, node: UnionDeclaration): [UnionCase, CaseDeclaration][] {
  const union: UnionType = { kind: "union", name: node.name.text, span: node.name.span, cases: [] };
  declareType(scope, node.name, union);
  const pairs = node.cases.map((caseNode, index): [UnionCase, CaseDeclaration] => {
    const { text: name, span } = caseNode.name;
    const unionCase: UnionCase = { name, union, index, span, fields: [] };
    const other = scope.cases.get(name);
    if (isOptionalCase(name)) {
      scope.report(span, `the case \`${name}\` is built in`, "it belongs to optional values, `T?`");
    }
    // Also where the name is taken: what the program does with its own case is no further mistake.
    if (other === undefined) scope.cases.set(name, unionCase);
    else {
      const place = `union \`${other.union.name}\` on line ${scope.source.line(other.span.start)}`;
      scope.report(
        span,
        `the case \`${name}\` is already defined in ${place}`,
        "names of cases are shared by all unions",
      );
    }
    return [unionCase, caseNode];
  });
  union.cases = pairs.map(([unionCase]) => unionCase);
  return pairs;
}

function declareClass(scope: ProgramScope, node: ClassDeclaration): ClassType {
  const { text: name, span } = node.name;
  const type: ClassType = { kind: "class", name, span, fields: [] };
  scope.classes.set(type, { methods: new Map(), initialisers: new Map() });
  declareType(scope, node.name, type);
  return type;
}

function declareHandle(scope: ProgramScope, node: ExternHandleDeclaration): HandleType {
  const { text: name, span } = node.name;
  checkModule(scope, node.module);
  const type: HandleType = { kind: "handle", name, span, module: node.module.text, free: node.free.text };
  declareType(scope, node.name, type);
  return type;
}

function declareGlobal(scope: ProgramScope, node: GlobalDeclaration): PendingBody {
  const { text: name, span } = node.name;
  const type = node.type === null ? UNKNOWN : scope.resolve(node.type);
  const { source } = scope;
  const initialiser: FunctionSymbol = { name, parameters: [], result: type, source, span, body: null };
  const isStatic = node.kind === "static";
  const symbol: GlobalSymbol = {
    name,
    isStatic,
    type: isStatic ? staticType(scope, type, span) : type,
    span,
    initialiser,
  };
  const [other, fn] = [scope.globals.get(name), scope.functions.get(name)];
  if (other !== undefined) reportTwice(scope, node.name, other.isStatic ? "static" : "global", other.span);
  else if (fn !== undefined) reportTwice(scope, node.name, "function", fn.span);
  else scope.globals.set(name, symbol);
  return { symbol: initialiser, node: blockOf(node.value), global: symbol };
}

/** What a port to the host can carry: what both sides know. */
const PORT_TYPES: readonly Type[] = [INT, LONG, FLOAT, BOOL, BYTE, TEXT];

function declarePort(scope: ProgramScope, node: ExternPortDeclaration): void {
  const { text: name, span } = node.name;
  const resolved = scope.resolve(node.type);
  const type = PORT_TYPES.includes(resolved) ? resolved : ERROR;
  if (type === ERROR && resolved !== ERROR) {
    const names = PORT_TYPES.slice(0, -1).map((each) => `\`${typeName(each)}\``);
    const message = `a port to the host cannot carry ${describe(resolved)}`;
    scope.report(node.type.span, message, `it carries ${names.join(", ")} or \`Text\`: make a text of other values`);
  }
  const [other, global, fn] = [scope.ports.get(name), scope.globals.get(name), scope.functions.get(name)];
  if (other !== undefined) reportTwice(scope, node.name, "port", other.span);
  else if (global !== undefined) reportTwice(scope, node.name, "global", global.span);
  else if (fn !== undefined) reportTwice(scope, node.name, "function", fn.span);
  else scope.ports.set(name, { name, type, span });
}

/** An expression as a body. */
function blockOf(value: Expression): BlockNode {
  return { kind: "block", statements: [{ kind: "expression", value, span: value.span }], span: value.span };
}

/** The methods of a class, and a function for each initialiser. */
function declareMembers(scope: ProgramScope, type: ClassType, node: ClassDeclaration): PendingBody[] {
  const { source } = scope;
  const members = scope.members(type);
  const initialisers = node.fields.flatMap(({ name, initialiser }, index): PendingBody[] => {
    const field = type.fields[index]!;
    if (initialiser === null) return [];
    const { span } = initialiser;
    if (field.unpackedLength !== null) {
      const hint = "give its elements where objects are made";
      scope.report(span, "an array unpacked in its owner has no initialiser", hint);
      return [];
    }
    const symbolName = `${type.name}.${name.text}`;
    const symbol: FunctionSymbol = { name: symbolName, parameters: [], result: field.type, source, span, body: null };
    members.initialisers.set(field, symbol);
    return [{ symbol, node: blockOf(initialiser) }];
  });
  const methods = node.methods.map((method): PendingBody => {
    const self: Local = { name: "this", type, span: method.name.span, assigned: false };
    const symbol = functionSymbol(scope, method, `${type.name}.${method.name.text}`, [self]);
    const other = members.methods.get(method.name.text);
    const field = type.fields.find((each) => each.name === method.name.text);
    if (other !== undefined) reportTwice(scope, method.name, "method", other.span);
    else if (field !== undefined) reportTwice(scope, method.name, "field", field.span);
    else members.methods.set(method.name.text, symbol);
    return { symbol, node: method.body };
  });
  return [...initialisers, ...methods];
}

type DeclaredType = StructType | UnionType | ClassType | HandleType;

function declareType(scope: ProgramScope, name: Name, type: DeclaredType): void {
  const other = scope.types.get(name.text) as DeclaredType | undefined;
  if (BUILT_IN_TYPE_NAMES.includes(name.text)) scope.report(name.span, `the type \`${name.text}\` is built in`);
  else if (other !== undefined) reportTwice(scope, name, "type", other.span);
  else scope.types.set(name.text, type);
}

function reportTwice(scope: ProgramScope, name: Name, what: string, first: Span): void {
  scope.report(name.span, `the ${what} \`${name.text}\` is already defined on line ${scope.source.line(first.start)}`);
}

function resolveFields(scope: ProgramScope, nodes: readonly FieldDeclaration[]): Field[] {
  const seen = new Map<string, Field>();
  return nodes.map(({ name, type, span }) => {
    const array = type.kind === "constType" ? type.array : type;
    const unpacked = array.kind === "arrayType" && array.length !== null;
    const field: Field = {
      name: name.text,
      type: scope.resolve(unpacked ? array.element : type),
      unpackedLength: unpacked ? array.length : null,
      constant: unpacked && array !== type,
      span,
    };
    const other = seen.get(name.text);
    if (other !== undefined) reportTwice(scope, name, "field", other.span);
    seen.set(name.text, field);
    return field;
  });
}

/** Reports structs that contain themselves, and breaks each such circle, so that all structs have a size. */
function refuseInfinite(scope: ProgramScope, structs: readonly StructType[]): void {
  const state = new Map<StructType, "open" | "done">();
  const visit = (struct: StructType): void => {
    if (state.has(struct)) return;
    state.set(struct, "open");
    struct.fields = struct.fields.map((field) => {
      if (field.type.kind !== "struct") return field;
      visit(field.type);
      if (state.get(field.type) !== "open") return field;
      const message = `the struct \`${field.type.name}\` contains itself, and would have infinite size`;
      scope.report(field.span, message, "use a union or a list in between");
      return { ...field, type: ERROR };
    });
    state.set(struct, "done");
  };
  for (const struct of structs) visit(struct);
}

/** Reports unpacked arrays that are not small arrays of single values, and makes them harmless. */
function checkUnpacked(scope: ProgramScope, fields: readonly Field[]): readonly Field[] {
  return fields.map((field) => {
    const { type, unpackedLength: length, span } = field;
    if (length === null || type === ERROR) return field;
    if (length < 1 || length > LONGEST_UNPACKED) {
      const message = `an array unpacked in its owner has 1 to ${LONGEST_UNPACKED} elements`;
      scope.report(span, message, `for other lengths, use \`[${typeName(type)}]\``);
    } else if (componentCount(type) !== 1) {
      const message = `elements of an unpacked array are single values, but \`${typeName(type)}\` is several`;
      scope.report(span, message, `use \`[${typeName(type)}]\``);
    } else {
      return field;
    }
    return { ...field, type: ERROR, unpackedLength: null };
  });
}

function declareFunction(scope: ProgramScope, node: FunctionDeclaration): FunctionSymbol {
  const symbol = functionSymbol(scope, node, node.name.text, []);
  enterFunction(scope, node.name, symbol);
  return symbol;
}

function declareExtern(scope: ProgramScope, node: ExternFunctionDeclaration): void {
  const symbol = functionSymbol(scope, node, node.name.text, []);
  enterFunction(scope, node.name, { ...symbol, extern: externSymbol(scope, node, symbol) });
}

function enterFunction(scope: ProgramScope, name: Name, symbol: FunctionSymbol): void {
  const other = scope.functions.get(name.text);
  if (BUILT_IN_FUNCTIONS.has(name.text)) scope.report(name.span, `the function \`${name.text}\` is built in`);
  else if (other !== undefined) reportTwice(scope, name, "function", other.span);
  else scope.functions.set(name.text, symbol);
}

function functionSymbol(
  scope: ProgramScope,
  node: Pick<FunctionDeclaration, "name" | "parameters" | "result">,
  name: string,
  first: readonly Local[],
): FunctionSymbol {
  const seen = new Map<string, Local>();
  const parameters = node.parameters.map((parameter) => {
    const type = scope.resolve(parameter.type);
    const local: Local = { name: parameter.name.text, type, span: parameter.name.span, assigned: false };
    const other = seen.get(local.name);
    if (other !== undefined) reportTwice(scope, parameter.name, "parameter", other.span);
    seen.set(local.name, local);
    return local;
  });
  const result = node.result === null ? UNIT : scope.resolve(node.result);
  const { source } = scope;
  return { name, parameters: [...first, ...parameters], result, source, span: node.name.span, body: null };
}

/** What `main` may be given, in this order. */
const MAIN_PARAMETERS: readonly Type[] = [arrayOf(TEXT), BYTES];

/** Reports a missing `main`, or one of a shape that nobody can call. */
export function checkMain(scope: ProgramScope): void {
  const main = scope.functions.get("main");
  if (main === undefined) {
    scope.reportUnknown("main", { start: 0, end: 0 }, "the program has no `main`", "add `fn main() { ... }`");
    return;
  }
  if (main.result !== UNIT && main.result !== ERROR) scope.report(main.span, "`main` has no result");
  let next = 0;
  for (const { type, span } of main.parameters) {
    if (type === ERROR) return;
    while (next < MAIN_PARAMETERS.length && MAIN_PARAMETERS[next] !== type) next++;
    if (next++ < MAIN_PARAMETERS.length) continue;
    scope.report(span, "`main` takes `args: [Text]`, `input: Bytes`, both in this order, or nothing");
    return;
  }
}
