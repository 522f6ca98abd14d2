/**
 * Where a program with syntax errors can be taken up again: at a line that begins with two words, or a word and a
 * quote, as every declaration does, and also one whose first word is misspelled or from another language. Texts and
 * comments end with their line, so that such a line is hardly ever anything else.
 */

import type { Span } from "../source.ts";

const DECLARATION_START = /^(?!(?:let|if|else|match|while|for|return)\b)[a-z]+[ \t]+["\w]/gm;

/** Cuts a text before each declaration; the first piece is what comes before the first of them. */
export function piecesOf(text: string): Span[] {
  const starts = [0, ...Array.from(text.matchAll(DECLARATION_START), (match) => match.index), text.length];
  return starts.slice(0, -1).flatMap((start, index) => {
    const end = starts[index + 1]!;
    return start === end ? [] : [{ start, end }];
  });
}

/**
 * The names that a piece with a syntax error may have been meant to declare: those before its first bracket and, unless
 * it is a function of either kind, those of what may be its cases, also when they lack their capital letter.
 */
export function declaredNames(piece: string): string[] {
  const [head] = /^[^({[=:\n]*/.exec(piece)!;
  const words = /^(?:fn|extern)\b/.test(piece) ? head : piece.replace(/\/\/.*/g, "");
  return (words.match(/[A-Za-z_]\w*/g) ?? []).flatMap((word) => [word, word[0]!.toUpperCase() + word.slice(1)]);
}
