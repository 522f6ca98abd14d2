/** Opaque handles of extern modules: an object each, one function that frees it, all freed in the end. */

import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/lang/frontend.ts";
import { type BuildOptions, type ExternModules, managerNames, runModule, SourceFile } from "../../src/lang/index.ts";
import { compile } from "../support/fast.ts";
import { interpret } from "../support/interpret.ts";

const BUILDS: readonly BuildOptions[] = [
  ...managerNames().flatMap((manager) => [{ manager }, { manager, debug: true }]),
  { manager: "gc", debug: true, nurseryBytes: 4096, zeal: 1 },
];

const DECLARATIONS = `extern "db" handle Database freed by close
extern "db" handle Query freed by finish
extern "db" fn open(name: Text) -> Database
extern "db" fn find(db: Database, key: Int) -> Query?
extern "db" fn insert(db: Database, value: Int) allocates within
extern "db" fn size(db: Database) -> Int allocates nothing
extern "db" fn value(query: Query?) -> Int allocates nothing
extern "db" fn freed() -> Int allocates nothing
`;

interface Outcome {
  readonly output: string;
  readonly error: string;
  /** What the module did, in order. */
  readonly log: readonly string[];
}

/** A database of its own: what its handles stand for only it knows, and it notes what is freed. */
function database(log: string[]): ExternModules {
  const open = new Map<number, { name: string; values: number[] }>();
  let next = 100;
  const add = (name: string, values: number[]) => {
    open.set(++next, { name, values });
    return next;
  };
  const get = (handle: number) => {
    const found = open.get(handle);
    if (found === undefined) throw new Error(`no handle ${handle}`);
    return found;
  };
  const free = (handle: number) => {
    log.push(`${get(handle).name} freed`);
    open.delete(handle);
  };
  const db = ({ memory }: { memory: WebAssembly.Memory }) => ({
    open: (at: number, bytes: number) => add(Buffer.from(new Uint8Array(memory.buffer, at, bytes)).toString(), []),
    close: free,
    finish: free,
    find: (handle: number, key: number) => {
      const { name, values } = get(handle);
      return values.includes(key) ? add(`${name}.${key}`, [key]) : 0;
    },
    insert: (handle: number, value: number) => void get(handle).values.push(value),
    size: (handle: number) => get(handle).values.length,
    value: (handle: number) => (handle === 0 ? -1 : get(handle).values[0]),
    freed: () => log.length,
  });
  return { db };
}

async function expectEverywhere(program: string, expected: Outcome): Promise<void> {
  const source = new SourceFile("db.mote", DECLARATIONS + program);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const log: string[] = [];
  const { stdout, stderr } = interpret(buildProgram(source), { externs: database(log) });
  expect({ output: text(stdout), error: stderr, log }, "interpreter").toEqual(expected);
  for (const options of BUILDS) {
    const { wasm } = await compile(source, options);
    const done: string[] = [];
    const result = runModule(wasm, { externs: database(done) });
    const outcome = { output: text(result.stdout), error: text(result.stderr), log: done };
    expect(outcome, JSON.stringify(options)).toEqual(expected);
  }
}

describe("a handle", () => {
  it("is passed, kept, compared and freed like an object", async () => {
    await expectEverywhere(
      `class Store { db: Database, last: Query? = None }
global cache: List[Query] = []
fn both(a: Database, b: Database) -> Int { size(a) + size(b) }
fn main() {
  let store = Store { db: open("main") }
  let other = open("other")
  for i in 0..50 { insert(store.db, i * i) }
  insert(other, 7)
  print("{both(store.db, other)} {store.db == other} {store.db == store.db}")
  store.last = find(store.db, 49)
  if let query = store.last { cache.push(query) }
  print("{value(store.last)} {value(find(other, 49))} {value(None)} {store.last == None}")
  let measure = fn(f: fn(Database) -> Int) { f(store.db) }
  print("{measure(size)} {measure(fn(db) { both(db, other) })}")
  cache[0].free()
  other.free()
  print("{freed()}")
}`,
      {
        output: "51 false true\n49 -1 -1 false\n50 51\n2\n",
        error: "",
        log: ["main.49 freed", "other freed", "main freed"],
      },
    );
  });

  it("is freed at the end if it is still open, the latest first, also when nothing leads to it", async () => {
    await expectEverywhere(
      `fn lose(i: Int) {
  let db = open("db {i}")
  insert(db, 1)
  if i % 3 == 0 { db.free() } else { find(db, 1) }
}
fn main(args: [Text]) {
  for i in 0..7 { lose(i) }
  let garbage = 0
  for i in 0..3000 { garbage += "{i}".length }
  print("{args.length} {garbage} {freed()}")
}`,
      {
        output: "0 10890 3\n",
        error: "",
        log: [0, 3, 6]
          .map((i) => `db ${i} freed`)
          .concat([5, 4, 2, 1].flatMap((i) => [`db ${i}.1 freed`, `db ${i} freed`])),
      },
    );
  });

  it.each([
    ["freed again", "db.free()"],
    ["used", 'print("{size(db)}")'],
    ["used in a tail call", "last(db)"],
    ["used as an optional one", 'query.free(); print("{value(query)}")'],
  ])("stops the program when it is freed and then %s", async (_what, use) => {
    await expectEverywhere(
      `fn last(db: Database) -> Int { size(db) }
fn main() {
  let other = open("other")
  let db = open("db")
  insert(other, 5)
  let query = find(other, 5).get()
  db.free()
  ${use}
  print("not reached")
}`,
      {
        output: "",
        error: `error: this handle has been freed, at db.mote:${use === "last(db)" ? 9 : 16}\n`,
        log: use.startsWith("query") ? ["db freed", "other.5 freed"] : ["db freed"],
      },
    );
  });

  it("is not freed when the program fails", async () => {
    await expectEverywhere('fn main() {\n  let db = open("db")\n  insert(db, 1)\n  fail("enough")\n}', {
      output: "",
      error: "enough\n",
      log: [],
    });
  });
});
