/**
 * The syntax tree of Mote, as the parser (mote.peggy) makes it: nothing is resolved yet. Every node has a span. The
 * tree is plain data, which JSON can hold.
 */

import type { Span } from "../source.ts";

export interface Node {
  readonly span: Span;
}

/** A name where it stands. */
export interface Name extends Node {
  readonly text: string;
}

export interface Ast {
  readonly declarations: readonly Declaration[];
}

export type Declaration =
  | StructDeclaration
  | UnionDeclaration
  | ClassDeclaration
  | GlobalDeclaration
  | ExternPortDeclaration
  | FunctionDeclaration
  | ExternFunctionDeclaration
  | ExternHandleDeclaration;

export interface FieldDeclaration extends Node {
  readonly name: Name;
  readonly type: TypeNode;
}

export interface StructDeclaration extends Node {
  readonly kind: "struct";
  readonly name: Name;
  readonly fields: readonly FieldDeclaration[];
}

export interface CaseDeclaration extends Node {
  readonly name: Name;
  readonly fields: readonly FieldDeclaration[];
}

export interface UnionDeclaration extends Node {
  readonly kind: "union";
  readonly name: Name;
  readonly cases: readonly CaseDeclaration[];
}

export interface ClassFieldDeclaration extends FieldDeclaration {
  readonly initialiser: Expression | null;
}

export interface ClassDeclaration extends Node {
  readonly kind: "class";
  readonly name: Name;
  readonly fields: readonly ClassFieldDeclaration[];
  readonly methods: readonly FunctionDeclaration[];
}

export interface GlobalDeclaration extends Node {
  readonly kind: "global" | "static";
  readonly name: Name;
  readonly type: TypeNode | null;
  readonly value: Expression;
}

export interface ExternPortDeclaration extends Node {
  readonly kind: "externPort";
  readonly name: Name;
  readonly type: TypeNode;
}

export interface FunctionDeclaration extends Node {
  readonly kind: "function";
  readonly name: Name;
  readonly parameters: readonly FieldDeclaration[];
  readonly result: TypeNode | null;
  readonly body: BlockNode;
}

/** What an extern function does to memory: `allocates nothing`, `allocates within`, or `returns memory`. */
export interface EffectNode extends Node {
  readonly kind: "nothing" | "within" | "memory";
  /** The function that frees the memory, where that is not the program's own allocator. */
  readonly freedBy: Name | null;
}

/** `extern "module" fn name(...)`: a function of another wasm module. */
export interface ExternFunctionDeclaration extends Node {
  readonly kind: "externFunction";
  readonly module: Name;
  readonly name: Name;
  readonly parameters: readonly FieldDeclaration[];
  readonly result: TypeNode | null;
  readonly effect: EffectNode | null;
}

/** `extern "module" handle Name freed by free`: a type whose values only that module can look into. */
export interface ExternHandleDeclaration extends Node {
  readonly kind: "externHandle";
  readonly module: Name;
  readonly name: Name;
  readonly free: Name;
}

export type TypeNode =
  | (Node & { readonly kind: "namedType"; readonly name: string; readonly argument: TypeNode | null })
  /** `[T]`, or `[T; length]`. */
  | (Node & { readonly kind: "arrayType"; readonly element: TypeNode; readonly length: number | null })
  /** `const [T]`; what stands behind `const` may turn out to be no array. */
  | (Node & { readonly kind: "constType"; readonly array: TypeNode })
  /** `T?` */
  | (Node & { readonly kind: "optionalType"; readonly element: TypeNode })
  /** `fn(A, B) -> R`; `result` is null without one. */
  | (Node & {
      readonly kind: "functionType";
      readonly parameters: readonly TypeNode[];
      readonly result: TypeNode | null;
    });

export type Statement =
  | (Node & {
      readonly kind: "let";
      readonly name: Name;
      readonly type: TypeNode | null;
      readonly value: Expression;
    })
  /** `operator` is null for `=`, "+" for `+=`. */
  | (Node & {
      readonly kind: "assign";
      readonly target: Expression;
      readonly operator: BinaryOperatorText | null;
      readonly value: Expression;
    })
  | (Node & { readonly kind: "while"; readonly condition: Expression; readonly body: BlockNode })
  /** `for name in subject`, or `for name in subject..end`. */
  | (Node & {
      readonly kind: "for";
      readonly name: Name;
      readonly subject: Expression;
      readonly end: Expression | null;
      readonly body: BlockNode;
    })
  | (Node & { readonly kind: "return"; readonly value: Expression | null })
  | (Node & { readonly kind: "break" })
  | (Node & { readonly kind: "continue" })
  | (Node & { readonly kind: "expression"; readonly value: Expression });

export type BinaryOperatorText =
  | "||"
  | "&&"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "|"
  | "^"
  | "&"
  | "<<"
  | ">>"
  | ">>>"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

export interface BlockNode extends Node {
  readonly kind: "block";
  readonly statements: readonly Statement[];
}

/** A whole number; `hex` ones may use the sign bit. */
export interface IntegerNode extends Node {
  readonly kind: "integer";
  /** In decimal, with its sign in a pattern. A text, because JSON has no numbers of 64 bits. */
  readonly digits: string;
  readonly long: boolean;
  readonly hex: boolean;
}

export interface TextNode extends Node {
  readonly kind: "text";
  /** Literal pieces (strings) and interpolated expressions, in order. */
  readonly parts: readonly (string | Expression)[];
}

export interface IfNode extends Node {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: BlockNode;
  readonly otherwise: BlockNode | IfNode | null;
}

export interface MatchNode extends Node {
  readonly kind: "match";
  readonly subject: Expression;
  readonly arms: readonly ArmNode[];
}

export interface ArmNode extends Node {
  readonly pattern: PatternNode;
  readonly body: Statement;
}

/** A parameter of a function without a name; its type may follow from where the function stands. */
export interface LambdaParameterNode extends Node {
  readonly name: Name;
  readonly type: TypeNode | null;
}

export interface LambdaNode extends Node {
  readonly kind: "lambda";
  readonly parameters: readonly LambdaParameterNode[];
  readonly result: TypeNode | null;
  readonly body: BlockNode;
}

export interface FieldValueNode extends Node {
  readonly name: Name;
  readonly value: Expression;
}

export type Expression =
  | IntegerNode
  | (Node & { readonly kind: "float"; readonly value: number })
  | (Node & { readonly kind: "byte"; readonly value: number })
  | (Node & { readonly kind: "bool"; readonly value: boolean })
  | TextNode
  | (Node & { readonly kind: "name"; readonly name: string })
  | (Node & { readonly kind: "call"; readonly name: Name; readonly args: readonly Expression[] })
  /** `Leaf` (args is null) or `Node(a, b)`. */
  | (Node & { readonly kind: "case"; readonly name: Name; readonly args: readonly Expression[] | null })
  | (Node & { readonly kind: "structLiteral"; readonly name: Name; readonly fields: readonly FieldValueNode[] })
  | (Node & { readonly kind: "field"; readonly object: Expression; readonly name: Name })
  | (Node & {
      readonly kind: "method";
      readonly object: Expression;
      readonly name: Name;
      readonly args: readonly Expression[];
    })
  | (Node & { readonly kind: "index"; readonly object: Expression; readonly index: Expression })
  | (Node & {
      readonly kind: "slice";
      readonly object: Expression;
      readonly start: Expression | null;
      readonly end: Expression | null;
    })
  | (Node & { readonly kind: "arrayLiteral"; readonly elements: readonly Expression[] })
  | (Node & { readonly kind: "unary"; readonly operator: "-" | "!"; readonly operand: Expression })
  | (Node & {
      readonly kind: "binary";
      readonly operator: BinaryOperatorText;
      readonly operatorSpan: Span;
      readonly left: Expression;
      readonly right: Expression;
    })
  /** A call of what an expression gives: `(choose(x))(y)`. The callee is the `object`, as for the other suffixes. */
  | (Node & { readonly kind: "callValue"; readonly object: Expression; readonly args: readonly Expression[] })
  | LambdaNode
  | IfNode
  | MatchNode
  /** A block in which memory may be managed by hand. */
  | (Node & { readonly kind: "unsafe"; readonly body: BlockNode })
  | BlockNode;

export type PatternNode =
  | (Node & { readonly kind: "wildcard" })
  | (Node & { readonly kind: "binding"; readonly name: string })
  | (Node & { readonly kind: "casePattern"; readonly name: Name; readonly args: readonly PatternNode[] | null })
  | (Node & { readonly kind: "literalPattern"; readonly literal: LiteralNode })
  | (Node & { readonly kind: "orPattern"; readonly alternatives: readonly PatternNode[] });

/** What may stand in a pattern: a minus sign is already part of the value. */
export type LiteralNode = Extract<Expression, { kind: "integer" | "float" | "byte" | "bool" | "text" }>;
