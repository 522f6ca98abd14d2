/** What deriv.mote, cfold.mote and nqueens.mote print, worked out on flat lists instead of their trees. */

/** A sum or product keeps its number apart and its other operands in one list, none of which is of the same kind. */
type Term =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "x" }
  | { readonly kind: "sum" | "product"; readonly value: number; readonly operands: readonly Term[] }
  | { readonly kind: "power"; readonly base: Term; readonly exponent: Term }
  | { readonly kind: "ln"; readonly of: Term };

const number = (value: number): Term => ({ kind: "number", value });

/** The sum or product of two terms, flattened. */
function joined(kind: "sum" | "product", a: Term, b: Term): Term {
  const neutral = kind === "sum" ? 0 : 1;
  let value = neutral;
  const operands: Term[] = [];
  for (const term of [a, b]) {
    if (term.kind !== "number" && term.kind !== kind) {
      operands.push(term);
      continue;
    }
    value = kind === "sum" ? value + term.value : value * term.value;
    if (term.kind !== "number") operands.push(...term.operands);
  }
  if (operands.length === 0 || (kind === "product" && value === 0)) return number(value);
  return operands.length === 1 && value === neutral ? operands[0]! : { kind, value, operands };
}

const sum = (a: Term, b: Term): Term => joined("sum", a, b);
const product = (a: Term, b: Term): Term => joined("product", a, b);
const isNumber = (term: Term, value: number): boolean => term.kind === "number" && term.value === value;

function power(base: Term, exponent: Term): Term {
  if (isNumber(exponent, 0)) return number(1);
  if (isNumber(exponent, 1) || isNumber(base, 0)) return base;
  const folds = exponent.kind === "number" && exponent.value > 0 && base.kind === "number";
  return folds ? number(base.value ** exponent.value) : { kind: "power", base, exponent };
}

const inverse = (term: Term): Term => power(term, number(-1));
const ln = (of: Term): Term => (isNumber(of, 1) ? number(0) : { kind: "ln", of });

function derived(term: Term): Term {
  switch (term.kind) {
    case "number":
      return number(0);
    case "x":
      return number(1);
    case "ln":
      return product(derived(term.of), inverse(term.of));
    case "power": {
      const { base, exponent } = term;
      const byBase = product(product(exponent, derived(base)), inverse(base));
      return product(term, sum(byBase, product(ln(base), derived(exponent))));
    }
    default: {
      // By the rules for two operands, the first of which is the number if there is one.
      const all = term.value === (term.kind === "sum" ? 0 : 1) ? term.operands : [number(term.value), ...term.operands];
      const first = all[0]!;
      const rest = all.slice(1).reduce((a, b) => joined(term.kind, a, b));
      if (term.kind === "sum") return sum(derived(first), derived(rest));
      return sum(product(first, derived(rest)), product(rest, derived(first)));
    }
  }
}

function leavesOf(term: Term): number {
  switch (term.kind) {
    case "number":
    case "x":
      return 1;
    case "ln":
      return leavesOf(term.of);
    case "power":
      return leavesOf(term.base) + leavesOf(term.exponent);
    default: {
      const own = term.value === (term.kind === "sum" ? 0 : 1) ? 0 : 1;
      return term.operands.reduce((count, operand) => count + leavesOf(operand), own);
    }
  }
}

export function deriv(rounds: number): string {
  let term = power({ kind: "x" }, { kind: "x" });
  let text = "";
  for (let round = 1; round <= rounds; round++) {
    term = derived(term);
    text += `${round} count: ${leavesOf(term)}\n`;
  }
  return text;
}

/**
 * A chain in which what stands beside each other is joined where it can be, from its end on, and likewise the ends of
 * the last three.
 * @param join null for what cannot be joined
 */
function folded<T>(chain: readonly T[], join: (a: T, b: T) => T | null): T[] {
  let done: T[] = [];
  for (const item of chain.toReversed()) {
    const [head, tail] = done;
    const withHead = head === undefined ? null : join(item, head);
    const withTail = withHead === null && done.length === 2 ? join(item, tail!) : null;
    if (withHead !== null) done[0] = withHead;
    else if (withTail !== null) done = [withTail, head!];
    else done.unshift(item);
  }
  return done;
}

export function cfold(depth: number, trees: number): string {
  // A variable is null.
  const leaves = (levels: number, value: number): (number | null)[] =>
    levels === 0
      ? [value === 0 ? null : value]
      : [...leaves(levels - 1, value + 1), ...leaves(levels - 1, Math.max(value - 1, 0))];
  const counts = { before: 0, after: 0, value: 0 };
  for (let tree = 0; tree < trees; tree++) {
    const all = leaves(depth, tree % 4);
    const products: (number | null)[][] = [];
    for (let i = 0; i < all.length; i += 4) {
      const factors = all.slice(i, i + 4);
      counts.value += factors.reduce<number>((value, factor) => value * (factor ?? 0), 1);
      products.push(folded(factors, (a, b) => (a === null || b === null ? null : a * b)));
    }
    // A product that is one number takes part in the sum as a number.
    const single = (product: (number | null)[]): number | null => (product.length === 1 ? product[0]! : null);
    const sums = folded(products, (a, b) => {
      const [x, y] = [single(a), single(b)];
      return x === null || y === null ? null : [x + y];
    });
    counts.before += all.length;
    counts.after += sums.flat().length;
  }
  return `${trees} trees of ${counts.before} leaves, folded to ${counts.after}, value ${counts.value}\n`;
}

export function nqueens(queens: number): string {
  let solutions = 0;
  let checksum = 0;
  // Sets of attacked rows as bits; the last column's row is the first digit.
  const place = (rows: readonly number[], taken: number, up: number, down: number): void => {
    if (rows.length === queens) {
      solutions++;
      checksum ^= Math.imul(
        rows.reduceRight((sum, row) => (Math.imul(sum, queens) + row) | 0, 0),
        31,
      );
    }
    for (let row = 0; row < queens && rows.length < queens; row++) {
      const bit = 1 << row;
      if (((taken | up | down) & bit) === 0) {
        place([...rows, row], taken | bit, (up | bit) << 1, (down | bit) >> 1);
      }
    }
  };
  place([], 0, 0, 0);
  return `${queens} queens: ${solutions} solutions, checksum ${checksum}\n`;
}
