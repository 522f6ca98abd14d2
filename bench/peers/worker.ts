/**
 * The process of one peer: opens it once, then runs it whenever it is sent arguments.
 *
 * A process of its own keeps the others' garbage out of V8's heap and its size the peer's doing, as it does for the
 * managers in `heapwright compare`. Garbage of a run is collected before its answer goes out.
 */

import type { Peer } from "./convention.ts";
import { openPeer, type PeerCode } from "./peer.ts";

let peer: Peer | null = null;

process.on("message", (message: PeerCode | readonly string[]) => {
  if ("kind" in message) {
    peer = openPeer(message);
    return;
  }
  const result = peer!.run(message);
  globalThis.gc!();
  process.send!(result);
});
