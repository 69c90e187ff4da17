/** A name from outside on one line of a terminal, without what would steer it. */
export function readable(name: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)
    ? JSON.stringify(name).replace(HIDDEN, code)
    : name;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function code(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Rows of cells as lines: columns of numbers to the right, others to the left. */
export function textTable(rows: readonly (readonly (string | number)[])[]): string[] {
  const columns = (rows.at(-1) ?? []).map((cell, index) => {
    const width = Math.max(...rows.map((row) => String(row[index] ?? "").length));
    return { width, isNumber: typeof cell === "number" };
  });
  return rows.map((row) => {
    const cells = columns.map(({ width, isNumber }, index) => {
      const text = String(row[index] ?? "");
      return isNumber ? text.padStart(width) : text.padEnd(width);
    });
    return cells.join("  ").trimEnd();
  });
}
