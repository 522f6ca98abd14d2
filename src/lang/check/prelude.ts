/** The checked prelude, the library of Mote: a function's body is checked when a program reaches it. */

import { MoteError, type SourceFile } from "../source.ts";
import type { Ast, BlockNode } from "../syntax/ast.ts";
import { BodyChecker } from "./body-checker.ts";
import { declare } from "./declarations.ts";
import { ProgramScope } from "./scope.ts";
import type { FunctionSymbol } from "./typed.ts";

export class Prelude {
  readonly #scope: ProgramScope;
  /** Those that have not been checked. */
  readonly #bodies: Map<FunctionSymbol, BlockNode>;

  /** Checks the declarations: structs and functions. @throws MoteError */
  constructor(source: SourceFile, tree: Ast) {
    this.#scope = new ProgramScope(source, null, new Set());
    this.#bodies = new Map(declare(this.#scope, tree).map(({ symbol, node }) => [symbol, node]));
    this.#refuseMistakes();
  }

  /** By their internal names. */
  get functions(): ReadonlyMap<string, FunctionSymbol> {
    return this.#scope.functions;
  }

  /** Checks the body of a function, if it is the prelude's and has not been checked. @throws MoteError */
  checkBody(symbol: FunctionSymbol): void {
    const body = this.#bodies.get(symbol);
    if (body === undefined) return;
    this.#bodies.delete(symbol);
    new BodyChecker(this.#scope, symbol).check(body);
    this.#refuseMistakes();
  }

  #refuseMistakes(): void {
    const { source, diagnostics } = this.#scope;
    if (diagnostics.length > 0) throw new MoteError(source, diagnostics);
  }
}
