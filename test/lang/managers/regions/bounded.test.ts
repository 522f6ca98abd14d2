/**
 * Programs that run on and on, with little that is alive: under `regions` and `sparse` they need no more memory than
 * under `gc`. Each makes at least twice as much as the heap may hold.
 */

import { describe, expect, it } from "vitest";
import { type BuildOptions, runModule, SourceFile } from "../../../../src/lang/index.ts";
import { compile } from "../../../support/fast.ts";

const HEAP_LIMIT_BYTES = 2 << 20;
const ROUNDS = 100_000;

/** Of a variable. */
const name = (index: number): string => (index === 0 ? "a" : `a${index}`);

const PROGRAMS: readonly (readonly [name: string, text: string])[] = [
  [
    "a field of a parameter in a loop",
    `class Page { title: Text = "" }
fn show(page: Page, n: Int) { for i in 0..n { page.title = "page number {i}" } }
fn main() { let page = Page(); show(page, ${ROUNDS}); print(page.title) }`,
  ],
  [
    "a field of the object itself in a loop",
    `class Clock { time: Text = ""
  fn tick(n: Int) { for i in 0..n { this.time = "{i} seconds past" } }
}
fn main() { let clock = Clock(); clock.tick(${ROUNDS}); print(clock.time) }`,
  ],
  [
    "a global in a loop of a function",
    `global state: Text = "new"
fn turn(n: Int) { for i in 0..n { state = "{state.length} and {i}" } }
fn main() { turn(${ROUNDS}); print(state) }`,
  ],
  [
    "slots of an array",
    `fn fill(slots: [Text], n: Int) { for i in 0..n { slots[i * 7 % slots.length] = "slot with {i}" } }
fn main() { let slots = array(12, "empty"); fill(slots, ${ROUNDS}); print("{slots[5]} {slots[11]}") }`,
  ],
  [
    "a queue of a fixed length",
    `fn pump(queue: List[Text], n: Int) { for i in 0..n { queue.push("job number {i}"); if queue.length > 8 { queue.remove(0) } } }
fn main() { let queue: List[Text] = []; pump(queue, ${ROUNDS}); print("{queue.length}: {queue[0]}") }`,
  ],
  [
    "a port",
    `global inbox: Port[Text] = port(2)
fn relay(n: Int) -> Int { let sum = 0; for i in 0..n { inbox.put("letter {i}"); while let letter = inbox.get() { sum += letter.length } }; sum }
fn main() { print("{relay(${ROUNDS})}") }`,
  ],
  [
    "what a function value has captured",
    `class Cell { held: Text = "" }
fn times(n: Int, each: fn(Int)) { for i in 0..n { each(i) } }
fn main() { let cell = Cell(); times(${ROUNDS}, fn(i) { cell.held = "held since {i}" }); print(cell.held) }`,
  ],
  [
    "tail calls that pass an object on",
    `class Cell { held: Text = "" }
fn count(cell: Cell, n: Int) { if n > 0 { cell.held = "{n} are left"; count(cell, n - 1) } }
fn main() { let cell = Cell(); count(cell, ${ROUNDS}); print(cell.held) }`,
  ],
  [
    "a list that one function fills and another clears",
    `fn fill(list: List[Text], i: Int) { for j in 0..8 { list.push("{i} times {j}") } }
fn serve(list: List[Text], n: Int) { for i in 0..n { fill(list, i); list.clear() } }
fn main() { let list: List[Text] = []; serve(list, ${ROUNDS / 8}); print("{list.length}") }`,
  ],
  [
    "a linked queue",
    `class Link { value: Int, next: Link? = None }
class Chain { head: Link? = None, tail: Link? = None, length: Int = 0
  fn put(value: Int) {
    let link = Link { value: value }
    if let tail = this.tail { tail.next = link } else { this.head = link }
    this.tail = link
    this.length += 1
  }
  fn take() -> Int {
    if let head = this.head { this.head = head.next; if head.next.isNone() { this.tail = None }; this.length -= 1; head.value } else { 0 }
  }
}
fn pump(chain: Chain, n: Int) -> Int { let sum = 0; for i in 0..n { chain.put(i); if chain.length > 5 { sum = (sum + chain.take()) % 1000 } }; sum }
fn main() { let chain = Chain(); print("{pump(chain, ${2 * ROUNDS})}") }`,
  ],
  [
    "a server with sessions, a log and a count",
    `class Session { user: Text, count: Int = 0, last: Text = "" }
class Server {
  sessions: [Session?]
  log: List[Text] = []
  served: Int = 0
  fn handle(request: Int) -> Text {
    let id = request % 16
    if let session = this.sessions[id] {
      session.count += 1
      session.last = "request {request} of {session.user}"
      if session.count % 100 == 0 { this.sessions[id] = None }
    } else {
      this.sessions[id] = Session { user: "user {id}" }
    }
    this.log.push("handled {request}")
    if this.log.length > 100 { this.log.remove(0) }
    this.served += 1
    "ok {request}: {this.log[0]}"
  }
  fn run(n: Int) -> Int { let bytes = 0; for i in 0..n { bytes += this.handle(i).length }; bytes }
}
fn main() { let server = Server { sessions: array(16, None) }; print("{server.run(${ROUNDS / 2})} {server.served}") }`,
  ],
  [
    "a result that a loop replaces, beside a list that the caller keeps in the same region",
    `fn build(n: Int, log: List[Text]) -> Text { log.push("start"); let text = ""; for i in 0..n { text = "{text.length} and {i}" }; text }
fn main() { let log: List[Text] = []; print(build(${ROUNDS}, log)); print("{log.length}") }`,
  ],
  [
    "what is appended at times only",
    `class Item { name: Text }
fn keep(kept: List[Item], n: Int) { for i in 0..n { let item = Item { name: "item {i}" }; if i % 5000 == 0 { kept.push(item) } } }
fn main() { let kept: List[Item] = []; keep(kept, ${ROUNDS}); print("{kept.length} {kept[3].name}") }`,
  ],
  [
    "a choice between two results of a recursion, at each of its levels",
    `class Card { rank: Int }
fn best(depth: Int, seed: Int) -> Card {
  if depth == 0 { return Card { rank: seed * 7919 % 10007 } }
  let one = best(depth - 1, seed * 2)
  let other = best(depth - 1, seed * 2 + 1)
  if one.rank > other.rank { one } else { other }
}
fn main() { print("{best(18, 1).rank}") }`,
  ],
  [
    "a table at each level of a recursion, of which each is dead when the next one begins",
    `fn table(n: Int) -> List[Int] { let made: List[Int] = []; for i in 0..200 { made.push(i * n) }; made }
fn walk(n: Int) -> Int { let entry = table(n)[n % 200]; if n == 0 { 0 } else { let rest = walk(n - 1); rest + entry % 7 } }
fn main() { print("{walk(4000)}") }`,
  ],
  [
    "one field, of an object at each level of a recursion",
    `class Entry { name: Text, data: [Int] }
fn load(n: Int) -> Entry { Entry { name: "entry {n}", data: array(2000, n) } }
fn walk(n: Int) -> Int { let name = load(n).name; if n == 0 { 0 } else { walk(n - 1) + name.length } }
fn main() { print("{walk(1000)}") }`,
  ],
  [
    "one element, of a list at each level of a recursion",
    `fn table(n: Int) -> List[Text] { let made: List[Text] = []; for i in 0..200 { made.push("{i} of {n}") }; made }
fn walk(n: Int) -> Int { let line = table(n)[n % 200]; if n == 0 { 0 } else { walk(n - 1) + line.length } }
fn main() { print("{walk(1000)}") }`,
  ],
  [
    "an array of a known length, at each level of a recursion",
    `fn walk(n: Int) -> Int { let table = array(2000, n); let entry = table[n]; if n == 0 { 0 } else { walk(n - 1) + entry % 7 } }
fn main() { print("{walk(1000)}") }`,
  ],
  [
    "what an iteration has chosen, when functions call each other",
    `fn one(n: Int, best: Text) -> Int {
  let sum = best.length
  for i in 0..2 { let t = "{n} {i}"; let table = array(800 + n % 2, i); if i == 1 && n > 0 { sum += table[n % 9]; sum += other(n - 1, t) } }
  sum
}
fn other(n: Int, best: Text) -> Int { let table = array(800 + n % 3, n); let t = "{best.length} {table[5]}"; if n == 0 { t.length } else { one(n - 1, t) + t.length } }
fn main() { print("{one(1000, "")}") }`,
  ],
  [
    "a function value that leads back to its maker",
    `class Walk { step: fn(Int) -> Int }
fn down(n: Int, walk: Walk) -> Int { let table = array(2000, n); let t = "{table[n]}"; if n == 0 { 0 } else { walk.step(n - 1) + t.length } }
fn main() { let walk = Walk { step: fn(n) { n } }; walk.step = fn(n) { down(n, walk) }; print("{walk.step(1000)}") }`,
  ],
  [
    "what each phase has made for the next one",
    `class Node { id: Int, name: Text, next: Node? }
fn first(n: Int) -> Node? { let at: Node? = None; for i in 0..n { at = Node { id: i, name: "n{i}", next: at } }; at }
fn phase(from: Node?, k: Int) -> Node? {
  let out: Node? = None
  let at = from
  while let x = at { out = Node { id: x.id + k, name: "{x.id}", next: out }; at = x.next }
  out
}
fn sum(from: Node?) -> Int { let s = 0; let at = from; while let x = at { s = (s * 31 + x.id + x.name.length) % 10007; at = x.next }; s }
fn main() {
  let a = first(4000)
${Array.from({ length: 30 }, (_, k) => `  let ${name(k + 1)} = phase(${name(k)}, ${k})\n`).join("")}  print("{sum(${name(30)})}")
}`,
  ],
  [
    "what functions hold that call each other in a row",
    `fn table(n: Int) -> List[Text] { let made: List[Text] = []; for i in 0..4000 { made.push("{i} of {n}") }; made }
${Array.from({ length: 20 }, (_, k) => `fn f${k}(n: Int) -> Int { let a = table(n)[n].length; f${k + 1}(n + a) + a }\n`).join("")}fn f20(n: Int) -> Int { table(n)[n].length }
fn main() { print("{f0(3)}") }`,
  ],
  [
    "what a level of a recursion might have returned",
    `class Found { data: [Int], next: Found? = None }
fn search(n: Int) -> Found? {
  let found = Found { data: array(2000, n) }
  if found.data[n % 100] == 0 { return found }
  if let deeper = search(n - 1) { deeper.next = None; deeper } else { None }
}
fn main() { if let found = search(1000) { print("{found.data.length}") } }`,
  ],
  [
    "lists of a frame and of an iteration, of which a recursive call needs only the inner one",
    `fn sum(list: List[Int]) -> Int { let all = 0; for v in list { all += v }; all }
fn walk(n: Int, given: List[Int]) -> Int {
  let all = 0
  let mine: List[Int] = []
  for i in 0..n { mine.push(i) }
  all += sum(mine)
  for i in 0..n { let inner: List[Int] = []; inner.push(i); all = (all + walk(n - 1, inner)) % 10007 }
  all + sum(given)
}
fn main() { print("{walk(7, [1])}") }`,
  ],
];

async function output(text: string, options: BuildOptions): Promise<string> {
  const { wasm } = await compile(new SourceFile("test.mote", text), options);
  const { stdout, stderr } = runModule(wasm);
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

describe.each(PROGRAMS)("%s", (_name, text) => {
  it("needs no more under regions and sparse", async () => {
    const expected = await output(text, { manager: "gc", heapLimitBytes: HEAP_LIMIT_BYTES });
    expect(expected).not.toContain("error");
    for (const manager of ["regions", "sparse"]) {
      expect(await output(text, { manager, heapLimitBytes: HEAP_LIMIT_BYTES }), manager).toBe(expected);
    }
  });

  it("prints the same with collections wherever there may be one", async () => {
    const few = text.replaceAll(/\b\d{4,}\b/g, "300").replace("best(18", "best(6");
    const expected = await output(few, { manager: "gc" });
    for (const manager of ["regions", "sparse"]) {
      expect(await output(few, { manager, debug: true, zeal: 3 }), manager).toBe(expected);
    }
  });
});
