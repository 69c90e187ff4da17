/** What Python takes for white space, which is not quite what JavaScript does; inside of `[…]`. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE_BEFORE = new RegExp(`^[${SPACE}]*`);
/** The look behind keeps the search for the end from beginning anew at each space of many. */
const SPACE_AROUND = new RegExp(`^[${SPACE}]+|(?<![${SPACE}])[${SPACE}]+$`, "g");

/** A text without the white space around it, as by Python's `strip`. */
export function stripped(text: string): string {
  return text.replace(SPACE_AROUND, "");
}

/** How far a line is indented. */
export function indentOf(line: string): number {
  return SPACE_BEFORE.exec(line)?.[0].length ?? 0;
}
