/**
 * Random well-typed programs in Mote: recursion and tail calls, functions as values, arrays, slices and unpacked
 * arrays, lists, classes that are changed and refer to each other in circles, optionals, ports and globals. They end,
 * they never stop with an error, and what they print depends on all that they made.
 *
 * Every function has a parameter `depth`, which calls pass on smaller by one; at zero nothing more is called. Functions
 * as values call nothing that is written by chance, so that none can call itself. Values are looked at only so deep
 * (`fuel`).
 */

import { SourceFile } from "../../src/lang/source.ts";
import { CHANGES, DECLARATIONS, GLOBALS, KIND_OF, KINDS, SIMPLEST, WAYS } from "./mote-kinds.ts";
import type { Choose } from "./random.ts";

const DEPTH = 3;

interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly result: string;
}

/** The program that the choices lead to; the choice 0 leads to the shortest, wherever there is one. */
export function generateSource(choose: Choose): SourceFile {
  const signatures = Array.from({ length: 1 + choose(4) }, (_, index) => ({
    name: `f${index}`,
    parameters: Array.from({ length: choose(4) }, () => pick(KINDS, choose).type),
    result: pick(KINDS, choose).type,
  }));
  const functions = signatures.map((signature) => new Body(signature, signatures, choose).lines());
  const main = new Body({ name: "main", parameters: [], result: "" }, signatures, choose).lines();
  return new SourceFile("random.mote", `${DECLARATIONS}\n${[...functions, main].flat().join("\n")}\n`);
}

function pick<T>(values: readonly T[], choose: Choose): T {
  return values[choose(values.length)]!;
}

interface Known {
  readonly name: string;
  readonly type: string;
  /** It is assigned to somewhere, so that no function value may capture it. */
  readonly assigned: boolean;
}

class Body {
  readonly #signature: Signature;
  readonly #functions: readonly Signature[];
  readonly #choose: Choose;
  readonly #lines: string[] = [];
  /** What may be read here, and what could be around each open block. */
  #scope: Known[];
  readonly #around: Known[][] = [];
  #indent = "  ";
  #count = 0;

  constructor(signature: Signature, functions: readonly Signature[], choose: Choose) {
    this.#signature = signature;
    this.#functions = functions;
    this.#choose = choose;
    this.#scope = signature.parameters.map((type, index) => ({ name: `p${index}`, type, assigned: false }));
  }

  lines(): readonly string[] {
    const { name, result, parameters } = this.#signature;
    if (name === "main") {
      for (const each of this.#functions)
        this.#let(each.result, `${each.name}(${this.#arguments(each, String(DEPTH))})`);
      this.#print();
      for (const [type, global] of Object.entries(GLOBALS)) this.#add(`print("{${numberOf(type, global)}}")`);
      return ["fn main() {", ...this.#lines, "}"];
    }
    this.#add(`if depth <= 0 { return ${this.#known(result) ?? SIMPLEST[result]} }`);
    this.#statements(2 + this.#choose(7), 2);
    this.#add(this.#choose(3) === 0 ? this.#tailCall() : this.#value(result));
    const listed = ["depth: Int", ...parameters.map((type, index) => `p${index}: ${type}`)].join(", ");
    return [`fn ${name}(${listed}) -> ${result} {`, ...this.#lines, "}"];
  }

  #add(line: string): void {
    this.#lines.push(this.#indent + line);
  }

  #let(type: string, expression: string, assigned = false): string {
    const name = `${assigned ? "m" : "v"}${this.#count++}`;
    this.#add(`let ${name}: ${type} = ${expression}`);
    this.#scope.push({ name, type, assigned });
    return name;
  }

  #known(type: string, isCaptured = false): string | undefined {
    const known = this.#scope.filter((each) => each.type === type && !(isCaptured && each.assigned));
    return known.length === 0 ? undefined : pick(known, this.#choose).name;
  }

  /** The name of a value: mostly of one that exists, or is held by one, sometimes of a new one. */
  #value(type: string, effort = 2, isCaptured = false): string {
    const how = this.#choose(6);
    if (how < 3) {
      const known = this.#known(type, isCaptured);
      if (known !== undefined) return known;
    }
    if (how === 3 && GLOBALS[type] !== undefined) return GLOBALS[type];
    if (effort === 0) return this.#known(type, isCaptured) ?? this.#let(type, SIMPLEST[type]!);
    if (how === 4) {
      const ways = WAYS.filter(([, to]) => to === type);
      const found = ways[this.#choose(ways.length + 1)];
      if (found !== undefined) {
        const [from, , way] = found;
        const holder = this.#value(from, effort - 1);
        return this.#let(type, way.replaceAll("$", holder).replaceAll("#", String(this.#choose(9))));
      }
    }
    const isFunction = type.startsWith("fn");
    const make = KIND_OF.get(type)!.make((inner) => this.#value(inner, effort - 1, isFunction), this.#choose);
    return this.#let(type, make);
  }

  #statements(count: number, nesting: number): void {
    for (let left = count; left > 0; left--) this.#statement(nesting);
  }

  #statement(nesting: number): void {
    switch (this.#choose(nesting > 0 ? 13 : 9)) {
      case 0:
        this.#print();
        return;
      case 1:
      case 2:
      case 3: {
        const [of, change] = pick(CHANGES, this.#choose);
        const line = change.replaceAll("$", this.#value(of));
        this.#add(line.replace(/@([^@]+)@/g, (_, type: string) => this.#value(type)));
        return;
      }
      case 4: {
        const { type } = pick(KINDS, this.#choose);
        this.#let(type, this.#value(type), true);
        return;
      }
      case 5: {
        const targets = this.#scope.filter(({ assigned }) => assigned);
        if (targets.length === 0) return;
        const { name, type } = pick(targets, this.#choose);
        this.#add(`${name} = ${this.#value(type)}`);
        return;
      }
      case 6: {
        const type = pick(Object.keys(GLOBALS), this.#choose);
        this.#add(`${GLOBALS[type]} = ${this.#value(type)}`);
        return;
      }
      case 7:
      case 8:
        this.#call();
        return;
      case 9:
        this.#open(`if ${this.#value("Int")} % 2 == 0 {`, nesting);
        if (this.#choose(4) === 0) this.#indented(() => this.#add(`return ${this.#value(this.#signature.result, 0)}`));
        this.#close("} else {");
        this.#open("", nesting);
        this.#close("}");
        return;
      case 10:
        this.#open(`for i${nesting} in 0..${1 + this.#choose(3)} {`, nesting);
        this.#close("}");
        return;
      case 11: {
        const [cell, number] = [`v${this.#count++}`, `v${this.#count++}`];
        this.#add(`match ${this.#value("Tree")} {`);
        this.#add('  Leaf => print("leaf")');
        this.#open(`  Node(left${nesting}, ${cell}, ${number}) => {`, nesting, [
          { name: `left${nesting}`, type: "Tree", assigned: false },
          { name: cell, type: "Cell", assigned: false },
          { name: number, type: "Int", assigned: false },
        ]);
        this.#close("} }");
        return;
      }
      default: {
        const name = `v${this.#count++}`;
        this.#open(`while let ${name} = ${this.#value("Port[Tree]")}.get() {`, nesting, [
          { name, type: "Tree", assigned: false },
        ]);
        this.#indented(() => this.#add("break"));
        this.#close("}");
      }
    }
  }

  /** Begins a block with statements in it; what is defined there cannot be read behind it. */
  #open(head: string, nesting: number, bound: readonly Known[] = []): void {
    if (head !== "") this.#add(head);
    this.#around.push(this.#scope);
    this.#scope = [...this.#scope, ...bound];
    this.#indented(() => this.#statements(1 + this.#choose(3), nesting - 1));
  }

  #indented(write: () => void): void {
    this.#indent += "  ";
    write();
    this.#indent = this.#indent.slice(2);
  }

  #close(end: string): void {
    this.#scope = this.#around.pop()!;
    this.#add(end);
  }

  #call(): void {
    const callee = pick(this.#functions, this.#choose);
    this.#let(callee.result, `${callee.name}(${this.#arguments(callee, "depth - 1")})`);
  }

  #tailCall(): string {
    const callees = this.#functions.filter(({ result }) => result === this.#signature.result);
    const callee = pick(callees, this.#choose);
    return `${callee.name}(${this.#arguments(callee, "depth - 1")})`;
  }

  #arguments({ parameters }: Signature, depth: string): string {
    return [depth, ...parameters.map((type) => this.#value(type))].join(", ");
  }

  #print(): void {
    const shown = this.#scope.slice(-3).map(({ name, type }) => `{${numberOf(type, name)}}`);
    this.#add(`print("${this.#signature.name} ${shown.join(" ")}")`);
  }
}

function numberOf(type: string, value: string): string {
  return KIND_OF.get(type)!.number.replaceAll("$", value);
}
