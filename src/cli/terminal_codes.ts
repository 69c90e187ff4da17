/*
 * What a terminal is told to do, as ECMA-48 and xterm have it: all that terminals of today know.
 */

/** The other screen, without scrolling back, a cursor or lines that are broken. */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const ERASE_LINE = "\u001b[K";
const ERASE_BELOW = "\u001b[J";

export type Style = "plain" | "bold" | "dim" | "red" | "yellow";

const STYLES: Readonly<Record<Style, string>> = {
  plain: "",
  bold: "\u001b[1m",
  dim: "\u001b[2m",
  red: "\u001b[31m",
  yellow: "\u001b[33m",
};
const PLAIN = "\u001b[0m";

/** One line, of one style. */
export interface Line {
  readonly text: string;
  readonly style: Style;
}

/** Takes the screen; answers how to give it back as it was. */
export function enterScreen(write: (text: string) => void): () => void {
  write(ENTER);
  return () => write(LEAVE);
}

/** Draws lines over what stands on the screen, which are as many as fit, and cut where it ends. */
export function drawOver(lines: readonly Line[], columns: number, hasColours: boolean): string {
  const drawn = lines.map(({ text, style }) => {
    const cut = cutAt(text, columns);
    return hasColours && style !== "plain" ? STYLES[style] + cut + PLAIN : cut;
  });
  return `${HOME}${drawn.map((it) => it + ERASE_LINE).join("\r\n")}${ERASE_BELOW}`;
}

/** East Asian characters and pictures take two columns, accents of their own none. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
const PICTURE = /\p{Emoji_Presentation}/u;
const NO_WIDTH = /\p{M}/u;

function cutAt(text: string, columns: number): string {
  let width = 0;
  let cut = "";
  for (const character of text) {
    if (!NO_WIDTH.test(character)) {
      width += WIDE.test(character) || PICTURE.test(character) ? 2 : 1;
    }
    if (width > columns) return cut;
    cut += character;
  }
  return cut;
}
