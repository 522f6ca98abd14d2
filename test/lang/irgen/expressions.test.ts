/** The IR of expressions, and of `main`, as text. */

import { describe, expect, it } from "vitest";
import { irOf } from "./ir-of.ts";

describe("the IR of", () => {
  it("arithmetic with a division", () => {
    expect(irOf("fn f(a: Int, b: Int) -> Int { (a + 1) / b % 10 }\nfn main() { f(1, 2) }", "f")).toMatchInlineSnapshot(`
      "
      fn f(a: int, b: int) -> (int)
        t: int = add a, 1
        t.2: int = add b, 1
        c: bool = ltUnsigned t.2, 2
        if c
          c.2: bool = ne b, 0
          if c.2
          else
            panic divisionByZero() at line 1
          t.3: int = neg t
          t.4 := t.3
        else
          t.5: int = div t, b
          t.4 := t.5
        t.6: int = rem t.4, 10
        return t.6
      "
    `);
  });

  it("conditions that only steer", () => {
    const text = `fn f(a: Bool, b: Bool, c: Bool) -> Int { if a && (b || !c) { 1 } else { 2 } }
    fn main() { f(true, true, true) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: bool, b: bool, c: bool) -> (int)
        block else
          if a
          else
            break else
          block true
            if b
              break true
            if c
              break else
          return 1
        return 2
      "
    `);
  });

  it("texts put together", () => {
    const text = `fn f(a: Text, n: Int) -> Text { a + "-" + a }
    fn g(a: Text, n: Int) -> Text { "{a}: {n}" }
    fn main() { f("", 1)\n g("", 1) }`;
    expect(irOf(text, "f") + irOf(text, "g")).toMatchInlineSnapshot(`
      "
      fn f(a: [Byte], n: int) -> ([Byte])
        text: [Byte] = "-"
        length: int = length a
        length.2: int = length text
        length.3: int = length a
        total: int = add length, length.2
        c: bool = lt total, 0
        if c
          panic outOfMemory() at line 1
        total.2: int = add total, length.3
        c.2: bool = lt total.2, 0
        if c.2
          panic outOfMemory() at line 1
        array: array [Byte] = array [Byte] of total.2
        fill array at 0 from a at 0, length elements
        fill array at length from text at 0, length.2 elements
        at: int = add length, length.2
        fill array at at from a at 0, length.3 elements
        text.2: [Byte] = slice array[0..total.2]
        return text.2

      fn g(a: [Byte], n: int) -> ([Byte])
        array: array [Byte] = array [Byte] of 34
        builder: List[Byte] = new List[Byte](array, 0)
        call List[Byte].append(builder, a)
        text: [Byte] = ": "
        call List[Byte].append(builder, text)
        call __appendInt(builder, n)
        storage: array [Byte] = builder.storage
        length: int = builder.length
        text.2: [Byte] = slice storage[0..length]
        return text.2
      "
    `);
  });

  it("a number read from a text", () => {
    expect(irOf('fn f(text: Text) -> Int { text.toInt() }\nfn main() { f("1") }', "f")).toMatchInlineSnapshot(`
      "
      fn f(text: [Byte]) -> (int)
        number.ok: bool, number.value: int = call __textToInt(text)
        if number.ok
        else
          message: [Byte] = call __notInt(text)
          write 2 message
          newline: [Byte] = "\\n"
          write 2 newline
          panic failed() at line 1
        return number.value
      "
    `);
  });

  it("a variable that is assigned while it waits", () => {
    const text = "fn f(x: Int) -> Int { x + { x = 2; x } + x }\nfn main() { f(1) }";
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(x: int) -> (int)
        x.2 := x
        x.3 := x.2
        x.2 := 2
        t: int = add x.3, x.2
        t.2: int = add t, x.2
        return t.2
      "
    `);
  });

  it("a main that takes arguments and input", () => {
    const text = "fn main(args: [Text], input: Bytes) { print(input.toText()) }";
    expect(irOf(text, "(start)") + irOf(text, "main")).toMatchInlineSnapshot(`
      "
      fn (start)() -> ()
        args: [Text] = arguments
        input: [Byte] = input
        tail call main(args, input)

      fn main(args: [Text], input: [Byte]) -> ()
        write 1 input
        newline: [Byte] = "\\n"
        write 1 newline
        return
      "
    `);
  });
});
