/** The imports of a module that uses ports, over its linear memory. */

import { importName, PORTS_MODULE, portFunctions, TEXT_RECEIVE, TEXT_SEND } from "../../port-abi.ts";
import { PortCalls } from "./calls.ts";
import type { Ports } from "./host-port.ts";

/**
 * What a module's instance needs for its ports.
 * @param bytes a part of the instance's memory, which may have grown since the last call
 * @throws TypeError when the program uses a port that is not in `ports`
 */
export function portImports(
  module: WebAssembly.Module,
  ports: Ports,
  bytes: (address: number, count: number) => Uint8Array,
): WebAssembly.Imports {
  const functions = portFunctions(module);
  const calls = new PortCalls(ports);
  calls.require(functions);
  const imports: WebAssembly.ModuleImports = {
    [TEXT_SEND]: (address: number, count: number) => calls.send(bytes(address, count)),
    [TEXT_RECEIVE]: (address: number, count: number) => calls.receive(bytes(address, count)),
  };
  for (const port of functions) {
    const nothing = [0, port.type === "long" ? 0n : 0];
    imports[importName(port)] =
      port.use === "put"
        ? (value: number | bigint) => (calls.put(port, value) ? 1 : 0)
        : () => {
            const value = calls.get(port);
            return value === null ? nothing : [1, value];
          };
  }
  return { [PORTS_MODULE]: imports };
}
