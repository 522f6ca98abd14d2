/**
 * Random programs in Mote whose loops give array and list variables other values again and again: new ones, those of
 * other variables, parts of them, ones that are kept elsewhere as well.
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";

const ARRAYS = ["a", "b", "c"];
const LISTS = ["p", "q"];
const DECLARATIONS = `class Shelf { row: [Int], list: List[Int] }
global kept: [Int] = [7, 7]
fn filled(n: Int, first: Int) -> [Int] { let made = array(n, first); for i in 1..n { made[i] = made[i - 1] + i }; made }
fn turned(row: [Int], n: Int) -> [Int] { let made = array(row.length, n); for i in 0..row.length { made[i] += row[row.length - 1 - i] }; made }
fn chosen(row: [Int], n: Int) -> [Int] { if n % 3 == 0 { row } else { filled(n % 40 + 2, n) } }
fn listed(row: [Int]) -> List[Int] { let made: List[Int] = []; for v in row { made.push(v) }; made }
fn longer(list: List[Int], n: Int) -> List[Int] { if n % 4 != 0 { list.push(n); list } else { listed(filled(n % 9 + 1, n)) } }
fn sum(row: [Int]) -> Int { let all = 0; for v in row { all = all * 31 + v }; all }
fn sumOf(list: List[Int]) -> Int { let all = list.length; for v in list { all = all * 31 + v }; all }
`;

/** The program that the choices lead to. Its argument is how many iterations its outer loop makes. */
export function generateRotations(choose: Choose): SourceFile {
  const one = (all: readonly string[]): string => all[choose(all.length)]!;
  const inner = (count: number, indent: string, depth: number): string[] =>
    Array.from({ length: count }, () => statement(indent, depth)).flat();
  let names = 0;
  const statement = (indent: string, depth: number): string[] => {
    const [x, y, p, q] = [one(ARRAYS), one(ARRAYS), one(LISTS), one(LISTS)];
    const t = `t${++names}`;
    const size = `${2 + choose(3) * choose(400)} + n % ${1 + choose(5)}`;
    const simple = [
      [`let ${t} = filled(${size}, n)`, `${x} = ${t}`],
      [`let ${t} = array(${size}, n)`, `${t}[1] = sum(${y})`, `${x} = ${t}`],
      [`let ${t} = turned(${y}, n)`, `${x} = ${t}`],
      [`${x} = turned(${x}, n)`],
      [`${x} = chosen(${y}, n)`],
      [`${x} = ${y}`],
      [`${x} = ${x}[${x}.length / 3..${x}.length]`],
      [`shelf.row = ${x}`],
      [`${x} = shelf.row`],
      [`kept = ${x}`],
      [`rows.push(${x})`],
      [`let ${t} = listed(${x})`, `${p} = ${t}`],
      [`let ${t}: List[Int] = []`, `for v in ${q} { ${t}.push(v + 1) }`, `${p} = ${t}`],
      [`${p} = longer(${q}, n)`],
      [`${p} = ${q}`],
      [`for i in 0..${size} { ${p}.push(i) }`],
      [`shelf.list = ${p}`],
      [`${x} = ${p}.finish()`],
      [`all += sum(${x}) + sumOf(${p})`],
    ].map((lines) => lines.map((line) => `${indent}${line}`));
    const nested = [
      () => [
        `${indent}if n % ${2 + choose(3)} == 0 {`,
        ...inner(1 + choose(2), `${indent}  `, depth - 1),
        `${indent}}`,
      ],
      () => [
        `${indent}for j${names} in 0..${1 + choose(3)} {`,
        ...inner(1 + choose(3), `${indent}  `, depth - 1),
        `${indent}}`,
      ],
    ];
    const choice = choose(simple.length + (depth > 0 ? 5 : 0));
    return simple[choice] ?? nested[choice % nested.length]!();
  };
  const main = [
    "fn main(args: [Text]) {",
    "  let all = 0",
    ...ARRAYS.map((name, index) => `  let ${name} = filled(${index + 3}, ${index})`),
    ...LISTS.map((name) => `  let ${name}: List[Int] = [1, 2]`),
    "  let rows: List[[Int]] = []",
    "  let shelf = Shelf { row: a, list: p }",
    "  for n in 0..args[0].toInt() {",
    ...inner(5 + choose(5), "    ", 2),
    "    all = all * 7 + sum(a) + sum(b) + sum(c) + sum(shelf.row) + sumOf(shelf.list) + sum(kept)",
    "    if rows.length > 5 { all += sum(rows[2]); rows.clear() }",
    `    ${LISTS.map((name) => `if ${name}.length > 3000 { ${name} = [all] }`).join("; ")}`,
    "    if shelf.list.length > 3000 { shelf.list = [all] }",
    "  }",
    '  print("{all} {sumOf(p)} {sumOf(q)}")',
    "}",
  ];
  return new SourceFile("rotations.mote", `${DECLARATIONS}${main.join("\n")}\n`);
}
