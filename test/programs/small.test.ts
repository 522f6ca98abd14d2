/** The programs without input, at small sizes, under every manager, against answers worked out in TypeScript. */

import { describe, expect, test } from "vitest";
import { BUILDS, nameOf, RELEASES, run } from "./build.ts";
import { binarytrees, lists, queue, rbtree } from "./expected.ts";
import { havlak } from "./havlak.ts";
import { fft, fulladd, sieve } from "./numeric.ts";
import { bodies, deltablue, richards } from "./objects.ts";
import { cfold, deriv, nqueens } from "./symbolic.ts";

const CASES: readonly { readonly program: string; readonly args: readonly string[]; readonly expected: string }[] = [
  { program: "binarytrees", args: ["6"], expected: binarytrees(6) },
  { program: "binarytrees", args: ["0"], expected: binarytrees(0) },
  { program: "lists", args: ["3", "100"], expected: lists(3, 100) },
  { program: "lists", args: ["0"], expected: lists(0, 1000) },
  { program: "queue", args: ["500", "7"], expected: queue(500, 7) },
  { program: "queue", args: ["3", "7"], expected: queue(3, 7) },
  { program: "rbtree", args: ["ascending", "100"], expected: rbtree("ascending", 100) },
  { program: "rbtree", args: ["random", "100"], expected: rbtree("random", 100) },
  { program: "deriv", args: ["3"], expected: deriv(3) },
  { program: "cfold", args: ["4", "5"], expected: cfold(4, 5) },
  { program: "nqueens", args: ["5"], expected: nqueens(5) },
  { program: "nqueens", args: ["3"], expected: nqueens(3) },
  { program: "fulladd", args: ["8", "20"], expected: fulladd(8, 20) },
  { program: "fulladd", args: ["4", "0"], expected: fulladd(4, 0) },
  { program: "sieve", args: ["2"], expected: sieve(2) },
  { program: "sieve", args: ["1000"], expected: sieve(1000) },
  { program: "fft", args: ["1"], expected: fft(1) },
  { program: "fft", args: ["40"], expected: fft(40) },
  { program: "richards", args: ["1"], expected: richards(1) },
  { program: "bodies", args: ["1", "3"], expected: bodies(1, 3) },
  { program: "bodies", args: ["200", "30"], expected: bodies(200, 30) },
  { program: "deltablue", args: ["1"], expected: deltablue(1) },
  { program: "deltablue", args: ["6"], expected: deltablue(6) },
  { program: "havlak", args: ["2", "1", "0"], expected: havlak(2, 0, 0) },
  { program: "havlak", args: ["0", "1", "1", "1"], expected: havlak(0, 1, 1) },
];

/** Large enough that a small nursery is collected often and the old space now and then. */
const LARGER: typeof CASES = [
  { program: "binarytrees", args: ["10"], expected: binarytrees(10) },
  { program: "lists", args: ["50", "5000"], expected: lists(50, 5000) },
  { program: "queue", args: ["200000", "3000"], expected: queue(200_000, 3000) },
  { program: "rbtree", args: ["ascending", "5000"], expected: rbtree("ascending", 5000) },
  { program: "rbtree", args: ["random", "5000"], expected: rbtree("random", 5000) },
  { program: "deriv", args: ["6"], expected: deriv(6) },
  { program: "cfold", args: ["8", "20"], expected: cfold(8, 20) },
  { program: "nqueens", args: ["8"], expected: nqueens(8) },
  { program: "fulladd", args: ["512", "700"], expected: fulladd(512, 700) },
  { program: "sieve", args: ["200000"], expected: sieve(200_000) },
  { program: "fft", args: ["3000"], expected: fft(3000) },
  { program: "richards", args: ["40"], expected: richards(40) },
  { program: "bodies", args: ["3000", "20"], expected: bodies(3000, 20) },
  { program: "deltablue", args: ["3000"], expected: deltablue(3000) },
  { program: "havlak", args: ["15", "5"], expected: havlak(15, 10, 10) },
  { program: "havlak", args: ["3", "5", "4", "30"], expected: havlak(3, 4, 30) },
];

/** Arguments that make no sense. */
const REFUSED: readonly { readonly program: string; readonly args: readonly string[]; readonly message: string }[] = [
  { program: "queue", args: ["10", "0"], message: "the queue needs room for at least one object, not 0" },
  { program: "bodies", args: ["0"], message: "there is at least one body, not 0" },
  { program: "rbtree", args: ["sideways"], message: "the order is ascending or random, not sideways" },
  { program: "fulladd", args: ["48"], message: "the width is a power of two and at least 4, not 48" },
  { program: "fulladd", args: ["2"], message: "the width is a power of two and at least 4, not 2" },
  { program: "sieve", args: ["1"], message: "there is no prime below 2, so the limit is not 1" },
  { program: "fft", args: ["0"], message: "a number has at least one digit, not 0" },
  { program: "deltablue", args: ["0"], message: "the tests need at least one constraint, not 0" },
];

describe.each(BUILDS)("under $manager (zeal: $zeal)", (options) => {
  test.each(CASES)("$program $args", async ({ program, args, expected }) => {
    expect(await run(program, options, { args })).toEqual({ exitCode: 0, stdout: expected, stderr: "" });
  });

  test.each(REFUSED)("$program $args is refused", async ({ program, args, message }) => {
    const { exitCode, stdout, stderr } = await run(program, options, { args });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe.each([...RELEASES, { manager: "gc", nurseryBytes: 16_384 }])("larger, under $manager", (options) => {
  test.each(LARGER)("$program $args", async ({ program, args, expected }) => {
    expect(await run(program, options, { args })).toEqual({ exitCode: 0, stdout: expected, stderr: "" });
  });
});

test.each([
  [1, 1605],
  [15, 1647],
  [1500, 6102],
])("with %i searches of the small graph, havlak has the known number of loops", (small, loops) => {
  expect(havlak(small, 10, 10)).toMatch(new RegExp(`^5213 blocks, ${loops} loops,`));
});

test("builds have names of their own", () => {
  expect(new Set(BUILDS.map(nameOf)).size).toBe(BUILDS.length);
});
