/** The input of wordcount: all licences of the npm package spdx-license-list, one behind the other. */

import all from "spdx-license-list/full.js";

export function licenses(): Uint8Array {
  const texts = Object.values(all).map(({ licenseText }) => licenseText);
  return Buffer.from(texts.join("\n"));
}
