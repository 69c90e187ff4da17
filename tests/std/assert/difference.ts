import { inspect } from "node:util";

/**
 * Longer texts are compared only where they begin and end the same: a table of every line is too
 * large.
 */
const COMPARED_LINES_MAX = 2000;

/** A value as one can read it in a message: every level, keys in order. */
export function shown(value: unknown): string {
  return inspect(value, {
    depth: 12,
    sorted: true,
    breakLength: 80,
    maxArrayLength: 1000,
    maxStringLength: 20_000,
  });
}

/** What differs, line by line: `-` was found, `+` was wanted. */
export function differenceOf(actual: unknown, expected: unknown): string {
  const areTexts = typeof actual === "string" && typeof expected === "string";
  const hasLines = areTexts && (actual + expected).includes("\n");
  const found = (hasLines ? actual : shown(actual)).split("\n");
  const wanted = (hasLines ? expected : shown(expected)).split("\n");
  const lines = compared(found, wanted).map(([sign, line]) => `${sign} ${line}`);
  return ["    [Diff] Actual / Expected", "", ...lines, ""].join("\n");
}

type Line = ["-" | "+" | " ", string];

function compared(found: string[], wanted: string[]): Line[] {
  let start = 0;
  while (start < found.length && start < wanted.length && found[start] === wanted[start]) start++;
  let end = 0;
  const endMax = Math.min(found.length, wanted.length) - start;
  while (end < endMax && found.at(-1 - end) === wanted.at(-1 - end)) end++;
  const same = (line: string): Line => [" ", line];
  return [
    ...found.slice(0, start).map(same),
    ...middle(found.slice(start, found.length - end), wanted.slice(start, wanted.length - end)),
    ...found.slice(found.length - end).map(same),
  ];
}

function middle(found: string[], wanted: string[]): Line[] {
  if (Math.max(found.length, wanted.length) > COMPARED_LINES_MAX) {
    return [
      ...found.map((line): Line => ["-", line]),
      ...wanted.map((line): Line => ["+", line]),
    ];
  }
  const lengths = commonLengths(found, wanted);
  const width = wanted.length + 1;
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < found.length || j < wanted.length) {
    if (i < found.length && j < wanted.length && found[i] === wanted[j]) {
      lines.push([" ", found[i++] as string]);
      j++;
    } else if (
      j === wanted.length ||
      (i < found.length && at(lengths, (i + 1) * width + j) >= at(lengths, i * width + j + 1))
    ) {
      lines.push(["-", found[i++] as string]);
    } else lines.push(["+", wanted[j++] as string]);
  }
  return lines;
}

/**
 * `[i * (wanted.length + 1) + j]`: the longest common run of lines from `found[i]` and `wanted[j]`
 * on.
 */
function commonLengths(found: string[], wanted: string[]): Uint16Array {
  const width = wanted.length + 1;
  const lengths = new Uint16Array((found.length + 1) * width);
  for (let i = found.length - 1; i >= 0; i--) {
    for (let j = wanted.length - 1; j >= 0; j--) {
      const below = (i + 1) * width + j;
      lengths[i * width + j] = found[i] === wanted[j]
        ? at(lengths, below + 1) + 1
        : Math.max(at(lengths, below), at(lengths, i * width + j + 1));
    }
  }
  return lengths;
}

function at(lengths: Uint16Array, index: number): number {
  return lengths[index] ?? 0;
}
