/**
 * Random programs in Mote whose functions give global arrays and texts other values again and again, while variables,
 * slices, fields, lists, function values and running calls may still have the old ones.
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";

const ROWS = ["a", "b", "c"];
const TEXTS = ["s", "t"];
const DECLARATIONS = `class Shelf { row: [Int], text: Text = "", look: fn() -> Int = nothing }
global shelf = Shelf { row: [1, 2] }
global a: [Int] = [1, 2, 3]
global b: [Int] = filled(4, 5)
global c: [Int] = array(900, 1)
global s: Text = "first"
global t: Text = "{b.length} more"
global all = 0
fn nothing() -> Int { 0 }
fn filled(n: Int, first: Int) -> [Int] { let made = array(n, first); for i in 1..n { made[i] = made[i - 1] + i }; made }
fn turned(row: [Int], n: Int) -> [Int] { let made = array(row.length, n); for i in 0..row.length { made[i] += row[row.length - 1 - i] }; made }
fn chosen(row: [Int], n: Int) -> [Int] { if n % 3 == 0 { row } else { filled(n % 40 + 2, n) } }
fn listed(n: Int) -> [Int] { let made: List[Int] = []; for i in 0..n { made.push(i) }; made.finish() }
fn sum(row: [Int]) -> Int { let all = 0; for v in row { all = all * 31 + v }; all }
fn joined(x: Text, n: Int) -> Text { if x.length > 60 { "{n}" } else { "{x}{n}" } }
fn doubled(n: Int) -> Text { let made = ""; for i in 0..n % 5 { made = made + "{i}" }; made }
fn weigh(n: Int) { all = (all * 31 + n) & 0xffffff }
`;

/** The program that the choices lead to. @param calls how many times `main` calls its functions */
export function generateGlobals(choose: Choose, calls: number): SourceFile {
  const one = (from: readonly string[]): string => from[choose(from.length)]!;
  // What happens to the others may keep what they hold.
  const daring = new Set([...ROWS, ...TEXTS].filter(() => choose(3) === 0));
  const functions = 2 + choose(3);
  let names = 0;
  const row = (g: string): string[][] => {
    const v = `v${++names}`;
    const size = `${2 + choose(3) * choose(600)} + n % ${1 + choose(5)}`;
    const other = one(ROWS);
    const careful = [
      [`${g} = array(${size}, n)`],
      [`${g} = filled(${size}, ${other}[0])`],
      [`${g} = turned(${g}, n)`],
      [`${g} = turned(${other}, n)`],
      [`${g} = listed(n % 700)`, `if ${g}.length == 0 { ${g} = [n] }`],
      [`let ${v} = filled(${size}, n)`, `${v}[1] = sum(${other})`, `${g} = ${v}`],
      [`if n % 2 == 0 { ${g} = [n, ${other}.length] }`],
      [`let ${v}: List[Int] = []`, `for i in 0..${size} { ${v}.push(i) }`, `${g} = ${v}.finish()`],
      [`let ${v} = ${g}[${g}.length / 2..]`, `weigh(sum(${v}))`],
      [`${g}[n % ${g}.length] = n`],
      [`for v in ${g} { weigh(v) }`],
    ];
    if (!daring.has(g)) return careful;
    return [
      ...careful,
      [`${g} = ${other}`],
      [`${g} = chosen(${other}, n)`],
      [`let ${v} = ${g}`, `f${choose(functions)}(n - 1)`, `weigh(sum(${v}))`],
      [`let ${v} = ${g}`, `${g} = filled(${size}, n)`, `weigh(sum(${v}))`],
      [`let ${v} = filled(${size}, n)`, `${g} = ${v}`, `shelf.row = ${v}`],
      [`shelf.row = ${g}`],
      [`${g} = shelf.row`],
      [`let ${v} = ${g}`, `shelf.look = fn() { ${v}[0] }`],
      [`${g} = ${g}[${g}.length / 3..]`, `if ${g}.length < 2 { ${g} = filled(${size}, n) }`],
      [`let ${v} = [n]`, `for i in 0..3 { ${g} = ${v}; ${v} = filled(i + 2, n) }`, `weigh(${v}[0])`],
    ];
  };
  const text = (g: string): string[][] => {
    const v = `v${++names}`;
    const other = one(TEXTS);
    const careful = [
      [`${g} = "{n} and {${other}.length}"`],
      [`${g} = joined(${g}, n)`],
      [`${g} = joined(${other}, n)`],
      [`${g} = "none"`],
      [`${g} = doubled(n)`],
      [`if n % 3 == 0 { ${g} = "{n}" } else { ${g} = "else {n}" }`],
      [`let ${v} = if n % 2 == 0 { "even" } else { "odd {n}" }`, `${g} = ${v}`],
      [`weigh(${g}.length)`],
      [`for part in ${g}.split('1') { weigh(part.length) }`],
    ];
    if (!daring.has(g)) return careful;
    return [
      ...careful,
      [`${g} = ${other}`],
      [`let ${v} = ${g}`, `f${choose(functions)}(n - 1)`, `weigh(${v}.length)`, `shelf.text = ${v}`],
      [`shelf.text = ${g}`],
      [`${g} = shelf.text`],
      [`if ${g}.length > 3 { ${g} = ${g}[1..] }`],
      [`let ${v} = "{n}!"`, `${g} = ${v}`, `${other} = ${v}`],
    ];
  };
  const inner = (count: number, depth: number): string[] =>
    Array.from({ length: count }, () => statement(depth)).flat();
  const statement = (depth: number): string[] => {
    if (depth > 0 && choose(4) === 0) {
      const head = choose(2) === 0 ? `if n % ${2 + choose(3)} == 0` : `for j${++names} in 0..${1 + choose(3)}`;
      return [`${head} {`, ...inner(1 + choose(2), depth - 1), "}"];
    }
    const all = choose(3) === 0 ? text(one(TEXTS)) : row(one(ROWS));
    return all[choose(all.length)]!;
  };
  const bodies = Array.from({ length: functions }, (_, index) => [
    `fn f${index}(n: Int) {`,
    "  if n <= 0 { return }",
    ...inner(3 + choose(4), 2).map((line) => `  ${line}`),
    ...(index > 0 ? [`  if n % 3 == 0 { f${choose(index)}(n - 1) }`] : []),
    "}",
  ]);
  const main = [
    "fn main() {",
    `  for n in 0..${calls} {`,
    `    f${functions - 1}(n % 50)`,
    "    let look = shelf.look",
    "    weigh(sum(a) + sum(b) + sum(c) + s.length + t.length + sum(shelf.row) + shelf.text.length + look())",
    "  }",
    '  print("{all} {s} {t}")',
    "}",
  ];
  return new SourceFile("globals.mote", `${DECLARATIONS}${[...bodies.flat(), ...main].join("\n")}\n`);
}
