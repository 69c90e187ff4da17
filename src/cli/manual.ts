import type { Meanings } from "../config/command_table.ts";

/** What a manual page tells, from its beginning to its end. */
export interface Section {
  readonly title: string;
  /** Paragraphs, and words with what each means. */
  readonly parts: readonly (string | Meanings)[];
  /** Lines that are to stand as they are, behind the parts. */
  readonly lines?: readonly string[];
}

const INDENT = " ".repeat(4);
/** Of the meaning below its word. */
const DEEP = INDENT.repeat(2);
const NARROWEST = 40;
const WIDEST = 100;

/** Sections one below the other, as `man` shows them, those with nothing in them left out. */
export function manualPage(sections: readonly Section[], columns: number): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  const texts = sections
    .filter(({ parts, lines = [] }) => parts.some((it) => it.length > 0) || lines.length > 0)
    .map(({ title, parts, lines = [] }) => {
      const blocks = parts.filter((it) => it.length > 0).map((it) => blockOf(it, width));
      const last = lines.map((it) => INDENT + it).join("\n");
      return `${title}\n${[...blocks, ...last === "" ? [] : [last]].join("\n\n")}\n`;
    });
  return texts.join("\n");
}

function blockOf(part: string | Meanings, width: number): string {
  if (typeof part === "string") return wrapped(part, INDENT, INDENT, width);
  const longest = Math.max(...part.map(([word]) => word.length));
  const isShort = longest < width / 3 && !part.some(([, meaning]) => meaning.includes("\n"));
  if (isShort) return part.map((it) => beside(it, longest, width)).join("\n");
  return part.map((it) => below(it, width)).join("\n\n");
}

function beside([word, meaning]: Meanings[number], longest: number, width: number): string {
  const first = `${INDENT}${word.padEnd(longest)}  `;
  return wrapped(meaning, first, " ".repeat(first.length), width);
}

/** Each line of the meaning begins anew. */
function below([word, meaning]: Meanings[number], width: number): string {
  const lines = meaning.split("\n").map((it) => wrapped(it, DEEP, `${DEEP}  `, width));
  return [INDENT + word, ...lines].join("\n");
}

/** Keeps words on one line: a no-break space. */
export const TIE = "\u00a0";

/** Broken between words; one that is longer than a line has its own. */
function wrapped(text: string, first: string, others: string, width: number): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n").replaceAll(TIE, " ");
}
