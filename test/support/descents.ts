/**
 * Random recursions in Mote that go deep. Each level makes much and needs little of it when it calls the next one: a
 * field, an element, what one iteration has chosen. What they print depends on what each level has kept.
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";

const declarations = (size: number): string => `class Item { id: Int, text: Text = "", data: [Int], next: Item? = None }
fn load(n: Int) -> Item { Item { id: n, text: "item {n}", data: array(${size * 13} + n % 7, n), next: Item { id: n + 1, data: array(2, n) } } }
fn lines(n: Int) -> List[Text] { let made: List[Text] = []; for j in 0..${size} + n % 5 { made.push("line {j} of {n}") }; made }
fn longer(a: Text, b: Text) -> Text { if a.length > b.length { a } else { b } }
fn pick(n: Int) -> Item { let a = load(n); let b = load(n + 1); if a.data.length > b.data.length { a } else { b } }
fn tiny(item: Item) -> Item { Item { id: item.id, text: item.text, data: array(1, item.id) } }
fn size(item: Item?) -> Int { if let some = item { some.text.length + some.id % 7 + some.data.length } else { 1 } }
`;

/** What a level makes, and what of it an expression of type Int, \`K\`, needs after the next level. */
const MAKES: readonly (readonly [statements: string, kept: string])[] = [
  ["let aX = load(n); let kX = aX.text", "kX.length"],
  ["let aX = load(n); let kX = aX.next", "size(kX)"],
  ["let aX = pick(n); let kX = aX.text", "kX.length + n % 2"],
  ["let aX = load(n); let kX = aX.data[n % 90]", "kX % 11"],
  ["let aX = lines(n); let kX = aX[n % aX.length]", "kX.length"],
  ["let aX = lines(n); let bX = lines(n + 1); let kX = longer(aX[3], bX[n % 9])", "kX.length"],
  ["let aX = array(SIZE, n); aX[n % 90] = 5; let kX = aX[3] + aX[n % 9]", "kX % 13"],
  ['let kX = ""; for j in 0..4 { let item = load(j + n); if j == n % 4 { kX = item.text } }', "kX.length"],
  ["let kX = tiny(load(n)); for j in 0..3 { let other = pick(j); if other.id > n { kX = tiny(other) } }", "size(kX)"],
  ["let aX: List[Item] = []; for j in 0..6 { aX.push(load(j)) }; let kX = aX[n % 6].text", "kX.length"],
  [
    'let aX: List[Text] = []; for j in 0..SIZE / 15 { aX.push("{j} {n}"); if aX.length > 3 { aX.remove(0) } }',
    "aX.length",
  ],
];

/** What it hands on. */
const HANDS = [
  "given",
  "tiny(given)",
  'Item { id: n, text: "{given.text.length}", data: array(1, n) }',
  "tiny(load(n))",
];

/** @param size how long lists are; arrays are longer */
export function generateDescent(choose: Choose, depth: number, size: number): SourceFile {
  const count = 1 + choose(3);
  const pick = <T>(from: readonly T[]): T => from[choose(from.length)]!;
  const functions = Array.from({ length: count }, (_, index) => {
    const made = Array.from({ length: 1 + choose(3) }, (_, at) =>
      pick(MAKES).map((part) => part.replaceAll("X", `${at}`).replaceAll("SIZE", `${size * 15}`)),
    );
    const returns = choose(2) === 0;
    const call = `h${choose(count)}(n - 1, ${pick(HANDS)})`;
    const body = [...made.map(([statements]) => statements)];
    const kept = made.map(([, expression]) => expression).join(" + ");
    if (choose(3) === 0)
      body.push(
        `for i in 0..2 { let inner = load(i + n); let part = inner.text; if i == 0 { r = ${call} }; all += part.length }`,
      );
    else body.push(`r = ${call}`);
    if (returns)
      body.push(
        `let own = tiny(load(n)); own.id = (all + size(r) + ${kept}) % 1009; if n % 5 == 0 { r.next = None; own } else { r.id = own.id; r }`,
      );
    else body.push(`let own = pick(n); own.id = (all + size(r) + ${kept}) % 1013; tiny(own)`);
    return `fn h${index}(n: Int, given: Item) -> Item {
  if n == 0 { return tiny(given) }
  let all = given.id % 5
  let r = given
  ${body.join("\n  ")}
}`;
  });
  const main = `fn main() {
  let r = h0(${depth}, tiny(load(1)))
  print("{r.id} {r.text}")
}`;
  return new SourceFile("descent.mote", `${[declarations(size), ...functions, main].join("\n")}\n`);
}
