/**
 * What havlak.mote prints, from what its loops are by definition instead of by Havlak's algorithm.
 *
 * In a depth-first spanning tree, a node is a header if an edge comes to it from itself or from below. Its loop has
 * those nodes below it from which it can be reached without leaving what is below it; another entry makes the loop
 * irreducible.
 */

/** The targets of each block's edges, in the order in which they are searched. */
type Graph = number[][];

/** A loop around two loops, in a row; the loops around the next ones begin at block 10. */
const LOOPS: readonly (readonly [number, number])[] = [
  ...([
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [3, 4],
    [4, 5],
    [5, 6],
    [5, 7],
    [6, 8],
    [7, 8],
    [8, 9],
  ] as const),
  ...([
    [8, 5],
    [4, 1],
    [9, 0],
    [9, 10],
  ] as const),
];
const LOOPS_BLOCKS = 10;
const LOOPS_IN_A_ROW = 5;

function connect(graph: Graph, from: number, to: number): void {
  while (graph.length <= Math.max(from, to)) graph.push([]);
  graph[from]!.push(to);
}

function smallGraph(): Graph {
  const graph: Graph = [];
  for (const [from, to] of LOOPS) connect(graph, from, to);
  connect(graph, 0, 2);
  return graph;
}

function largeGraph(trees: number, loops: number): Graph {
  const graph = smallGraph();
  let end = 2;
  for (let tree = 0; tree < trees; tree++) {
    connect(graph, 2, ++end);
    for (let loop = 0; loop < loops; loop++) {
      const top = end;
      connect(graph, top, ++end);
      for (let i = 0; i < LOOPS_IN_A_ROW; i++, end += LOOPS_BLOCKS) {
        for (const [from, to] of LOOPS) connect(graph, end + from, end + to);
      }
      connect(graph, end, end + 1);
      connect(graph, end++, top);
    }
    connect(graph, end, 1);
  }
  return graph;
}

interface Summary {
  readonly loops: number;
  readonly irreducible: number;
  /** Blocks that are in a loop and no header. */
  readonly inside: number;
  readonly depth: number;
}

function summarise(graph: Graph): Summary {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const sources: number[][] = graph.map(() => []);
  const visit = (block: number): void => {
    first.set(block, first.size);
    for (const target of graph[block]!) {
      sources[target]!.push(block);
      if (!first.has(target)) visit(target);
    }
    last.set(block, first.size - 1);
  };
  visit(0);
  const isBelow = (block: number, top: number): boolean =>
    first.get(block)! >= first.get(top)! && first.get(block)! <= last.get(top)!;

  const headers = [...first.keys()].filter((block) => sources[block]!.some((source) => isBelow(source, block)));
  // In how many loops each block is, those of which it is the header left out.
  const around = new Map<number, number>();
  let irreducible = 0;
  for (const header of headers) {
    const body = new Set([header]);
    let entries = 0;
    for (const block of body) {
      for (const source of sources[block]!) {
        if (isBelow(source, header)) body.add(source);
        else if (block !== header) entries++;
      }
    }
    if (entries > 0) irreducible++;
    body.delete(header);
    for (const block of body) around.set(block, (around.get(block) ?? 0) + 1);
  }
  return {
    loops: headers.length,
    irreducible,
    inside: around.size - headers.filter((header) => around.has(header)).length,
    depth: Math.max(...headers.map((header) => 1 + (around.get(header) ?? 0))),
  };
}

/** The parameters are the program's arguments but the second, the number of searches that print nothing. */
export function havlak(small: number, trees: number, loops: number): string {
  const graph = largeGraph(trees, loops);
  const [one, all] = [summarise(smallGraph()), summarise(graph)];
  const sum = (key: keyof Summary): number => small * one[key] + all[key];
  const depth = Math.max(small > 0 ? one.depth : 0, all.depth);
  return [
    `${graph.length} blocks, ${sum("loops") + 1} loops, depth ${depth}\n`,
    `${sum("irreducible")} irreducible loops, ${sum("inside")} blocks in loops besides the headers\n`,
  ].join("");
}
