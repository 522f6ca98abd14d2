/** Mote programs in too little memory: under every heap limit, and where the engine refuses to grow the memory. */

import { describe, expect, it } from "vitest";
import { CHUNK_BYTES } from "#contract";
import {
  type BuildOptions,
  managerNames,
  type RunOptions,
  type RunResult,
  runModule,
  SourceFile,
} from "../../src/lang/index.ts";
import { settingsFor } from "../../src/lang/managers/registry.ts";
import { compile } from "../support/fast.ts";
import { withMaximum } from "../support/maximum.ts";
import { ROWS } from "../support/rows.ts";

/** More chunks than any build here needs. */
const MOST_CHUNKS = 150;

/** Allocates at sites of every kind: input, arguments, records, texts, lists, small and large arrays. */
const SOURCE = new SourceFile(
  "mixed.mote",
  `
union Chain { End, Link(head: Text, tail: Chain) }

fn main(args: [Text], input: Bytes) {
  print("{args.length} arguments, the last is {args[args.length - 1]}; {input.length} bytes of input")
  let chain = End
  let words: List[Text] = []
  for i in 0..8000 {
    let word = "word {i} {i * i}"
    chain = Link(word[5..], chain)
    if i % 3 == 0 { words.push(word) }
    if i % 2000 == 0 { print("{i}") }
  }
  let all = words.finish()
  let table = array(10000, 0)
  for i in 0..all.length { table[i] = all[i].length }
  let sum = 0
  for x in table { sum += x }
  let count = 0
  let at = chain
  while count < 8000 {
    match at {
      End => { fail("the chain is too short") }
      Link(head, tail) => {
        sum += head.length
        at = tail
      }
    }
    count += 1
  }
  print("{all.length} words, {sum} bytes")
}
`,
);
/** More than `host` has room for before its memory grows. */
const ARGUMENTS = ["a".repeat(70_000), "", "last"];
const INPUT = new Uint8Array(70_000);
const EXPECTED = `3 arguments, the last is last; 70000 bytes of input
0
2000
4000
6000
2667 words, 144352 bytes
`;

/**
 * Runs the program with more and more chunks, until they are enough. Too few have to end it with a message, behind as
 * much of the right output as was printed before.
 * @returns the outputs of the runs that failed
 */
function runUntilEnough(
  runWith: (chunks: number, options: RunOptions) => RunResult | null,
  options: RunOptions = {},
): ReadonlySet<string> {
  const outputs = new Set<string>();
  for (let chunks = 1; chunks <= MOST_CHUNKS; chunks++) {
    const result = runWith(chunks, { args: ARGUMENTS, input: INPUT, ...options });
    if (result === null) continue;
    const [stdout, stderr] = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString()) as [
      string,
      string,
    ];
    if (result.exitCode === 0) {
      expect({ stdout, stderr }).toEqual({ stdout: EXPECTED, stderr: "" });
      expect(outputs.size).toBeGreaterThan(0);
      return outputs;
    }
    expect(result.exitCode).toBe(1);
    expect(stderr).toMatch(/^error: out of memory(, at mixed\.mote:\d+)?\n$/);
    expect(EXPECTED.startsWith(stdout), stdout).toBe(true);
    outputs.add(stdout);
  }
  return expect.fail(`${MOST_CHUNKS} chunks are not enough`);
}

describe("every heap limit that is too small", () => {
  it.each<BuildOptions>([
    { manager: "gc" },
    { manager: "gc", nurseryBytes: 4096, debug: true },
    { manager: "regions" },
    { manager: "regions", debug: true, zeal: 1 },
    { manager: "sparse" },
    { manager: "sparse", debug: true, zeal: 7 },
    { manager: "leak" },
    { manager: "leak", debug: true },
  ])("%o", async (options) => {
    const { wasm } = await compile(
      SOURCE,
      settingsFor(options.manager, { ...options, shadowStackBytes: CHUNK_BYTES, adjustable: true }),
    );
    const module = new WebAssembly.Module(wasm);
    const outputs = runUntilEnough((chunks, how) =>
      runModule(module, { ...how, settings: { heapLimitBytes: chunks * CHUNK_BYTES } }),
    );
    // It failed both at the start and in the middle.
    expect(outputs.size).toBeGreaterThan(1);
  });
});

describe("a heap limit", () => {
  const source = new SourceFile("growing.mote", `${ROWS}\nfn main() { print("{sum(keep(2000))}") }`);
  const limited = ["gc", "regions", "sparse", "leak"];
  const outcome = (wasm: Uint8Array, options: RunOptions = {}) => {
    const { exitCode, stdout, stderr } = runModule(wasm, options);
    return { exitCode, stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
  };

  it.each(limited)("set when the program starts does what one built in does, under %s", async (manager) => {
    const adjustable = (await compile(source, { manager, adjustable: true })).wasm;
    for (const chunks of [1, 4, 8, 16, 64]) {
      const heapLimitBytes = chunks * CHUNK_BYTES;
      const { wasm } = await compile(source, { manager, heapLimitBytes });
      expect(outcome(adjustable, { settings: { heapLimitBytes } }), `${chunks} chunks`).toEqual(outcome(wasm));
    }
  });

  it("is refused by modules that have no such setting, and where it is no size", async () => {
    const fixed = (await compile(source, { manager: "gc" })).wasm;
    const host = (await compile(source, { manager: "host", adjustable: true })).wasm;
    const adjustable = (await compile(source, { manager: "leak", adjustable: true })).wasm;
    for (const wasm of [fixed, host]) {
      expect(() => outcome(wasm, { settings: { heapLimitBytes: 1 << 20 } })).toThrow(/has no setting heapLimitBytes/);
    }
    expect(() => outcome(adjustable, { settings: { growthPercent: 50 } })).toThrow(/has no setting growthPercent/);
    for (const heapLimitBytes of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(() => outcome(adjustable, { settings: { heapLimitBytes } })).toThrow(/whole number/);
    }
    expect(() => outcome(adjustable, { settings: { memory: 1 } as object })).toThrow(/no setting memory/);
  });
});

describe("every size of memory beyond which growth is refused", () => {
  const builds: BuildOptions[] = [
    ...managerNames().map((manager) => settingsFor(manager, { nurseryBytes: 4096 })),
    { manager: "gc" },
    { manager: "gc", nurseryBytes: 4096, debug: true, zeal: 100 },
    { manager: "gc", nurseryBytes: 256 * 1024, debug: true },
    { manager: "leak", debug: true },
  ];

  it.each(builds)("%o", async (options) => {
    const { wasm } = await compile(SOURCE, options);
    const limited = (pages: number, how: RunOptions): RunResult | null => {
      const module = withMaximum(wasm, pages);
      return module === null ? null : runModule(module, how);
    };
    runUntilEnough(limited);
    runUntilEnough(limited, { pipedBytes: 5000 });
  });
});

/** What keeps so much that a limit of a few times that is tight, and makes much more that it does not keep. */
const TURNOVER: readonly (readonly [name: string, text: string])[] = [
  [
    "records that never change",
    `${ROWS}
fn main(args: [Text]) {
  let kept = End
  let last = End
  for i in 0..2_000_000 {
    if i < 150_000 { kept = Row(i, kept) } else { last = Row(i, if i % 1000 == 0 { End } else { last }) }
  }
  print("{sum(kept)} {sum(last)}")
}`,
  ],
  [
    "records that are changed",
    `
class Cell { a: Int, rest: Cell? }

fn sum(cell: Cell) -> Int {
  let all = cell.a
  while true {
    match cell.rest {
      Some(next) => {
        all = all * 31 + next.a
        cell = next
      }
      None => break
    }
  }
  all
}

fn main(args: [Text]) {
  let kept = Cell { a: 0, rest: None }
  let last = kept
  for i in 1..2_000_000 {
    let cell = Cell { a: i, rest: None }
    if i < 100_000 {
      cell.rest = Some(kept)
      kept = cell
    } else {
      if i % 1000 != 0 { cell.rest = Some(last) }
      last = cell
    }
  }
  print("{sum(kept)} {sum(last)}")
}`,
  ],
  [
    "arrays",
    `
fn main(args: [Text]) {
  let kept: List[[Int]] = []
  let last: [Int] = []
  for i in 0..1_000_000 {
    let next = array(i % 100, i)
    if kept.length < 12_000 { kept.push(next) } else { last = next }
  }
  let sum = last.length
  for each in kept { sum = sum * 31 + each.length }
  print("{sum}")
}`,
  ],
  [
    "what came last",
    `${ROWS}
fn main(args: [Text]) {
  let ring = array(60_000, End)
  for i in 0..1_000_000 { ring[i % 60_000] = Row(i, Row(i + 1, End)) }
  let all = 0
  for rows in ring { all = all * 17 + sum(rows) }
  print("{all}")
}`,
  ],
  [
    "results, of which one of two is returned",
    `${ROWS}
fn choose(count: Int) -> Rows {
  let one = keep(count)
  let other = keep(count + 1)
  if sum(one) % 2 == 0 { one } else { other }
}

fn build(count: Int) -> List[Rows] {
  if count == 0 { return [] }
  let list = build(count - 1)
  list.push(choose(300))
  list
}

fn main(args: [Text]) {
  let all = 0
  for rows in build(700) { all = all * 31 + sum(rows) }
  print("{all}")
}`,
  ],
  [
    "a large array after many small objects",
    `${ROWS}
fn total(count: Int) -> Int { sum(keep(count)) }

fn main(args: [Text]) {
  let table = array(700_000, total(250_000))
  print("{table[699_999]}")
}`,
  ],
];

const COLLECTING = ["gc", "regions", "sparse"];

describe("a heap limit of a few times what is kept", () => {
  it.each(TURNOVER)("is enough for %s", async (_name, text) => {
    const source = new SourceFile("turnover.mote", text);
    const print = async (options: BuildOptions): Promise<string> => {
      const { stdout, stderr } = runModule((await compile(source, options)).wasm, { args: [] });
      return Buffer.concat([stdout, stderr]).toString();
    };
    const expected = await print({ manager: "leak" });
    for (const manager of COLLECTING) expect(await print({ manager, heapLimitBytes: 8 << 20 }), manager).toBe(expected);
  });
});

describe("an engine that grants less than two times what is kept", () => {
  const kept = TURNOVER.slice(0, 2).map(
    ([name, text]) =>
      [
        name,
        text.replace("2_000_000", "5_000_000").replace("150_000", "1_500_000").replace("100_000", "1_000_000"),
      ] as const,
  );

  it.each(kept)("is enough for %s", async (_name, text) => {
    const source = new SourceFile("turnover.mote", text);
    const { stdout } = runModule((await compile(source, { manager: "leak" })).wasm, { args: [] });
    for (const manager of COLLECTING) {
      const { wasm } = await compile(source, { manager });
      // Of 24 MB.
      const granted = runModule(withMaximum(wasm, 48 * 16)!, { args: [] });
      expect({ ...granted, stdout: Buffer.from(granted.stdout) }, manager).toMatchObject({
        exitCode: 0,
        stdout: Buffer.from(stdout),
      });
    }
  });
});
