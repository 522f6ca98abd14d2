/**
 * The checker: from syntax tree to typed program. Finds every independent error of a program in one run; what has been
 * reported gets the type ERROR, which fits everywhere, so that one mistake does not cause further reports.
 */

import { MoteError, type SourceFile } from "../source.ts";
import type { Ast } from "../syntax/ast.ts";
import { Body } from "./body.ts";
import { checkMain, declare } from "./declarations.ts";
import { ProgramScope } from "./scope.ts";
import type { TypedProgram } from "./typed.ts";

/**
 * Checks a program.
 * @param prelude the checked prelude; null while the prelude itself is checked (which needs no `main`)
 * @throws MoteError with all errors
 */
export function check(source: SourceFile, ast: Ast, prelude: TypedProgram | null): TypedProgram {
  const scope = new ProgramScope(source, prelude);
  const pending = declare(scope, ast);
  if (prelude !== null) checkMain(scope);
  for (const { symbol, node, global } of pending) {
    const body = new Body(scope, symbol);
    if (global === undefined) body.check(node);
    else body.checkGlobal(node, global);
  }
  if (scope.diagnostics.length > 0) throw new MoteError(source, scope.diagnostics);
  return { source, functions: scope.functions, globals: [...scope.globals.values()], types: scope.types };
}
