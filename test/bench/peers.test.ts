/** The peers of the bench do what the Mote programs do, in small; the bench compares their outputs in full size. */

import { describe, expect, it } from "vitest";
import { buildPeer, CONTESTANTS } from "../../bench/peers/contestants.ts";
import { openPeer } from "../../bench/peers/peer.ts";

const CASES = [
  { program: "binarytrees", args: ["6"] },
  { program: "queue", args: ["100000", "7"] },
  { program: "queue", args: ["3", "7"] },
  { program: "lists", args: ["100", "400"] },
  { program: "rbtree", args: ["ascending", "3000"] },
  { program: "rbtree", args: ["random", "3000"] },
] as const;

describe("peers", () => {
  it.each(CASES)("all print the same for $program $args", async ({ program, args }) => {
    const outputs: Record<string, string> = {};
    for (const contestant of CONTESTANTS) {
      const code = await buildPeer(contestant, program);
      if (code !== null) outputs[contestant] = openPeer(code).run(args).stdout;
    }
    expect(outputs.gc).toMatch(/^.+\n$/s);
    for (const [contestant, output] of Object.entries(outputs)) expect(output, contestant).toBe(outputs.gc);
  });
});
