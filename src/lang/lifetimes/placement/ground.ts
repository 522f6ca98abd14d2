/**
 * Which groups of recursive functions have objects at all.
 *
 * While a component settles, its objects move to groups of more destinations, and the groups that they leave keep each
 * other up around the recursion. A group is grounded if an allocation site is in it, through any calls.
 */

import type { IrFunction } from "../../ir/ir.ts";
import { asCallerSees, type Destinations, NOWHERE } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import type { Node } from "./graph.ts";

/** The nodes of each flow of a settled component that stand for objects or are inputs. */
export function groundedNodes(flows: readonly Flow[]): ReadonlyMap<Flow, ReadonlySet<Node>> {
  const nodes = new Map(flows.map((flow) => [flow, new Set<Node>(flow.graph.nodes.filter(({ input }) => input))]));
  const groups = new Map<IrFunction, Set<Destinations>>(flows.map(({ fn }) => [fn, new Set()]));
  let news = true;
  const ground = (flow: Flow, node: Node): void => {
    const known = nodes.get(flow)!;
    if (known.has(node)) return;
    known.add(node);
    if (node.destinations !== NOWHERE) groups.get(flow.fn)!.add(asCallerSees(node.destinations));
    news = true;
  };
  for (const flow of flows) for (const node of flow.sites.values()) ground(flow, node);
  while (news) {
    news = false;
    for (const flow of flows) {
      for (const [callee, origin, node] of flow.groups()) {
        // Those of callees outside of the component have been found out before.
        if (groups.get(callee)?.has(origin) ?? true) ground(flow, node);
      }
    }
  }
  return nodes;
}
