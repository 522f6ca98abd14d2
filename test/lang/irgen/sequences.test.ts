/** The IR of arrays, slices and lists, as text. */

import { describe, expect, it } from "vitest";
import { irOf } from "./ir-of.ts";

describe("the IR of", () => {
  it("indexing and slicing", () => {
    const text = `fn f(text: Text, i: Int) -> Text { if text[i] == ' ' { text[i..] } else { text[1..i] } }
    fn main() { f("a", 0) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(text: [Byte], i: int) -> ([Byte])
        length: int = length text
        c: bool = ltUnsigned i, length
        if c
        else
          panic indexOutOfRange(i, length) at line 1
        element: byte = text[i]
        c.2: bool = eq element, 32b
        if c.2
          length.2: int = length text
          c.3: bool = ltUnsigned length.2, i
          if c.3
            panic sliceOutOfRange(i, length.2) at line 1
          slice: [Byte] = slice text[i..length.2]
          return slice
        else
          length.3: int = length text
          c.4: bool = ltUnsigned length.3, i
          if c.4
            panic sliceOutOfRange(1, i) at line 1
          c.5: bool = ltUnsigned i, 1
          if c.5
            panic sliceOutOfRange(1, i) at line 1
          slice.2: [Byte] = slice text[1..i]
          return slice.2
      "
    `);
  });

  it("a loop whose indices need no check", () => {
    const text = `fn f(a: [Int], b: [Int]) -> Int {
      let sum = 0
      for i in 0..a.length { if a[i] == 0 { continue }\n sum += a[i] * b[i] }
      sum
    }
    fn main() { f([], []) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(a: [Int], b: [Int]) -> (int)
        sum := 0
        length: int = length a
        i := 0
        loop for
          c: bool = lt i, length
          if c
          else
            break for
          block next
            element: int = a[i]
            c.2: bool = eq element, 0
            if c.2
              break next
            element.2: int = a[i]
            length.2: int = length b
            c.3: bool = ltUnsigned i, length.2
            if c.3
            else
              panic indexOutOfRange(i, length.2) at line 4
            element.3: int = b[i]
            t: int = mul element.2, element.3
            sum.2: int = add sum, t
            sum := sum.2
          t.2: int = add i, 1
          i := t.2
        return sum
      "
    `);
  });

  it("pushing to a list, and growing it", () => {
    const text = 'fn f(list: List[Text], text: Text) { list.push(text) }\nfn main() { f([], "") }';
    expect(irOf(text, "f") + irOf(text, "List[Text].grow")).toMatchInlineSnapshot(`
      "
      fn f(list: List[Text], text: [Byte]) -> ()
        length: int = list.length
        storage: array [Text] = list.storage
        storage.2 := storage
        t: int = add length, 1
        capacity: int = length storage
        c: bool = eq length, capacity
        if c
          grown: array [Text] = call List[Text].grow(list, t)
          storage.2 := grown
        storage.2[length] := text
        list.length := t
        return

      fn List[Text].grow(list: List[Text], minimum: int) -> (array [Text])
        old: array [Text] = list.storage
        length: int = list.length
        capacity: int = length old
        t: int = mul capacity, 2
        capacity.2 := t
        c: bool = lt capacity.2, 4
        if c
          capacity.2 := 4
        c.2: bool = lt capacity.2, minimum
        if c.2
          capacity.2 := minimum
        c.3: bool = lt minimum, 0
        if c.3
          panic outOfMemory() at line 1
        storage: array [Text] = grow old[0..length] to capacity.2
        list.storage := storage
        return storage
      "
    `);
  });

  it("popping, clearing and finishing a list", () => {
    const text = `fn f(list: List[Int]) -> [Int] { list.push(list.pop() + 1)\n list.finish() }
    fn main() { f([1]) }`;
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(list: List[Int]) -> ([Int])
        length: int = list.length
        c: bool = ne length, 0
        if c
        else
          panic emptyList() at line 1
        last: int = sub length, 1
        storage: array [Int] = list.storage
        popped: int = storage[last]
        list.length := last
        t: int = add popped, 1
        length.2: int = list.length
        storage.2: array [Int] = list.storage
        storage.3 := storage.2
        t.2: int = add length.2, 1
        capacity: int = length storage.2
        c.2: bool = eq length.2, capacity
        if c.2
          grown: array [Int] = call List[Int].grow(list, t.2)
          storage.3 := grown
        storage.3[length.2] := t
        list.length := t.2
        storage.4: array [Int] = list.storage
        length.3: int = list.length
        array: array [Int] = array [Int] of 0
        list.storage := array
        list.length := 0
        slice: [Int] = slice storage.4[0..length.3]
        return slice
      "
    `);
  });

  it("arrays: literals, filled and zero", () => {
    const text = "fn f(n: Int) -> Int { [n, 2].length + array(n, 0).length + array(3, n)[1] }\nfn main() { f(1) }";
    expect(irOf(text, "f")).toMatchInlineSnapshot(`
      "
      fn f(n: int) -> (int)
        array: array [Int] = array [Int] of 2
        array[0] := n
        array[1] := 2
        slice: [Int] = slice array[0..2]
        length: int = length slice
        c: bool = ge n, 0
        if c
        else
          panic negativeLength(n) at line 1
        array.2: array [Int] = array [Int] of n
        slice.2: [Int] = slice array.2[0..n]
        length.2: int = length slice.2
        t: int = add length, length.2
        array.3: array [Int] = array [Int] of 3
        i := 0
        loop for
          c.2: bool = lt i, 3
          if c.2
          else
            break for
          array.3[i] := n
          t.2: int = add i, 1
          i := t.2
        slice.3: [Int] = slice array.3[0..3]
        length.3: int = length slice.3
        c.3: bool = ltUnsigned 1, length.3
        if c.3
        else
          panic indexOutOfRange(1, length.3) at line 1
        element: int = slice.3[1]
        t.3: int = add t, element
        return t.3
      "
    `);
  });
});
