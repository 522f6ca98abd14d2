/** What to do about a syntax error: the habits from other languages, and the slips, that a hint can put right. */

const KEYWORDS: ReadonlySet<string> = new Set(
  "fn struct union class global static const extern let if else match while for in break continue return true false this unsafe".split(
    " ",
  ),
);

/** Words that other languages have in these places, and what Mote has. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  and: "write `&&`",
  or: "write `||`",
  not: "write `!`",
  elif: "write `else if`",
  elsif: "write `else if`",
  const: "a variable is declared with `let`",
  var: "a variable is declared with `let`",
  mut: "every variable can be assigned: write `let` alone",
  func: "a function begins with `fn`",
  function: "a function begins with `fn`",
  def: "a function begins with `fn`",
  enum: "a type with cases begins with `union`",
};

/** Characters that other languages have in these places, by what is wanted there. */
const FOREIGN_SIGNS: readonly { readonly wants: string; readonly found: RegExp; readonly hint: string }[] = [
  { wants: "`->`", found: /^=/, hint: "a function's body stands in `{ }`" },
  { wants: "`->`", found: /^:/, hint: "the type of the result stands behind `->`" },
  { wants: "`{`", found: /^=/, hint: "to compare two values, write `==`" },
  { wants: "`=>`", found: /^(->|:)/, hint: "an arm is written `pattern => value`" },
  { wants: "`:`", found: /^[,)A-Z]/, hint: "a parameter and a field have a type: `name: Type`" },
  { wants: "a type", found: /^=/, hint: "write `let name = value` or `let name: Type = value`" },
  { wants: "`,`", found: /^;/, hint: "these are separated by `,`" },
  { wants: "an operator", found: /^\?/, hint: "a choice is written `if c { a } else { b }`" },
  { wants: "an expression", found: /^\+\s/, hint: "write `x += 1`" },
  { wants: "an expression", found: /^=/, hint: "compare with `==`, `<=` or `>=`" },
  { wants: "a statement", found: /^[-+*/%&|^<>=]/, hint: "an operator that continues a line stands at its end" },
];

/**
 * A hint for what was found where something else was wanted, if there is a good one.
 * @param wanted the words of the message's list
 * @param found the whole word, or the character, that stands there
 * @param text the source, and `start` where in it this is
 */
export function hintFor(wanted: ReadonlySet<string>, found: string, text: string, start: number): string | undefined {
  if (found === "fn" && wanted.has("a statement")) {
    return "functions are not declared inside others; one without a name is a value: `let f = fn(x: Int) { ... }`";
  }
  if (found === "extern" && wanted.has("a statement")) return "what is `extern` is declared outside of functions";
  const wantsName = wanted.has("a name");
  if (KEYWORDS.has(found) && wantsName) return `\`${found}\` is a keyword and cannot be a name`;
  if (/^[A-Z]/.test(found) && wantsName) return "names of variables, functions and fields begin with a small letter";
  if (/^_/.test(found)) return "a name begins with a letter; `_` alone is a pattern";
  const wantsDeclaration = [...wanted].some((word) => word.startsWith("a declaration"));
  if (wantsDeclaration && ["let", "var", "const"].includes(found)) {
    return "a variable outside of functions is declared with `global`, and what never changes with `static`";
  }
  const foreign = foreignWord(found, text, start);
  if (foreign !== undefined) return foreign;
  if (/^[a-z]/.test(found) && !KEYWORDS.has(found) && (wanted.has("a capitalised name") || wanted.has("a type"))) {
    return "names of types and cases begin with a capital letter";
  }
  if (found === "}" && text[start - 1] === "{" && wanted.has("an expression")) {
    return "in a text, write `\\{` for a brace";
  }
  if (found === "{" && wanted.has("`allocates`")) {
    return "an extern function has no body, but says what it does to memory: `allocates nothing`, for example";
  }
  // Inside a line or at a brace: what is before has been closed too early.
  if (wantsDeclaration && (found === "}" || (start > 0 && text[start - 1] !== "\n"))) {
    return "is there a `}` too many above?";
  }
  if (wanted.has("a line end") && /^[a-z]/.test(found)) return "two statements on one line are separated by `;`";
  const rest = text.slice(start, start + 2);
  return FOREIGN_SIGNS.find((sign) => wanted.has(sign.wants) && sign.found.test(rest))?.hint;
}

/** Looks at the word found and at the one before it, since `elif x` and `const x` are a name too many. */
function foreignWord(found: string, text: string, start: number): string | undefined {
  const before = /([a-z]+)[ \t]+$/.exec(text.slice(Math.max(0, start - 20), start))?.[1];
  for (const word of [found, before]) {
    if (word !== undefined && Object.hasOwn(FOREIGN_WORDS, word)) return FOREIGN_WORDS[word];
  }
  return undefined;
}
