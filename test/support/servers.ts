/**
 * Random servers in Mote: programs that change what is older than a call, again and again, with little that is alive.
 * A loop or tail calls of one function serve requests; it calls others, which store into fields, elements, lists, a
 * global, a port and what function values have captured. What they print depends on all of it.
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";

const DECLARATIONS = `class Item { id: Int, text: Text = "", next: Item? = None }
class State { text: Text = "", item: Item? = None, kept: List[Item] = [], slots: [Item?], count: Int = 0 }
global last: Text = "none"
global mail: Port[Text] = port(2)
fn make(i: Int) -> Item { Item { id: i, text: "item {i}" } }
fn choose(a: Item, b: Item, i: Int) -> Item { if i % 3 == 0 { a } else { b } }
fn either(i: Int) -> Item { let a = make(i); let b = make(i + 1); if a.text.length > b.text.length { a } else { b } }
fn twice(f: fn(Int), i: Int) { f(i); f(i + 1) }
fn size(item: Item?) -> Int { if let some = item { some.text.length + some.id % 7 } else { 1 } }
fn parts(i: Int) -> List[Text] { let made: List[Text] = []; for j in 0..i % 4 { made.push("part {j} of {i}") }; made }
`;

/** What a function may do with the state `s`, the list `l` and the number `i`; it may add to `sum`. */
const CHANGES = [
  's.text = "text {i}"',
  's.text = "{s.text.length} and {i}"',
  "s.item = make(i)",
  "s.item = either(i)",
  "s.item = Item { id: i, next: s.item }; if i % 40 == 0 { s.item = None }",
  "s.item = choose(make(i), make(i + 5), i)",
  "s.slots[i % s.slots.length] = make(i)",
  "if let item = s.slots[i % s.slots.length] { s.item = item; s.slots[i % 3] = None }",
  "s.kept.push(make(i)); if s.kept.length > 20 { s.kept.pop() }",
  "s.kept.push(either(i)); if s.kept.length > 9 { s.kept.clear() }",
  'l.push("line {i}"); if l.length > 6 { l.remove(0) }',
  "if l.length > 2 { l[1] = s.text }",
  'last = "last {i}"',
  "last = s.text",
  'mail.put("mail {i}"); while let letter = mail.get() { sum += letter.length }',
  "twice(fn(n) { s.item = make(n) }, i)",
  's.item = Item { id: i, text: s.text }; s.text = "new {i}"',
  "s.count += size(s.item)",
];

/** What it may do for itself. */
const OWN = [
  'let t = "{i} of {l.length}"; sum += t.length',
  "for part in parts(i) { sum += part.length }",
  "let item = either(i); sum += size(item)",
  "sum += size(s.item) + s.kept.length",
  "let own = State { slots: array(2, None) }; own.item = make(i); sum += size(own.item)",
];

export function generateServer(choose: Choose, requests: number): SourceFile {
  const count = 1 + choose(3);
  const pick = (from: readonly string[]): string => from[choose(from.length)]!;
  const functions = Array.from({ length: count }, (_, index) => {
    const lines = Array.from({ length: 1 + choose(4) }, () => {
      const line = choose(3) === 0 ? pick(OWN) : pick(CHANGES);
      switch (choose(5)) {
        case 0:
          return `if i % ${2 + choose(5)} == 0 { ${line} }`;
        case 1:
          return `for j in 0..${1 + choose(3)} { ${line} }`;
        default:
          return line;
      }
    });
    if (index > 0 && choose(2) === 0) lines.push(`sum += h${choose(index)}(s, l, i + 1)`);
    return `fn h${index}(s: State, l: List[Text], i: Int) -> Int {\n  let sum = 0\n  ${lines.join("\n  ")}\n  sum\n}`;
  });
  const calls = functions.map((_, index) => `h${index}(s, l, i)`).join(" + ");
  const serve =
    choose(3) === 0
      ? `fn serve(s: State, l: List[Text], i: Int, n: Int, all: Int) -> Int {
  if i == n { all } else { serve(s, l, i + 1, n, (all * 3 + ${calls}) % 1000003) }
}`
      : `fn serve(s: State, l: List[Text], i: Int, n: Int, all: Int) -> Int {
  let sum = all
  for i in i..n { sum = (sum * 3 + ${calls}) % 1000003 }
  sum
}`;
  const main = `fn main() {
  let s = State { slots: array(4, None) }
  let l: List[Text] = ["first"]
  print("{serve(s, l, 0, ${requests}, 1)} {s.text} {size(s.item)} {s.kept.length} {s.count} {l.length} {last}")
}`;
  return new SourceFile("server.mote", `${[DECLARATIONS, ...functions, serve, main].join("\n")}\n`);
}
