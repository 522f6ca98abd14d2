/**
 * The kinds of pieces that generated programs consist of. Each is Mote around a function `piece<id>`, and the same
 * function in TypeScript; the constants, numbers of fields, cases and branches vary.
 */

/** A whole number in [0, below). */
export type Random = (below: number) => number;

export interface Piece {
  /** Its declarations, each followed by an empty line. */
  readonly text: string;
  /** What `piece<id>(x)` returns, for x from 0 to some thousand. */
  value(x: number): number;
}

export const KINDS: readonly ((id: number, next: Random) => Piece)[] = [records, trees, texts, states, arrays, grades];

/** A struct, a list of its values, and what they are worth. */
function records(id: number, next: Random): Piece {
  const extras = Array.from({ length: 1 + next(5) }, () => 1 + next(50));
  const [factor, limit, count] = [2 + next(9), 2 + next(4), 3 + next(6)];
  const text = `struct Item${id} {
  weight: Int
  price: Int
  name: Text
${extras.map((_, index) => `  extra${index}: Int\n`).join("")}}

fn makeItem${id}(n: Int) -> Item${id} {
  Item${id} {
    weight: n * ${factor} + 1
    price: n % 7
    name: "item {n}"
${extras.map((extra, index) => `    extra${index}: n ^ ${extra}\n`).join("")}  }
}

fn worth${id}(item: Item${id}) -> Int {
  let sum = item.weight * item.price
${extras.map((extra, index) => `  sum += item.extra${index} * ${extra}\n`).join("")}  sum + item.name.length
}

fn piece${id}(x: Int) -> Int {
  let items: List[Item${id}] = []
  for i in 0..${count} { items.push(makeItem${id}(x + i)) }
  let total = 0
  for item in items {
    if item.price > ${limit} {
      total += worth${id}(item)
    } else {
      total -= item.weight
    }
  }
  total
}
`;
  const worth = (n: number): number =>
    (n * factor + 1) * (n % 7) + extras.reduce((sum, extra) => sum + (n ^ extra) * extra, 0) + `item ${n}`.length;
  const value = (x: number): number => {
    let total = 0;
    for (let n = x; n < x + count; n++) total += n % 7 > limit ? worth(n) : -(n * factor + 1);
    return total | 0;
  };
  return { text, value };
}

/** A union, and functions that build, simplify and evaluate its trees. */
function trees(id: number, next: Random): Piece {
  const [depth, mask, constant, sign] = [2 + next(3), 1 + next(100), 2 + next(9), 1 + next(3)];
  const text = `union Tree${id} {
  Zero${id}
  Number${id}(value: Int)
  Sum${id}(left: Tree${id}, right: Tree${id})
  Product${id}(left: Tree${id}, right: Tree${id})
  Negated${id}(of: Tree${id})
}

fn grow${id}(depth: Int, seed: Int) -> Tree${id} {
  if depth == 0 {
    return if seed % 3 == 0 { Zero${id} } else { Number${id}(seed) }
  }
  let left = grow${id}(depth - 1, seed * 5 + ${sign})
  let right = grow${id}(depth - 1, seed ^ ${mask})
  match seed & 3 {
    0 => Sum${id}(left, right)
    1 => Product${id}(left, right)
    2 => Sum${id}(Negated${id}(right), Zero${id})
    _ => Product${id}(Number${id}(${constant}), Negated${id}(Negated${id}(left)))
  }
}

fn simplify${id}(tree: Tree${id}) -> Tree${id} {
  match tree {
    Sum${id}(Zero${id}, other) => simplify${id}(other)
    Sum${id}(other, Zero${id}) => simplify${id}(other)
    Product${id}(Zero${id}, _) => Zero${id}
    Product${id}(_, Zero${id}) => Zero${id}
    Product${id}(Number${id}(1), other) => simplify${id}(other)
    Negated${id}(Negated${id}(of)) => simplify${id}(of)
    Sum${id}(left, right) => Sum${id}(simplify${id}(left), simplify${id}(right))
    Product${id}(left, right) => Product${id}(simplify${id}(left), simplify${id}(right))
    other => other
  }
}

fn evaluate${id}(tree: Tree${id}) -> Int {
  match tree {
    Zero${id} => 0
    Number${id}(value) => value
    Sum${id}(left, right) => evaluate${id}(left) + evaluate${id}(right)
    Product${id}(left, right) => evaluate${id}(left) * evaluate${id}(right)
    Negated${id}(of) => -evaluate${id}(of)
  }
}

fn piece${id}(x: Int) -> Int {
  evaluate${id}(simplify${id}(grow${id}(${depth}, x)))
}
`;
  const value = (seed: number, left: number = depth): number => {
    if (left === 0) return seed % 3 === 0 ? 0 : seed;
    const a = value(seed * 5 + sign, left - 1);
    const b = value(seed ^ mask, left - 1);
    switch (seed & 3) {
      case 0:
        return (a + b) | 0;
      case 1:
        return Math.imul(a, b);
      case 2:
        return -b | 0;
      default:
        return Math.imul(constant, a);
    }
  };
  return { text, value: (x) => value(x) };
}

/** Words that are joined, split again and looked at. */
function texts(id: number, next: Random): Piece {
  const word = ["ash", "birch", "cedar", "elm"][next(4)]!;
  const [count, step, letter] = [3 + next(5), 1 + next(20), "abcdehilmrs"[next(11)]!];
  const text = `fn join${id}(words: [Text]) -> Text {
  let line = ""
  for i in 0..words.length {
    if i > 0 { line = line + "," }
    line = line + words[i]
  }
  line
}

fn digits${id}(text: Text) -> Int {
  let sum = 0
  for byte in text.bytes() {
    if byte >= '0' && byte <= '9' { sum += byte.toInt() - '0'.toInt() }
  }
  sum
}

fn rank${id}(word: Text) -> Int {
  match word {
    "${word}" => 1
    "${word}0" | "${word}1" => 2
    _ => if word.contains("${letter}") { word.length } else { 3 }
  }
}

fn piece${id}(x: Int) -> Int {
  let words: List[Text] = []
  for i in 0..${count} { words.push("${word}{x + i * ${step}}") }
  let line = join${id}(words.finish())
  let total = digits${id}(line)
  for part in line.split(',') {
    total = total * 7 + rank${id}(part)
    if part.endsWith("3") { total += part[0].toInt() }
  }
  total
}
`;
  const rank = (part: string): number => {
    if (part === `${word}0` || part === `${word}1`) return 2;
    return part.includes(letter) ? part.length : 3;
  };
  const value = (x: number): number => {
    const parts = Array.from({ length: count }, (_, i) => `${word}${x + i * step}`);
    let total = [...parts.join("")].reduce((sum, character) => sum + (/\d/.test(character) ? Number(character) : 0), 0);
    for (const part of parts) {
      total = (Math.imul(total, 7) + rank(part)) | 0;
      if (part.endsWith("3")) total += part.charCodeAt(0);
    }
    return total | 0;
  };
  return { text, value };
}

/** A state machine: a union without fields, and a match on each step. */
function states(id: number, next: Random): Piece {
  const count = 3 + next(6);
  const rules = Array.from({ length: count }, () => ({ bit: 1 << next(4), yes: next(count), no: next(count) }));
  const [steps, start] = [10 + next(30), next(count)];
  const name = (state: number): string => `State${id}x${state}`;
  const text = `union State${id} {
${rules.map((_, state) => `  ${name(state)}\n`).join("")}}

fn follow${id}(state: State${id}, input: Int) -> State${id} {
  match state {
${rules
  .map(
    ({ bit, yes, no }, state) =>
      `    ${name(state)} => if (input & ${bit}) != 0 { ${name(yes)} } else { ${name(no)} }\n`,
  )
  .join("")}  }
}

fn score${id}(state: State${id}) -> Int {
  match state {
${rules.map(({ bit }, state) => `    ${name(state)} => ${state * 10 + bit}\n`).join("")}  }
}

fn piece${id}(x: Int) -> Int {
  let state = ${name(start)}
  let input = x
  let total = 0
  let step = 0
  while step < ${steps} {
    state = follow${id}(state, input)
    total = total * 3 + score${id}(state)
    input = (input * 7 + 3) & 255
    if state == ${name(start)} { total += 1 }
    step += 1
  }
  total
}
`;
  const value = (x: number): number => {
    let [state, input, total] = [start, x, 0];
    for (let step = 0; step < steps; step++) {
      const { bit, yes, no } = rules[state]!;
      state = (input & bit) !== 0 ? yes : no;
      total = (Math.imul(total, 3) + state * 10 + rules[state]!.bit) | 0;
      input = (input * 7 + 3) & 255;
      if (state === start) total = (total + 1) | 0;
    }
    return total;
  };
  return { text, value };
}

/** An array that is filled, changed and read through slices. */
function arrays(id: number, next: Random): Piece {
  const length = 8 + next(20);
  const [factor, stride, cut] = [2 + next(20), 1 + next(4), 1 + next(5)];
  const text = `fn sum${id}(values: [Int]) -> Int {
  let sum = 0
  for value in values { sum += value }
  sum
}

fn largest${id}(values: [Int]) -> Int {
  let best = values[0]
  for value in values[1..] {
    if value > best { best = value }
  }
  best
}

fn piece${id}(x: Int) -> Int {
  let cells = array(${length}, x)
  for i in 1..cells.length {
    cells[i] = cells[i - 1] * ${factor} + i
  }
  let at = 0
  while at < cells.length {
    if (cells[at] & 1) == 0 { cells[at] = cells[at] >>> ${cut} }
    at += ${stride}
  }
  let inner = cells[${cut}..cells.length - 1]
  let odd = 0
  for i in 0..inner.length {
    if i % 2 == 0 { continue }
    odd ^= inner[i]
  }
  sum${id}(inner) - largest${id}(cells) + odd
}
`;
  const value = (x: number): number => {
    const cells = [x];
    for (let i = 1; i < length; i++) cells.push((Math.imul(cells[i - 1]!, factor) + i) | 0);
    for (let at = 0; at < length; at += stride) {
      if ((cells[at]! & 1) === 0) cells[at] = (cells[at]! >>> cut) | 0;
    }
    const inner = cells.slice(cut, length - 1);
    const sum = inner.reduce((total, cell) => (total + cell) | 0, 0);
    const odd = inner.reduce((bits, cell, i) => (i % 2 === 0 ? bits : bits ^ cell), 0);
    return (sum - Math.max(...cells) + odd) | 0;
  };
  return { text, value };
}

/** A long chain of conditions, and sums of 64 bits. */
function grades(id: number, next: Random): Piece {
  let limit = 0;
  const limits = Array.from({ length: 3 + next(8) }, (_, index) => {
    limit += 1 + next(200);
    return { limit, factor: 1 + next(12), grade: index * 5 };
  });
  const [count, last] = [4 + next(6), next(100)];
  const text = `fn grade${id}(n: Int) -> Int {
  if n < 0 {
    0
${limits
  .map(
    ({ limit, factor, grade }) => `  } else if n < ${limit} {\n    let scaled = n * ${factor}\n    scaled + ${grade}\n`,
  )
  .join("")}  } else {
    ${last}
  }
}

fn piece${id}(x: Int) -> Int {
  let total = 1L
  for i in 0..${count} {
    let grade = grade${id}(x + i * 9)
    total = total * 1_000_003 + grade.toLong()
    let isLarge = total > 0xffff_ffffL || grade == ${last}
    if isLarge && i != 1 { total = total ^ (total >>> 7) }
  }
  (total & 0xff_ffffL).toInt()
}
`;
  const gradeOf = (n: number): number => {
    const found = limits.find((each) => n < each.limit);
    return found === undefined ? last : n * found.factor + found.grade;
  };
  const value = (x: number): number => {
    let total = 1n;
    for (let i = 0; i < count; i++) {
      const grade = gradeOf(x + i * 9);
      total = BigInt.asIntN(64, total * 1_000_003n + BigInt(grade));
      if ((total > 0xffff_ffffn || grade === last) && i !== 1) {
        total = BigInt.asIntN(64, total ^ (BigInt.asUintN(64, total) >> 7n));
      }
    }
    return Number(total & 0xff_ffffn);
  };
  return { text, value };
}
