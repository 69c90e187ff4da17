import { cpus, release, totalmem, type } from "node:os";
import process from "node:process";

/** What was measured, beside what it is compared with: a row of a table. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** By the name of a column; null where it cannot be measured. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** The middle one: a busy moment of the machine moves it less than a mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What a share of the values does not exceed, as 0.99 of them. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0) / values.length;
}

/** How far the mean of values may be off: their noise, less the more there are. */
export function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, it) => sum + (it - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Three digits that count. */
export function shown(value: number | null): string {
  if (value === null) return "–";
  if (value !== 0 && Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString("en").replaceAll(",", " ");
}

/** A Markdown table, for the terminal and for the README. */
export function tableOf(title: string, columns: readonly string[], rows: readonly Row[]): string {
  const cells = [
    [title, "", ...columns],
    ...rows.map(({ name, unit, values }) => {
      return [name, unit, ...columns.map((it) => shown(values[it] ?? null))];
    }),
  ];
  const widths = cells[0]!.map((_, column) => {
    return Math.max(3, ...cells.map((line) => line[column]!.length));
  });
  const line = (texts: readonly string[]) => {
    const padded = texts.map((text, column) => {
      return column < 2 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    column < 2 ? "-".repeat(width) : "-".repeat(width - 1) + ":"
  );
  return [line(cells[0]!), line(rule), ...cells.slice(1).map(line)].join("\n");
}

/** The day, the machine and the runtime: figures of others mean something else. */
export function machine(): string {
  const runtime = process.versions["deno"] === undefined
    ? `Node ${process.versions.node}`
    : `Deno ${process.versions["deno"]}`;
  const day = new Date().toISOString().slice(0, 10);
  const processor = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${day}: ${processor}, ${memory}, ${type()} ${release()}, ${runtime}`;
}
