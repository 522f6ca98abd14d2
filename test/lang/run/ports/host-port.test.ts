/** The queue that hosts are given, against an array. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HostPort } from "../../../../src/lang/index.ts";

describe("HostPort", () => {
  it("gives what was put, in order, as far as there is room", () => {
    const step = fc.oneof(fc.constant("get" as const), fc.integer());
    fc.assert(
      fc.property(fc.nat(6), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const port = new HostPort<number>(capacity);
        const model: number[] = [];
        for (const step of steps) {
          if (step === "get") expect(port.get()).toBe(model.shift() ?? null);
          else {
            expect(port.put(step)).toBe(model.length < capacity);
            if (model.length < capacity) model.push(step);
          }
          expect(port.length).toBe(model.length);
        }
      }),
    );
  });

  it("may have no bound", () => {
    const port = new HostPort<number>(Number.POSITIVE_INFINITY);
    const values = Array.from({ length: 100_000 }, (_, index) => index);
    expect(values.every((value) => port.put(value))).toBe(true);
    expect(values.map(() => port.get())).toEqual(values);
    expect(port.get()).toBe(null);
  });

  it.each([-1, 1.5, Number.NaN])("refuses a capacity of %d", (capacity) => {
    expect(() => new HostPort(capacity)).toThrow(
      new RangeError(`the capacity of a port is a whole number from 0 on, not ${capacity}`),
    );
  });
});
