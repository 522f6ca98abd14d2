/** Guesses what a misspelled name was meant to be. */

/** The nearest candidate, when it is near enough to be a slip of the finger. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor((name.length + 1) / 3));
  for (const candidate of candidates) {
    if (candidate.startsWith("__") || Math.abs(candidate.length - name.length) > bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance || (distance === bestDistance && best === undefined && distance < name.length)) {
      [best, bestDistance] = [candidate, distance];
    }
  }
  return best;
}

/** What other languages call something, and what Mote does. */
const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  String: "Text",
  Str: "Text",
  Integer: "Int",
  Double: "Float",
  Boolean: "Bool",
  Char: "Byte",
  Vec: "List",
  println: "print",
  panic: "fail",
  len: "length",
  size: "length",
  count: "length",
  add: "push",
  toString: "toText",
};

/** "did you mean `x`?", or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates];
  const foreign = Object.hasOwn(FOREIGN_NAMES, name) ? FOREIGN_NAMES[name]! : "";
  const guess = known.includes(foreign) ? foreign : nearest(name, known);
  return guess === undefined ? undefined : `did you mean \`${guess}\`?`;
}

/** Insertions, deletions and replacements that lead from one word to the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
