/** Before any test: what is built is no older than what it is built from. Tests of an old core would show nothing. */

import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** What tests use of dist/, and what it is made from. */
const BUILT: readonly { readonly made: readonly string[]; readonly from: readonly string[] }[] = [
  { made: ["dist/core/release.wasm", "dist/core/debug.wasm"], from: ["asconfig.json", ...filesIn("assembly/", ".ts")] },
  { made: ["dist/core/contract.js", "dist/core/contract.d.ts"], from: ["assembly/contract.ts"] },
  { made: ["dist/lang/parser.js"], from: filesIn("src/lang/syntax/", ".peggy") },
  { made: ["dist/lang/prelude.json"], from: ["dist/lang/parser.js", ...filesIn("src/lang/", ".mote")] },
];

function filesIn(folder: string, ending: string): string[] {
  const names = readdirSync(fileURLToPath(new URL(folder, ROOT)), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => folder + name);
}

/** When a file was changed last, in milliseconds; null where there is none. */
function changedAt(file: string): number | null {
  return statSync(new URL(file, ROOT), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/** @throws Error that names the file and the remedy */
export default function setup(): void {
  for (const { made, from } of BUILT) {
    const newest = Math.max(...from.map((file) => changedAt(file) ?? 0));
    for (const file of made) {
      const at = changedAt(file);
      if (at !== null && at >= newest) continue;
      throw new Error(
        `${file} ${at === null ? "is missing" : "is older than its sources"}: run \`npm run build\` first`,
      );
    }
  }
}
