/** Numbers as people read them, and plain tables. */

const UNITS = ["bytes", "KiB", "MiB", "GiB"];
const grouped = new Intl.NumberFormat("en-US");

/** Such as `512 bytes`, `12.3 KiB`, `1.0 GiB`. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} ${value === 1 ? "byte" : "bytes"}` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** Milliseconds with three or so significant digits, without the unit. */
export function formatMs(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

/** Such as `1,234,567`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Lines of a table with a heading and a rule; the last column is not padded on its right. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index]!;
        return columns[index]!.align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...rows.map(line),
  ];
}
