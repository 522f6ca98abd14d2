/**
 * The reps of numbers: to the collector, Words and Floats. 64-bit integers are bigints in JavaScript.
 */
import { HeapError, shown } from "../../core/errors.ts";
import type { Session } from "./ref.ts";
import type { Rep } from "./rep.ts";

/** How a number lies in memory. */
interface Format<T> {
  readonly name: string;
  readonly kind: "word" | "float";
  readonly bytes: 1 | 2 | 4 | 8;
  /** What it takes, in words. */
  readonly takes: string;
  fits(value: T): boolean;
  read(data: DataView, address: number): T;
  write(data: DataView, address: number, value: T): void;
}

function number<T>(format: Format<T>): Rep<T> {
  return {
    name: format.name,
    kind: format.kind,
    bytes: format.bytes,
    alignment: format.bytes,
    boxWords: [],
    sliceWords: [],
    hasArray: false,
    prepare(_session: Session, value: T, where: string): unknown {
      if (format.fits(value)) return value;
      throw new HeapError("wrong-rep", `${where} is ${format.name} and takes ${format.takes}, not ${shown(value)}`);
    },
    write(session: Session, address: number, prepared: unknown): void {
      format.write(session.views.data, address, prepared as T);
    },
    read(session: Session, address: number): T {
      return format.read(session.views.data, address);
    },
  };
}

function integer(
  name: string,
  bytes: 1 | 2 | 4,
  lowest: number,
  read: Format<number>["read"],
  write: Format<number>["write"],
): Rep<number> {
  const highest = lowest + 256 ** bytes - 1;
  const takes = `a whole number from ${lowest} to ${highest}`;
  const fits = (value: number) => Number.isInteger(value) && value >= lowest && value <= highest;
  return number({ name, kind: "word", bytes, takes, fits, read, write });
}

function longInteger(
  name: string,
  lowest: bigint,
  read: Format<bigint>["read"],
  write: Format<bigint>["write"],
): Rep<bigint> {
  const highest = lowest + (1n << 64n) - 1n;
  const takes = `a bigint from ${lowest}n to ${highest}n`;
  const fits = (value: bigint) => typeof value === "bigint" && value >= lowest && value <= highest;
  return number({ name, kind: "word", bytes: 8, takes, fits, read, write });
}

function float(name: string, bytes: 4 | 8, read: Format<number>["read"], write: Format<number>["write"]): Rep<number> {
  const fits = (value: number) => typeof value === "number";
  return number({ name, kind: "float", bytes, takes: "a number", fits, read, write });
}

const INT8 = integer(
  "int8",
  1,
  -128,
  (d, a) => d.getInt8(a),
  (d, a, v) => d.setInt8(a, v),
);
const UINT8 = integer(
  "uint8",
  1,
  0,
  (d, a) => d.getUint8(a),
  (d, a, v) => d.setUint8(a, v),
);
const INT16 = integer(
  "int16",
  2,
  -32768,
  (d, a) => d.getInt16(a, true),
  (d, a, v) => d.setInt16(a, v, true),
);
const UINT16 = integer(
  "uint16",
  2,
  0,
  (d, a) => d.getUint16(a, true),
  (d, a, v) => d.setUint16(a, v, true),
);
const INT32 = integer(
  "int32",
  4,
  -2147483648,
  (d, a) => d.getInt32(a, true),
  (d, a, v) => d.setInt32(a, v, true),
);
const UINT32 = integer(
  "uint32",
  4,
  0,
  (d, a) => d.getUint32(a, true),
  (d, a, v) => d.setUint32(a, v, true),
);
const INT64 = longInteger(
  "int64",
  -(1n << 63n),
  (d, a) => d.getBigInt64(a, true),
  (d, a, v) => d.setBigInt64(a, v, true),
);
const UINT64 = longInteger(
  "uint64",
  0n,
  (d, a) => d.getBigUint64(a, true),
  (d, a, v) => d.setBigUint64(a, v, true),
);
const FLOAT32 = float(
  "float32",
  4,
  (d, a) => d.getFloat32(a, true),
  (d, a, v) => d.setFloat32(a, v, true),
);
const FLOAT64 = float(
  "float64",
  8,
  (d, a) => d.getFloat64(a, true),
  (d, a, v) => d.setFloat64(a, v, true),
);

/** A whole number, signed, in one byte. */
export const int8 = (): Rep<number> => INT8;
/** A whole number, unsigned, in one byte. */
export const uint8 = (): Rep<number> => UINT8;
/** A whole number, signed, in two bytes. */
export const int16 = (): Rep<number> => INT16;
/** A whole number, unsigned, in two bytes. */
export const uint16 = (): Rep<number> => UINT16;
/** A whole number, signed, in four bytes. */
export const int32 = (): Rep<number> => INT32;
/** A whole number, unsigned, in four bytes. */
export const uint32 = (): Rep<number> => UINT32;
/** A bigint, signed, in eight bytes. */
export const int64 = (): Rep<bigint> => INT64;
/** A bigint, unsigned, in eight bytes. */
export const uint64 = (): Rep<bigint> => UINT64;
/** A number rounded to single precision, in four bytes. */
export const float32 = (): Rep<number> => FLOAT32;
/** A number, in eight bytes. */
export const float64 = (): Rep<number> => FLOAT64;
