/** What the programs of bench/programs print, worked out in TypeScript without looking at how they do it. */

/** 2^(depth + 1) - 1 nodes in each tree. */
export function binarytrees(argument: number): string {
  const depth = Math.max(argument, 6);
  const nodes = (each: number): number => 2 ** (each + 1) - 1;
  const lines = [`stretch tree of depth ${depth + 1}\t check: ${nodes(depth + 1)}`];
  for (let each = 4; each <= depth; each += 2) {
    const rounds = 2 ** (depth - each + 4);
    lines.push(`${rounds}\t trees of depth ${each}\t check: ${rounds * nodes(each)}`);
  }
  lines.push(`long lived tree of depth ${depth}\t check: ${nodes(depth)}`);
  return `${lines.join("\n")}\n`;
}

export function lists(count: number, cells: number): string {
  let total = 0n;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let cell = 0; cell < cells; cell++) sum = (sum + i + cell) | 0;
    total += BigInt(sum);
  }
  return `${count} lists of ${cells} cells, total ${total}\n`;
}

export function queue(pushes: number, live: number): string {
  const waiting: number[] = [];
  let sum = 0;
  const leave = (): void => {
    const number = waiting.shift()!;
    sum = (Math.imul(sum, 31) + (number ^ (Math.imul(number, 7) + 1))) | 0;
  };
  for (let number = 0; number < pushes; number++) {
    if (waiting.length === live) leave();
    waiting.push(number);
  }
  const left = waiting.length;
  while (waiting.length > 0) leave();
  return `${pushes} jobs pushed, ${left} waiting at the end, checksum ${sum}\n`;
}

interface Tree {
  red: boolean;
  left: Tree | null;
  key: number;
  right: Tree | null;
}

/** Okasaki's rebalancing: of the four ways in which a red child may have a red child, the first that is found. */
function rebalanced(tree: Tree): Tree {
  const { left, right } = tree;
  const built = (
    a: Tree | null,
    x: number,
    b: Tree | null,
    y: number,
    c: Tree | null,
    z: number,
    d: Tree | null,
  ): Tree => ({
    red: true,
    left: { red: false, left: a, key: x, right: b },
    key: y,
    right: { red: false, left: c, key: z, right: d },
  });
  if (tree.red) return tree;
  if (left?.red) {
    if (left.left?.red) {
      return built(left.left.left, left.left.key, left.left.right, left.key, left.right, tree.key, right);
    }
    if (left.right?.red) {
      return built(left.left, left.key, left.right.left, left.right.key, left.right.right, tree.key, right);
    }
  }
  if (right?.red) {
    if (right.left?.red) {
      return built(left, tree.key, right.left.left, right.left.key, right.left.right, right.key, right.right);
    }
    if (right.right?.red) {
      return built(left, tree.key, right.left, right.key, right.right.left, right.right.key, right.right.right);
    }
  }
  return tree;
}

function inserted(tree: Tree | null, key: number): Tree {
  if (tree === null) return { red: true, left: null, key, right: null };
  if (key === tree.key) return tree;
  const changed = key < tree.key ? { left: inserted(tree.left, key) } : { right: inserted(tree.right, key) };
  return rebalanced({ ...tree, ...changed });
}

export function rbtree(order: "ascending" | "random", count: number): string {
  const keys: number[] = [];
  for (let i = 0, key = 0; i < count; i++) {
    key = order === "random" ? (Math.imul(key, 1664525) + 1013904223) | 0 : i;
    keys.push(key);
  }
  let tree: Tree | null = null;
  for (const key of keys) tree = { ...inserted(tree, key), red: false };
  const depth = (of: Tree | null): number => (of === null ? 0 : 1 + Math.max(depth(of.left), depth(of.right)));
  const sorted = [...new Set(keys)].sort((a, b) => a - b);
  const checksum = sorted.reduce((sum, key) => (Math.imul(sum, 31) + key) | 0, 0);
  return `${count} ${order} keys: size ${sorted.length}, depth ${depth(tree)}, checksum ${checksum}\n`;
}

interface Place {
  name?: unknown;
  code?: unknown;
  country?: unknown;
  lat?: unknown;
  lng?: unknown;
}

/**
 * As json.mote reports on a list of places, with Node's own parser; numbers have to stand as JavaScript writes them.
 */
export function json(input: string): string {
  const places: unknown = JSON.parse(input);
  if (!Array.isArray(places)) throw new TypeError("not a list of places");
  const textOf = (value: unknown): string => (["string", "number"].includes(typeof value) ? String(value) : "");
  const counts = new Map<string, number>();
  let hash = 0x811c9dc5;
  let sum = 0n;
  for (const item of places) {
    const place: Place = typeof item === "object" && item !== null ? item : {};
    const country = typeof place.country === "string" ? place.country : textOf(place.code).split(".")[0]!;
    // As bytes: a lone surrogate is no character.
    const name = Buffer.from(country).toString();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const byte of Buffer.from(textOf(place.name) + textOf(place.lat) + textOf(place.lng))) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    for (const text of [textOf(place.lat), textOf(place.lng)]) {
      const [whole = "", decimals = ""] = text.replace("-", "").split(".");
      const micro = BigInt(whole + decimals.slice(0, 6).padEnd(6, "0"));
      sum += text.startsWith("-") ? -micro : micro;
    }
  }
  const groups = [...counts].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const largest = [...groups].sort(([, a], [, b]) => b - a).slice(0, 10);
  const lines = [
    `${places.length} places in ${groups.length} countries`,
    "largest",
    ...largest.map(([name, count]) => `  ${name} ${count}`),
    `checksum of names and coordinates ${hash >>> 0}`,
    `sum of coordinates ${sum} microdegrees`,
    "by country",
    ...groups.map(([name, count]) => `  ${name} ${count}`),
  ];
  return `${lines.join("\n")}\n`;
}
