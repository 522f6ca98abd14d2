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
              carried: 0,
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

  test("shows mistakes with line and caret", () => {
    const mistaken = workshop.write("mistaken.mote", "fn main() { print(1) }\n");
    const { exitCode, stdout, stderr } = heapwright(["explain", mistaken]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/mistaken\.mote:1:19: error: .*\n 1 \| fn main\(\) \{ print\(1\) \}\n +\| +\^/);
  });
});
