/** The messages of the checker about ports to the host. */

import { describe, expect, it } from "vitest";
import { errorsOf } from "../../support/diagnostics.ts";

describe("ports to the host", () => {
  it("report what they cannot carry, and names that are taken", () => {
    expect(
      errorsOf(`extern port a: [Int]
extern port b: Thing
extern port c: Int?
extern port d: Int
extern port d: Text
extern port main: Int
extern port g: Int
global g = 1
fn main() { a.put(1); b.put(2); let x: Int = c.get().get() }
`),
    ).toMatchInlineSnapshot(`
      "test.mote:1:16: error: a port to the host cannot carry a \`[Int]\`
       1 | extern port a: [Int]
         |                ^^^^^
         = hint: it carries \`Int\`, \`Long\`, \`Float\`, \`Bool\`, \`Byte\` or \`Text\`: make a text of other values
      test.mote:2:16: error: there is no type \`Thing\`
       2 | extern port b: Thing
         |                ^^^^^
      test.mote:3:16: error: a port to the host cannot carry an \`Int?\`
       3 | extern port c: Int?
         |                ^^^^
         = hint: it carries \`Int\`, \`Long\`, \`Float\`, \`Bool\`, \`Byte\` or \`Text\`: make a text of other values
      test.mote:5:13: error: the port \`d\` is already defined on line 4
       5 | extern port d: Text
         |             ^
      test.mote:6:13: error: the function \`main\` is already defined on line 9
       6 | extern port main: Int
         |             ^^^^
      test.mote:7:13: error: the global \`g\` is already defined on line 8
       7 | extern port g: Int
         |             ^"
    `);
  });

  it("report what they are used for", () => {
    expect(
      errorsOf(`extern port jobs: Text
fn take(n: Int) {}
fn main() {
  jobs.put(1)
  jobs.put()
  jobs.get(1)
  jobs.push("x")
  jobs.length
  let alias = jobs
  take(jobs)
  jobs = 1
  jobs("x")
  let f = fn() { jobs }
  let t: Text = jobs.get()
  job.get()
  match jobs { other => print("") }
  print("{jobs}")
  jobs.get()[0]
}
`),
    ).toMatchInlineSnapshot(`
      "test.mote:4:12: error: expected a \`Text\`, but this is an \`Int\`
       4 |   jobs.put(1)
         |            ^
         = hint: convert it with \`.toText()\`
      test.mote:5:3: error: \`put\` takes 1 argument, but 0 are given
       5 |   jobs.put()
         |   ^^^^^^^^^^
      test.mote:6:3: error: \`get\` takes no arguments, but 1 is given
       6 |   jobs.get(1)
         |   ^^^^^^^^^^^
      test.mote:7:8: error: a port to the host has no method \`push\`
       7 |   jobs.push("x")
         |        ^^^^
         = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:8:3: error: \`jobs\` is a port to the host, and no value
       8 |   jobs.length
         |   ^^^^
         = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:9:15: error: \`jobs\` is a port to the host, and no value
       9 |   let alias = jobs
         |               ^^^^
         = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:10:8: error: \`jobs\` is a port to the host, and no value
       10 |   take(jobs)
          |        ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:11:3: error: \`jobs\` is a port to the host, and no value
       11 |   jobs = 1
          |   ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:12:3: error: \`jobs\` is a port to the host, and no value
       12 |   jobs("x")
          |   ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:13:18: error: \`jobs\` is a port to the host, and no value
       13 |   let f = fn() { jobs }
          |                  ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:14:17: error: expected a \`Text\`, but this is a \`Text?\`
       14 |   let t: Text = jobs.get()
          |                 ^^^^^^^^^^
          = hint: there may be no value: use \`if let\`, \`match\`, \`.or(...)\` or \`.get()\`
      test.mote:15:3: error: there is no variable \`job\`
       15 |   job.get()
          |   ^^^
          = hint: did you mean \`jobs\`?
      test.mote:16:9: error: \`jobs\` is a port to the host, and no value
       16 |   match jobs { other => print("") }
          |         ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:17:11: error: \`jobs\` is a port to the host, and no value
       17 |   print("{jobs}")
          |           ^^^^
          = hint: it is used where it is named: \`jobs.put(value)\` and \`jobs.get()\`
      test.mote:18:3: error: a \`Text?\` cannot be indexed
       18 |   jobs.get()[0]
          |   ^^^^^^^^^^"
    `);
  });

  it("are hidden by variables of their name, and can be used in functions without a name", () => {
    expect(
      errorsOf(`extern port jobs: Int
fn main() {
  let f = fn(n: Int) -> Bool { jobs.put(n) }
  let jobs = [1]
  if f(jobs.length) { print("{jobs[0]}") }
}
`),
    ).toBe("no errors");
  });

  it("are declared in one way", () => {
    expect(errorsOf("extern jobs: Text\nfn main() {}\n")).toMatchInlineSnapshot(`
      "test.mote:1:8: error: expected a module's name in "double quotes" or \`port\`, but found \`jobs\`
       1 | extern jobs: Text
         |        ^^^^"
    `);
    expect(errorsOf("extern port jobs\nfn main() { jobs.get() }\n")).toMatchInlineSnapshot(`
      "test.mote:1:17: error: expected \`:\`, but found the line end
       1 | extern port jobs
         |                 ^"
    `);
    expect(errorsOf("extern port Jobs: Text\nfn main() {}\n")).toMatchInlineSnapshot(`
      "test.mote:1:13: error: expected a name, but found \`Jobs\`
       1 | extern port Jobs: Text
         |             ^^^^
         = hint: names of variables, functions and fields begin with a small letter"
    `);
    expect(errorsOf("port jobs: Text\nfn main() { jobs.get() }\n")).toMatchInlineSnapshot(`
      "test.mote:1:1: error: expected a declaration (\`fn\`, \`struct\`, \`union\`, \`class\`, \`global\`, \`static\` or \`extern\`), but found \`port\`
       1 | port jobs: Text
         | ^^^^"
    `);
    expect(errorsOf("fn main() {\n  extern port jobs: Text\n}\n")).toMatchInlineSnapshot(`
      "test.mote:2:3: error: expected a statement or \`}\`, but found \`extern\`
       2 |   extern port jobs: Text
         |   ^^^^^^
         = hint: what is \`extern\` is declared outside of functions"
    `);
    expect(errorsOf("global extern = 1\nfn main() {}\n")).toMatchInlineSnapshot(`
      "test.mote:1:8: error: expected a name, but found \`extern\`
       1 | global extern = 1
         |        ^^^^^^
         = hint: \`extern\` is a keyword and cannot be a name"
    `);
  });
});
