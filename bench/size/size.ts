/** How much of a module is the runtime: bytes of its functions by who wrote them. */

import { formatTable } from "../../src/compare/formatting.ts";
import { HINT_PREFIX } from "../../src/lang/codegen/inlining.ts";
import { compile, managerNames, SourceFile } from "../../src/lang/index.ts";
import { functionSizes } from "./sections.ts";

/** One program that allocates nothing, one with a record, and one with everything that allocation can mean. */
const PROGRAMS: readonly { readonly name: string; readonly text: string }[] = [
  { name: "empty", text: "fn main() {}\n" },
  {
    name: "one record",
    text: `union Chain { End, Link(head: Int, tail: Chain) }
fn main(args: [Text]) {
  let chain = End
  for i in 0..1000 { chain = Link(i, chain) }
  match chain { End => {}, Link(_, _) => print("done") }
}
`,
  },
  {
    name: "records, arrays, slices",
    text: `union Chain { End, Link(head: Text, tail: Chain) }
fn main(args: [Text], input: Bytes) {
  let chain = End
  let words: List[Text] = []
  for word in input.toText().split(' ') {
    chain = Link(word[1..], chain)
    words.push(word)
  }
  let all = words.finish()
  if all.length > 0 { all[0] = "first" }
  for word in all { print(word) }
}
`,
  },
];

type Owner = "core" | "manager" | "input and output" | "program" | "hints";

export interface SizeResult {
  readonly program: string;
  readonly manager: string;
  /** The module as `heapwright build` writes it. */
  readonly moduleBytes: number;
  /** Bytes of functions, by who they come from. */
  readonly functions: Readonly<Record<Owner, number>>;
  /** Everything that is not a function: types, imports, globals, static data. */
  readonly otherBytes: number;
}

export async function runSize(): Promise<SizeResult[]> {
  const results: SizeResult[] = [];
  for (const { name, text } of PROGRAMS) {
    for (const manager of managerNames()) {
      const source = new SourceFile(`${name}.mote`, text);
      const { wasm } = await compile(source, { manager });
      const named = await compile(source, { manager, names: true });
      const functions = { core: 0, manager: 0, "input and output": 0, program: 0, hints: 0 };
      let sum = 0;
      for (const { name: fn, bytes } of functionSizes(named.wasm)) {
        functions[ownerOf(fn)] += bytes;
        sum += bytes;
      }
      results.push({
        program: name,
        manager,
        moduleBytes: wasm.byteLength,
        functions,
        otherBytes: wasm.byteLength - sum,
      });
    }
  }
  return results;
}

/** The core's functions keep the names that AssemblyScript gives them, their file's path first. */
function ownerOf(fn: string): Owner {
  if (fn.startsWith("assembly/") || fn.startsWith("~lib/")) return "core";
  if (fn.startsWith(HINT_PREFIX)) return "hints";
  if (/^(wasi|panic)\./.test(fn)) return "input and output";
  return managerNames().some((name) => fn.startsWith(`${name}.`)) ? "manager" : "program";
}

export function describeSize(results: readonly SizeResult[]): string[] {
  const owners: readonly Owner[] = ["core", "manager", "input and output", "program", "hints"];
  return formatTable(
    [
      { title: "program", align: "left" },
      { title: "manager", align: "left" },
      { title: "module bytes", align: "right" },
      ...owners.map((title) => ({ title, align: "right" as const })),
      { title: "other", align: "right" },
    ],
    results.map(({ program, manager, moduleBytes, functions, otherBytes }) => [
      program,
      manager,
      String(moduleBytes),
      ...owners.map((owner) => String(functions[owner])),
      String(otherBytes),
    ]),
  );
}
