/** `explain`: the margin, what is said of functions, JSON, and mistakes. */

import { describe, expect, test } from "vitest";
import { heapwright, Workshop } from "./cli.ts";

const workshop = new Workshop();
const program = workshop.write(
  "wrap.mote",
  `union Number { Small(n: Int), Wrapped(inner: Number) }

fn wrap(x: Number) -> Number { Wrapped(x) }

fn put(list: List[Number], x: Number) {
  list.push(x)
}

fn main() {
  let list: List[Number] = []
  put(list, wrap(Small(1)))
  print("done")
}
`,
);

const choices = workshop.write(
  "choices.mote",
  `union Tree { Leaf, Node(left: Tree, right: Tree) }

fn make(depth: Int) -> Tree {
  if depth == 0 { Leaf } else { Node(make(depth - 1), make(depth - 1)) }
}

fn choose(n: Int) -> Tree {
  let one = make(2)
  let other = make(1)
  if n % 4 == 0 { one } else if n % 4 == 1 { other } else { Leaf }
}

fn size(tree: Tree) -> Int {
  match tree { Leaf => 0, Node(left, right) => 1 + size(left) + size(right) }
}

fn main(args: [Text]) {
  let sum = 0
  let most = args[0].toInt()
  for n in 0..most { sum += size(choose(n)) }
  if most > 100 { fail("too many") }
  write("{sum}\\n")
}
`,
);

describe("explain", () => {
  test("prints the source with placements on its left and summaries above functions", () => {
    const { exitCode, stdout, stderr } = heapwright(["explain", program]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toBe(
      `
                                            1 | union Number { Small(n: Int), Wrapped(inner: Number) }
                                            2 |
                                              | # wrap returns \`x\` inside its result
                                              | # wrap allocates for its caller, result: Wrapped
Wrapped: result                             3 | fn wrap(x: Number) -> Number { Wrapped(x) }
                                            4 |
                                              | # put may store \`x\` into \`list\`
                                              | # put allocates for its caller, into list: List[Number] storage
                                            5 | fn put(list: List[Number], x: Number) {
List[Number] storage: into list             6 |   list.push(x)
                                            7 | }
                                            8 |
                                            9 | fn main() {
List[Number] storage, List[Number]: local  10 |   let list: List[Number] = []
Small, wrap(), put(): local                11 |   put(list, wrap(Small(1)))
                                           12 |   print("done")
                                           13 | }
`.slice(1),
    );
  });

  test("lists internal functions when asked", () => {
    expect(heapwright(["explain", program]).stdout).not.toContain("List[Number].grow");
    const { stdout } = heapwright(["explain", program, "--internal"]);
    expect(stdout).toContain(
      [
        "List[Number].grow:",
        "  # may return `list.storage` inside its result",
        "  # allocates for its caller, result + into list: List[Number] storage",
        "  List[Number] storage: result + into list",
      ].join("\n"),
    );
    expect(stdout).toContain(
      [
        "fn wrap(x: Number) in caller 0 -> (Number)",
        "  union: Number = new Number.Wrapped(x) in caller 0",
        "  return union",
      ].join("\n"),
    );
  });

  test("gives the same as JSON", () => {
    const { exitCode, stdout } = heapwright(["explain", program, "--json"]);
    expect(exitCode).toBe(0);
    const { file, functions } = JSON.parse(stdout) as { file: string; functions: { name: string }[] };
    expect(file).toBe(program);
    expect(functions.map(({ name }) => name).sort()).toEqual(["main", "put", "wrap"]);
    const stays = { destinations: [], certain: false, parts: [] };
    expect(functions.find(({ name }) => name === "put")).toEqual({
      name: "put",
      line: 5,
      internal: false,
      summary: ["may store `x` into `list`", "allocates for its caller, into list: List[Number] storage"],
      parameters: [
        { name: "list", type: "List[Number]", ...stays },
        { ...stays, name: "x", type: "Number", destinations: [{ to: "parameter", index: 0, name: "list" }] },
      ],
      globals: [],
      sites: [],
      calls: [
        {
          line: 6,
          callee: "List[Number].grow",
          tail: false,
          groups: [
            {
              whats: ["List[Number] storage"],
              destinations: [{ to: "parameter", index: 0, name: "list" }],
              certain: false,
              loops: 0,
              loopCarried: 0,
              inHeap: false,
              pilesUp: false,
              primary: null,
            },
          ],
        },
      ],
    });
    expect(functions.find(({ name }) => name === "wrap")).toMatchObject({
      parameters: [{ name: "x", destinations: [{ to: "result", index: 0, part: true }], certain: true }],
      sites: [{ line: 3, what: "Wrapped", destinations: [{ to: "result", index: 0, part: false }], certain: true }],
    });
  });

  test("runs the program, and shows what each place allocated and what became of it", () => {
    const { exitCode, stdout, stderr } = heapwright(["explain", choices, "--run", "--", "8"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "8\n" });
    // How long frames are is the manager's business.
    expect(stdout.replace(/frames [\d,]+ B/, "frames N B")).toBe(
      `
                                               1 | union Tree { Leaf, Node(left: Tree, right: Tree) }
                                               2 |
                                                 | # make allocates for its caller, result: Node
                                                 | # make allocates for its caller, in result: Node
                                                 | # make allocated 512 B for its caller
                                               3 | fn make(depth: Int) -> Tree {
Node: result                       32 x 16 B   4 |   if depth == 0 { Leaf } else { Node(make(depth - 1), make(depth - 1)) }
make(): in result                                |
                                               5 | }
                                               6 |
                                                 | # choose allocates for its caller, result: Node
                                                 | # choose allocates for its caller, in result: Node
                                                 | # choose left its caller 224 B, dropped 288 B of what it had for its caller
                                               7 | fn choose(n: Int) -> Tree {
make() Node: maybe result                      8 |   let one = make(2)
make() Node: maybe in result                     |
make() Node: maybe result                      9 |   let other = make(1)
make() Node: maybe in result                     |
                                              10 |   if n % 4 == 0 { one } else if n % 4 == 1 { other } else { Leaf }
                                              11 | }
                                              12 |
                                              13 | fn size(tree: Tree) -> Int {
                                              14 |   match tree { Leaf => 0, Node(left, right) => 1 + size(left) + size(right) }
                                              15 | }
                                              16 |
                                                 | # main allocated 48 B in its own region
arguments: tail call          2, 48 B in all  17 | fn main(args: [Text]) {
                                              18 |   let sum = 0
                                              19 |   let most = args[0].toInt()
choose(): local                               20 |   for n in 0..most { sum += size(choose(n)) }
                                              21 |   if most > 100 { fail("too many") }
List[Byte] storage: local           1 x 32 B  22 |   write("{sum}\\n")
List[Byte]: local                   1 x 16 B     |
                                              23 | }

36 objects, 608 B; of them by the library 0, 0 B
segments 1,024 B at most, frames N B at most
0 collections copied 0 B and ended 0 B; returns dropped 288 B
`.slice(1),
    );
  });

  test("gives what a run has counted as JSON", () => {
    const { exitCode, stdout } = heapwright(["explain", choices, "--run", "--json", "--", "8"]);
    expect(exitCode).toBe(0);
    const { functions, run } = JSON.parse(stdout) as { functions: { name: string }[]; run: object };
    expect(run).toEqual({
      ...{ exitCode: 0, objects: 36, bytes: 608, frameBytes: expect.any(Number) },
      regions: {
        ...{ collections: 0, fullCollections: 0, usedBytes: 1024, peakBytes: 1024 },
        ...{ copiedBytes: 0, freedBytes: 0, droppedBytes: 288 },
      },
    });
    const nothing = {
      own: 0,
      iterations: 0,
      caller: 0,
      heap: 0,
      globals: 0,
      adopted: 0,
      dropped: 0,
      collections: 0,
      copied: 0,
      segments: 0,
    };
    expect(functions.find(({ name }) => name === "make")).toMatchObject({
      sites: [{ line: 4, what: "Node", objects: 32, bytes: 512 }],
      profile: { ...nothing, caller: 512 },
    });
    expect(functions.find(({ name }) => name === "choose")).toMatchObject({
      profile: { ...nothing, adopted: 224, dropped: 288 },
    });
  });

  test("says what was allocated in the collected heap", () => {
    const counter = workshop.write(
      "counter.mote",
      `union Last { Empty, Value(n: Int) }
class Counter {
  last: Last
  fn run(n: Int) { for i in 0..n { this.last = Value(i) } }
}
fn main() { Counter { last: Empty }.run(10) }
`,
    );
    const { exitCode, stdout } = heapwright(["explain", counter, "--run"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("# Counter.run allocated 80 B in the collected heap\n");
  });

  test("counts at a call of the library what is made during it", () => {
    const { stdout } = heapwright(["explain", program, "--run", "--json"]);
    const { functions } = JSON.parse(stdout) as { functions: { name: string }[] };
    expect(functions.find(({ name }) => name === "put")).toMatchObject({
      calls: [{ line: 6, callee: "List[Number].grow", objects: 1, bytes: 24 }],
    });
  });

  test("shows what was counted up to where a program failed", () => {
    const { exitCode, stdout, stderr } = heapwright(["explain", choices, "--run", "--", "101"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "too many\n" });
    expect(stdout).toContain("# make allocated 6,464 B for its caller");
    const missing = heapwright(["explain", choices, "--run"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(/^error: index 0 .*, at .*choices\.mote:19\n$/);
    expect(missing.stdout).toContain("0 objects, 0 B");
  });

  test("shows what was counted up to where an extern function failed", () => {
    const asking = workshop.write(
      "asking.mote",
      `extern "answers" fn answer(n: Int) -> Int allocates nothing
fn main() { for i in 0..5 { let kept = array(4, i); print("{answer(kept[0])}") } }
`,
    );
    const answers = workshop.write(
      "answers.mjs",
      "export const answer = (n) => { if (n === 2) throw new Error('no answer'); return n; };\n",
    );
    const { exitCode, stdout, stderr } = heapwright(["explain", asking, "--run", "--extern", `answers=${answers}`]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^\[Int\]: local +3, 72 B in all +2 \| fn main/m);
    expect(stderr).toMatch(/^error: .*answer.* failed: no answer$/m);
  });

  test("gives a run what it is given, and refuses that without one", () => {
    const filter = workshop.write(
      "filter.mote",
      `extern port words: Text
extern port found: Text
fn main(args: [Text]) { while let word = words.get() { if word.contains(args[0]) { found.put(word) } } }
`,
    );
    const words = workshop.write("words.txt", "one\ntwo\nthree\n");
    const given = ["--get", `words=${words}`, "--put", "found=-"];
    const { exitCode, stdout, stderr } = heapwright(["explain", filter, "--run", ...given, "--", "e"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "one\nthree\n" });
    expect(stdout).toContain("# main allocated");
    for (const more of [given, ["--input", words], ["--", "e"]]) {
      const refused = heapwright(["explain", filter, ...more]);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain("explain runs the program only with --run");
    }
  });

  test("shows mistakes with line and caret", () => {
    const mistaken = workshop.write("mistaken.mote", "fn main() { print(1) }\n");
    const { exitCode, stdout, stderr } = heapwright(["explain", mistaken]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/mistaken\.mote:1:19: error: .*\n 1 \| fn main\(\) \{ print\(1\) \}\n +\| +\^/);
  });
});
