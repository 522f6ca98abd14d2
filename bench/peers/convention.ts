/**
 * What the peers of a Mote program have in common: they are given numbers, report numbers, and print what it prints.
 *
 * Only the words of the output are made here, a handful of lines in a run, and the defaults of the arguments.
 */

export type ProgramName = "binarytrees" | "queue" | "lists" | "rbtree";

/** Takes the numbers of one line of output; an i64 comes as a bigint. */
export type Report = (...numbers: (number | bigint)[]) => void;

export interface PeerResult {
  /** What the Mote program of the same name prints. */
  readonly stdout: string;
  /** Time inside the peer in milliseconds. */
  readonly ms: number;
}

/** Something that does the same as a Mote program. */
export interface Peer {
  /** Runs once: a module in a new instance. `args` as for the Mote program, with the same defaults. */
  run(args: readonly string[]): PeerResult;
}

interface Convention {
  /** The numbers that a peer's `run` takes, from the arguments of the Mote program. */
  parameters(args: readonly string[]): number[];
  /** The line of output that the reported numbers stand for. */
  line(...numbers: (number | bigint)[]): string;
}

const ORDERS = ["ascending", "random"];

const CONVENTIONS: Readonly<Record<ProgramName, Convention>> = {
  binarytrees: {
    parameters: ([most = "16"]) => [Number(most)],
    line: (kind, trees, depth, nodes) => {
      const subjects = ["stretch tree", `${trees}\t trees`, "long lived tree"];
      return `${subjects[Number(kind)]} of depth ${depth}\t check: ${nodes}`;
    },
  },
  queue: {
    parameters: ([pushes = "10000000", live = "50000"]) => [Number(pushes), Number(live)],
    line: (pushes, waiting, sum) => `${pushes} jobs pushed, ${waiting} waiting at the end, checksum ${sum}`,
  },
  lists: {
    parameters: ([lists = "5000", cells = "1000"]) => [Number(lists), Number(cells)],
    line: (lists, cells, total) => `${lists} lists of ${cells} cells, total ${total}`,
  },
  rbtree: {
    parameters: ([order = "ascending", keys = "500000"]) => [ORDERS.indexOf(order), Number(keys)],
    line: (order, keys, size, depth, sum) =>
      `${keys} ${ORDERS[Number(order)]} keys: size ${size}, depth ${depth}, checksum ${sum}`,
  },
};

/** @param prepare makes what a run needs, such as an instance, before time is taken; it returns the run */
export function peerOf(name: ProgramName, prepare: (report: Report) => (...numbers: number[]) => void): Peer {
  const { parameters, line } = CONVENTIONS[name];
  return {
    run(args) {
      const lines: string[] = [];
      const run = prepare((...numbers) => lines.push(`${line(...numbers)}\n`));
      const numbers = parameters(args);
      const begin = performance.now();
      run(...numbers);
      const ms = performance.now() - begin;
      return { stdout: lines.join(""), ms };
    },
  };
}
