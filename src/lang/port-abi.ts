/**
 * How an emitted module asks its host for ports: the imports of the module "ports".
 *
 *     put.int.jobs    (value: i32) -> i32            whether there was room; long: i64, float: f64, text: its bytes' number
 *     get.int.jobs    () -> (i32, value: i32)        whether there was a value, and the value; text: its bytes' number
 *     text.send       (address: i32, bytes: i32)     a piece of the text that the next put speaks of
 *     text.receive    (address: i32, bytes: i32)     writes the next piece of the text that the last get spoke of
 *
 * A text crosses in pieces, in order, so that a module whose texts are not in linear memory needs no room for a whole
 * one.
 */

export const PORTS_MODULE = "ports";
export const TEXT_SEND = "text.send";
export const TEXT_RECEIVE = "text.receive";

export type PortType = "int" | "long" | "float" | "bool" | "byte" | "text";

/** What a program does with a port. */
export type PortUse = "put" | "get";

/** A function of a port that a program calls. */
export interface PortFunction {
  readonly use: PortUse;
  readonly type: PortType;
  /** The port's name. */
  readonly name: string;
}

/** The name of the import. */
export function importName({ use, type, name }: PortFunction): string {
  return `${use}.${type}.${name}`;
}

/** The functions of ports that a module imports. */
export function portFunctions(module: WebAssembly.Module): PortFunction[] {
  return WebAssembly.Module.imports(module).flatMap(({ module: from, name }) => {
    if (from !== PORTS_MODULE || name === TEXT_SEND || name === TEXT_RECEIVE) return [];
    const [use, type, port] = name.split(".") as [PortUse, PortType, string];
    return [{ use, type, name: port }];
  });
}
