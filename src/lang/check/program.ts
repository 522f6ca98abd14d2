/**
 * The checker: from syntax tree to typed program. Finds every independent error of a program in one run; what has been
 * reported gets the type ERROR, which fits everywhere, so that one mistake does not cause further reports.
 */

import { MoteError, type SourceFile } from "../source.ts";
import type { Parsed } from "../syntax/parse.ts";
import { BodyChecker } from "./body-checker.ts";
import { checkMain, declare } from "./declarations.ts";
import type { Prelude } from "./prelude.ts";
import { ProgramScope } from "./scope.ts";
import type { TypedProgram } from "./typed.ts";

/**
 * Checks a program, or what could be read of it.
 * @throws MoteError with all errors, those of the syntax included
 */
export function check(source: SourceFile, parsed: Parsed, prelude: Prelude): TypedProgram {
  const scope = new ProgramScope(source, prelude.functions, parsed.lost);
  const pending = declare(scope, parsed);
  checkMain(scope);
  for (const { symbol, node, global } of pending) {
    if (global?.isStatic)
      scope.pendingStatics.set(global, () => new BodyChecker(scope, symbol).checkGlobal(node, global));
  }
  for (const { symbol, node, global } of pending) {
    if (global === undefined) new BodyChecker(scope, symbol).check(node);
    else if (global.isStatic) scope.checkStatic(global);
    else new BodyChecker(scope, symbol).checkGlobal(node, global);
  }
  const errors = [...parsed.errors, ...scope.diagnostics];
  if (errors.length > 0) throw new MoteError(source, errors);
  const { functions, globals, types, classes } = scope;
  return { source, functions, globals: [...globals.values()], types, classes };
}
