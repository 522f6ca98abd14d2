/** Part of the build: writes the syntax tree of the prelude to dist/, so that no command has to parse it. */

import { readFileSync, writeFileSync } from "node:fs";
import { MoteError, SourceFile } from "../source.ts";
import { parse } from "./parse.ts";

const source = new SourceFile("prelude.mote", readFileSync(new URL("../prelude.mote", import.meta.url), "utf8"));
const { errors, declarations } = parse(source, true);
if (errors.length > 0) throw new MoteError(source, errors);
writeFileSync(new URL("../../../dist/lang/prelude.json", import.meta.url), JSON.stringify({ declarations }));
