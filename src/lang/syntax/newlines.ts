/**
 * Which line ends do not end a statement: those whose innermost open bracket is `(`, `[` or a text's `{`.
 *
 * A parsing expression grammar has no memory of the brackets around it, so that this is found in one pass before
 * parsing. The pass knows just enough of the lexis (texts, bytes, comments) not to be misled by brackets inside them;
 * on malformed sources its answer does not matter, because the parser refuses them anyway.
 */

/** What is open: a bracket, a text between its quotes, or an interpolation inside a text. */
type Open = "(" | "[" | "{" | '"' | '"{';

/** The offsets of the line ends that are mere space. Cost: linear. */
export function joiningNewlines(text: string): ReadonlySet<number> {
  const joining = new Set<number>();
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const inner = open.at(-1);
    if (inner === '"') {
      if (character === "\\") at++;
      else if (character === "{") open.push('"{');
      else if (character === '"' || character === "\n") open.pop();
      continue;
    }
    switch (character) {
      case "\n":
        if (inner === "(" || inner === "[" || inner === '"{') joining.add(at);
        break;
      case "/":
        if (text[at + 1] === "/") {
          const end = text.indexOf("\n", at);
          at = (end < 0 ? text.length : end) - 1;
        }
        break;
      case "'":
        at = byteEnd(text, at);
        break;
      case '"':
      case "(":
      case "[":
      case "{":
        open.push(character);
        break;
      case ")":
      case "]":
      case "}":
        open.pop();
        break;
    }
  }
  return joining;
}

/** The offset of the quote that closes the byte literal at `start`, or `start` when none does. */
function byteEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "'") return at;
  }
  return start;
}
