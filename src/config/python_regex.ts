import { SPACE } from "./python_text.ts";

/**
 * The JavaScript expression that matches what Python's `re.match` does: a pattern at the start of a
 * text.
 *
 * @throws {RangeError} Where Python knows something that JavaScript does not, or neither does.
 */
export function pythonRegex(pattern: string): RegExp {
  const translation = new Translation(pattern);
  const source = translation.run();
  try {
    const { flags } = new RegExp(source, translation.flags);
    return new RegExp(`^(?:${source})`, flags);
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^.*: /, "") : String(error);
    throw new RangeError(`it is no regular expression (${detail})`, { cause: error });
  }
}

/** What Python takes for a letter of a word; inside of `[…]`. */
const WORD = "\\p{L}\\p{N}_";
const BOUNDARY = `(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}])`;

/** Escapes that mean the same, or what JavaScript says instead, outside of `[…]`. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: "(?<![^])",
  Z: "(?![^])",
  a: "\\x07",
  b: `(?=${BOUNDARY})`,
  // Not in an empty text, until Python 3.14.
  B: `(?=(?!${BOUNDARY})(?:(?<=[^])|[^]))`,
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  n: "\\n",
  r: "\\r",
  t: "\\t",
  f: "\\f",
  v: "\\v",
};

/** The escapes that differ inside of `[…]`; null cannot be said there. */
const ESCAPES_IN_SET: Readonly<Record<string, string | null>> = {
  A: null,
  Z: null,
  B: null,
  b: "\\x08",
  w: WORD,
  W: null,
  s: SPACE,
  S: null,
};

/** JavaScript knows more ends of lines than `\n`; `$` may stand before the last one. */
const AT_LINES = { "^": "(?<![^\\n])", "$": "(?![^\\n])" };
const AT_TEXT = { "^": "(?<![^])", "$": "(?=\\n?(?![^]))" };

/** Walks once over a pattern, piece by piece. */
class Translation {
  flags = "u";
  #marks: Readonly<Record<string, string>> = { ...AT_TEXT, ".": "[^\\n]" };
  /** Groups that have begun so far: what stands further on cannot be referred to. */
  #groupCount = 0;
  #rest: string;

  constructor(pattern: string) {
    this.#rest = pattern;
  }

  run(): string {
    this.#readFlags();
    let source = "";
    while (this.#rest !== "") source += this.#piece();
    return source;
  }

  #readFlags(): void {
    const flags = this.#take(/^\(\?([a-zA-Z]+)\)/)?.[1] ?? "";
    for (const flag of new Set(flags)) {
      if (flag === "i") this.flags += flag;
      else if (flag === "m") this.#marks = { ...this.#marks, ...AT_LINES };
      else if (flag === "s") this.#marks = { ...this.#marks, ".": "[^]" };
      else if (flag !== "u") {
        throw new RangeError(`the flag "(?${flag})" is known to Python alone`);
      }
    }
  }

  #piece(): string {
    if (this.#rest.startsWith("\\")) return this.#escape(ESCAPES);
    if (this.#rest.startsWith("[")) return this.#set();
    if (this.#rest.startsWith("(?")) return this.#group();
    if (/^(?:[*+?]|\{\d*,?\d*\})\+/.test(this.#rest)) {
      throw new RangeError("possessive quantifiers are known to Python alone");
    }
    const repeat = this.#take(/^\{(\d*)(,?)(\d*)\}/);
    if (repeat !== null) return repeated(repeat);
    const [literal = ""] = this.#take(/^[{}\]]/) ?? [];
    if (literal !== "") return `\\${literal}`;
    const mark = this.#take(/^[.^$]/)?.[0];
    if (mark !== undefined) return this.#marks[mark] ?? "";
    const character = this.#take(/^[^]/u)?.[0] ?? "";
    if (character === "(") this.#groupCount++;
    return character;
  }

  #escape(known: Readonly<Record<string, string | null>>): string {
    const code = this.#take(/^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/);
    if (code !== null) return `\\u{${code[1] ?? code[2] ?? code[3]?.replace(/^0+(?=.)/, "")}}`;
    const number = this.#take(/^\\([1-9]\d?)(?!\d)/)?.[1];
    if (Number(number) > this.#groupCount) {
      throw new RangeError(`there is no group ${number} before "\\${number}"`);
    }
    if (number !== undefined) return `(?:\\${number})`;
    const character = this.#take(/^\\([^])/u)?.[1] ?? "";
    const ours = known[character];
    if (typeof ours === "string") return ours;
    if (ours === null || /^[a-zA-Z0-9]?$/.test(character)) {
      throw new RangeError(`"\\${character}" has no meaning there that could be translated`);
    }
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  }

  /** `[…]`: a `]` at its start and every `[` are letters in Python. */
  #set(): string {
    let source = this.#take(/^\[\^?/)?.[0] ?? "";
    if (this.#take(/^\]/) !== null) source += "\\]";
    while (!this.#rest.startsWith("]")) {
      if (this.#rest === "") throw new RangeError('a set ends with "]", as in "[a-z]"');
      if (this.#rest.startsWith("\\")) source += this.#escape({ ...ESCAPES, ...ESCAPES_IN_SET });
      else if (this.#take(/^\[/) !== null) source += "\\[";
      else source += this.#take(/^[^]/u)?.[0] ?? "";
    }
    this.#take(/^\]/);
    return `${source}]`;
  }

  #group(): string {
    const name = this.#take(/^\(\?P<([^>]*)>/)?.[1];
    if (name !== undefined) {
      this.#groupCount++;
      return `(?<${name}>`;
    }
    const reference = this.#take(/^\(\?P=([^)]*)\)/)?.[1];
    if (reference !== undefined) return `\\k<${reference}>`;
    if (this.#take(/^\(\?#[^)]*\)/) !== null) return "";
    const same = this.#take(/^\(\?(?:[:=!]|<[=!])/)?.[0];
    if (same !== undefined) return same;
    throw new RangeError(`"${this.#rest.slice(0, 4)}" is known to Python alone`);
  }

  #take(expression: RegExp): RegExpExecArray | null {
    const match = expression.exec(this.#rest);
    if (match !== null) this.#rest = this.#rest.slice(match[0].length);
    return match;
  }
}

/** `{,3}` begins at 0 in Python; `{}` is text. */
function repeated([all, from = "", comma = "", to = ""]: RegExpExecArray): string {
  if (from === "" && comma === "") return all.replace("{", "\\{").replace("}", "\\}");
  return `{${from === "" ? "0" : from}${comma}${to}}`;
}
