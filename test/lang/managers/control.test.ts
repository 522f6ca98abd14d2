/** Control, numbers and tail calls under every manager. */

import { describe, expect, it } from "vitest";
import type { IrType, Variable } from "../../../src/lang/ir/ir.ts";
import { managerNames } from "../../../src/lang/managers/registry.ts";
import { addPrintInt, BOOL, FLOAT, float, INT, int, LONG, long, ProgramBuilder, recordOf } from "../ir-notation.ts";
import { expectOutput, outputOf } from "./expect-output.ts";

describe("control and numbers", () => {
  it("computes with every operator", () => {
    expectOutput((p) => {
      const printInt = addPrintInt(p);
      const f = p.declare(
        "compute",
        [
          ["a", INT],
          ["b", INT],
          ["x", LONG],
          ["y", FLOAT],
        ],
        [],
      );
      const [a, b, x, y] = f.fn.params as [Variable, Variable, Variable, Variable];
      const show = (value: Variable): void => {
        const { kind } = value.type;
        f.call(
          printInt,
          kind === "long"
            ? f.unary("longToInt", INT, value)
            : kind === "float"
              ? f.unary("floatToInt", INT, value)
              : kind === "bool"
                ? f.unary("boolToInt", INT, value)
                : value,
        );
      };
      for (const operator of ["add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr"] as const) {
        show(f.binary(operator, a, b));
        show(f.binary(operator, x, long(3n)));
      }
      for (const operator of ["eq", "ne", "lt", "le", "gt", "ge"] as const) {
        show(f.binary(operator, a, b));
        show(f.binary(operator, y, float(2.5)));
      }
      show(f.binary("ltUnsigned", a, b));
      show(f.unary("neg", INT, a));
      show(f.unary("abs", INT, a));
      show(f.unary("abs", LONG, x));
      show(f.unary("not", BOOL, f.binary("eq", a, b)));
      show(f.unary("clz", INT, b));
      show(f.unary("ctz", LONG, long(8n)));
      show(f.unary("popcount", INT, a));
      for (const operator of ["floor", "ceil", "sqrt", "abs", "neg"] as const) {
        show(f.binary("mul", f.unary(operator, FLOAT, y), float(10)));
      }
      show(f.unary("floatFromBits", FLOAT, f.unary("floatBits", LONG, y)));
      show(f.unary("floatToInt", INT, float(Number.NaN)));
      show(f.unary("floatToInt", INT, float(1e300)));
      show(f.unary("longToFloat", FLOAT, f.unary("intToLong", LONG, a)));
      f.return();
      const main = p.declare("main", [], []);
      main.call(f, int(-17), int(5), long(-100n), float(6.25));
    }, EXPECTED_NUMBERS);
  });

  it("leaves loops and blocks, and selects by number", () => {
    expectOutput((p) => {
      const main = p.declare("main", [], []);
      main.range(int(-2), int(12), (index) => {
        main.block((done) => {
          main.switch(
            index,
            [
              [[0, 1], () => main.print("a")],
              [[2], () => main.break(done)],
              [[3, 4, 5], () => main.print("b")],
              [[7], () => main.print("c")],
              [[8], () => main.print("d")],
              [[9], () => main.print("e")],
            ],
            () => main.print("."),
          );
          main.switch(index, [[[1000, -1], () => main.print("!")]], () => main.print(","));
        });
      });
      const count = main.mutable("count", INT, int(0));
      main.loop((outer) => {
        main.loop((inner) => {
          main.set(count, main.binary("add", count, int(1)));
          main.if(main.binary("lt", count, int(5)), () => main.continue(outer));
          main.if(main.binary("gt", count, int(8)), () => main.break(outer));
          main.if(main.binary("eq", count, int(7)), () => main.break(inner));
        });
        main.print("x");
      });
      main.print("\n");
    }, ".,.!a,a,b,b,b,.,c,d,e,.,.,x\n");
  });

  it("makes ten million tail calls, to itself and to others, with swapped pointers", () => {
    const build = (rounds: number) => (p: ProgramBuilder) => {
      const printInt = addPrintInt(p);
      const cell = recordOf("Cell", [["value", INT]]);
      const type: IrType = { kind: "record", record: cell };
      const swap = p.declare(
        "swap",
        [
          ["n", INT],
          ["a", type],
          ["b", type],
        ],
        [type],
      );
      swap.if(swap.binary("eq", swap.param(0), int(0)), () => swap.return(swap.param(1)));
      swap.tailCall(swap, swap.binary("sub", swap.param(0), int(1)), swap.param(2), swap.param(1));
      const even = p.declare(
        "even",
        [
          ["n", INT],
          ["cell", type],
        ],
        [type, INT],
      );
      const odd = p.declare(
        "odd",
        [
          ["n", INT],
          ["cell", type],
        ],
        [type, INT],
      );
      for (const [f, other] of [
        [even, odd],
        [odd, even],
      ] as const) {
        f.if(f.binary("eq", f.param(0), int(0)), () => f.return(f.param(1), int(f === even ? 0 : 1)));
        const made = f.construct(cell, f.binary("add", f.field(f.param(1), 0), int(1)));
        f.tailCall(other, f.binary("sub", f.param(0), int(1)), made);
      }
      const main = p.declare("main", [], []);
      const [one, two] = [main.construct(cell, int(1)), main.construct(cell, int(2))];
      const [swapped] = main.call(swap, int(rounds + 1), one, two) as [Variable];
      main.call(printInt, main.field(swapped, 0));
      const [last, isOdd] = main.call(even, int(rounds), swapped) as [Variable, Variable];
      main.call(printInt, main.field(last, 0));
      main.call(printInt, isOdd);
    };
    for (const manager of managerNames()) {
      const program = new ProgramBuilder();
      build(10_000_000)(program);
      expect(outputOf(program.program(), { manager })).toBe("2\n10000002\n0\n");
    }
    expectOutput(build(100), "2\n102\n0\n");
  });
});

const EXPECTED_NUMBERS = [
  [-12, -97, -22, -103, -85, -300, -3, -33, -2, -1],
  [5 & -17, -100 & 3, -17 | 5, -100 | 3, -17 ^ 5, -100 ^ 3],
  [-17 << 5, -800, -17 >> 5, -13, -17 >>> 5, Number(BigInt.asIntN(32, BigInt.asUintN(64, -100n) >> 3n))],
  [0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1],
  [0, 17, 17, 100, 1, 29, 3, 31],
  [60, 70, 25, 62, -62],
  [6, 0, 2147483647, -17],
]
  .flat()
  .map((value) => `${value}\n`)
  .join("");
