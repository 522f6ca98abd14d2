/**
 * The beginning of programs in Mote that keep lists: `keep(n)` makes one of n rows, of 16 bytes each, and `sum` tells
 * them apart.
 */

export const ROWS = `union Rows { End, Row(n: Int, rest: Rows) }
fn keep(n: Int) -> Rows { let rows = End; for i in 0..n { rows = Row(i, rows) }; rows }
fn sumFrom(rows: Rows, start: Int) -> Int { match rows { End => start, Row(n, rest) => sumFrom(rest, start * 31 + n) } }
fn sum(rows: Rows) -> Int { sumFrom(rows, 0) }
`;
