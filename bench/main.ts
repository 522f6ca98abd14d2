/**
 * `npm run bench [-- PART...]`: the measurements, and the pages that show them. README.md beside this file says what
 * each number shows.
 */

import { runCommand } from "./command.ts";

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
