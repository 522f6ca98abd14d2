/**
 * Random programs in Mote whose functions make several values, small and large, and return one of them, or something
 * made of some: what is to end where a function returns depends on what the program meets.
 *
 * Rows lead to older rows; a box can be changed to lead to any of them. A function calls those in front of it.
 */

import { SourceFile } from "../../src/lang/source.ts";
import type { Choose } from "./random.ts";
import { ROWS } from "./rows.ts";

const FUNCTIONS = 4;
const SIZES = [1, 3, 40, 300, 3_000];

/** The program that the choices lead to. Its argument is how many iterations its main function makes. */
export function generateChoices(choose: Choose): SourceFile {
  const functions = Array.from({ length: FUNCTIONS }, (_, index) => new Chooser(index, choose).text());
  const main = `fn main(args: [Text]) {
  let kept = Row(1, End)
  let all = 0
  for n in 0..args[0].toInt() {
    let got = f${FUNCTIONS - 1}(n, if n % 3 == 0 { End } else { kept })
    all = all * 17 + sum(got)
    if n % 5 != 4 { kept = Row(n, got) } else { kept = Row(n, End) }
  }
  print("{all} {sum(kept)}")
}`;
  return new SourceFile("choices.mote", `${ROWS}class Box { rows: Rows }\n${[...functions, main].join("\n")}\n`);
}

class Chooser {
  readonly #index: number;
  readonly #choose: Choose;
  readonly #lines: string[] = [];
  #values = ["old"];
  #boxes: string[] = [];
  #count = 0;

  constructor(index: number, choose: Choose) {
    this.#index = index;
    this.#choose = choose;
  }

  text(): string {
    for (let count = 2 + this.#choose(6); count > 0; count--) this.#statement("  ", 2);
    // Rows of one call are few, however many iterations there are.
    this.#lines.push(`  ${this.#decided()}`);
    return `fn f${this.#index}(n: Int, old: Rows) -> Rows {\n${this.#lines.join("\n")}\n}`;
  }

  #statement(indent: string, depth: number): void {
    const add = (text: string): unknown => this.#lines.push(`${indent}${text}`);
    switch (this.#choose(depth > 0 ? 9 : 6)) {
      case 0:
      case 1:
      case 2:
        add(`let ${this.#new()} = ${this.#made()}`);
        this.#values.push(`v${this.#count}`);
        return;
      case 3:
        add(`let b${this.#boxes.length} = Box { rows: ${this.#value()} }`);
        this.#boxes.push(`b${this.#boxes.length}`);
        return;
      case 4:
        if (this.#boxes.length > 0) add(`${this.#one(this.#boxes)}.rows = ${this.#value()}`);
        return;
      case 5:
        add(`if ${this.#test()} { return ${this.#value()} }`);
        return;
      case 6:
        add(`let ${this.#new()} = End`);
        this.#values.push(`v${this.#count}`);
        add(`for i in 0..${1 + this.#choose(60)} { v${this.#count} = Row(i, v${this.#count}) }`);
        return;
      default:
        this.#branches(indent, depth, add);
    }
  }

  /** What is declared in a branch is known there only; a variable around it gets something of it. */
  #branches(indent: string, depth: number, add: (text: string) => unknown): void {
    add(`let ${this.#new()} = ${this.#value()}`);
    const name = `v${this.#count}`;
    add(`if ${this.#test()} {`);
    for (const end of ["} else {", "}"]) {
      const [values, boxes] = [this.#values, this.#boxes];
      [this.#values, this.#boxes] = [[...values], [...boxes]];
      for (let count = 1 + this.#choose(2); count > 0; count--) this.#statement(`${indent}  `, depth - 1);
      add(`  ${name} = ${this.#value()}`);
      [this.#values, this.#boxes] = [values, boxes];
      add(end);
    }
    this.#values.push(name);
  }

  #made(): string {
    switch (this.#choose(4)) {
      case 0:
        return `Row(n + ${this.#choose(9)}, ${this.#value()})`;
      case 1:
        return this.#index > 0 ? `f${this.#choose(this.#index)}(n + 1, ${this.#value()})` : "keep(2)";
      default:
        return `keep(${SIZES[this.#choose(SIZES.length)]} + n % ${1 + this.#choose(50)})`;
    }
  }

  #decided(): string {
    return `if ${this.#test()} { ${this.#value()} } else if ${this.#test()} { ${this.#value()} } else { ${this.#made()} }`;
  }

  #value(): string {
    const all = [...this.#values, ...this.#boxes.map((box) => `${box}.rows`)];
    return this.#one(all);
  }

  #test(): string {
    return `(n + ${this.#choose(5)}) % ${2 + this.#choose(3)} == 0`;
  }

  #new(): string {
    return `v${++this.#count}`;
  }

  #one(all: readonly string[]): string {
    return all[this.#choose(all.length)]!;
  }
}
