import { indentOf, stripped } from "./python_text.ts";

/** One line of a file that cannot be read, or is read otherwise than meant. */
export interface FileNote {
  readonly line: number;
  readonly text: string;
}

/** The sections of a configuration file, and what is wrong in it. Keys are in lower case. */
export interface OdooFile {
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly mistakes: readonly FileNote[];
  readonly warnings: readonly FileNote[];
}

/** The section whose values hold for all others too. */
const DEFAULTS = "DEFAULT";
const SECTION = /^\[([^]+)\]/;

/**
 * Reads Odoo's configuration file as Python's RawConfigParser does: `=` or `:`, values that go on
 * in indented lines, comments in lines of their own, no interpolation. What Python 3 refuses and
 * Python 2 takes (a section or an option twice: the last wins) is a warning.
 */
export function readOdooFile(text: string): OdooFile {
  const reader = new Reader();
  text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).forEach((line, index) => {
    reader.read(line, index + 1);
  });
  return reader.file();
}

class Reader {
  readonly #sections = new Map<string, Map<string, string[]>>();
  readonly #mistakes: FileNote[] = [];
  readonly #warnings: FileNote[] = [];
  #section: Map<string, string[]> | null = null;
  #sectionName = "";
  /** The lines of the value that an indented line continues. */
  #value: string[] | null = null;
  #indent = 0;

  read(line: string, number: number): void {
    const content = stripped(line);
    if (content.startsWith("#") || content.startsWith(";")) return;
    if (content === "") {
      this.#value?.push("");
      return;
    }
    const indent = indentOf(line);
    if (this.#value !== null && indent > this.#indent) {
      this.#value.push(content);
      return;
    }
    this.#indent = indent;
    const section = SECTION.exec(content)?.[1];
    if (section !== undefined) this.#open(section, number);
    else this.#addOption(content, number);
  }

  file(): OdooFile {
    const defaults = joined(this.#sections.get(DEFAULTS) ?? new Map());
    const sections = new Map<string, ReadonlyMap<string, string>>();
    for (const [name, options] of this.#sections) {
      if (name !== DEFAULTS) sections.set(name, new Map([...defaults, ...joined(options)]));
    }
    return { sections, mistakes: this.#mistakes, warnings: this.#warnings };
  }

  #open(name: string, line: number): void {
    const known = this.#sections.get(name);
    if (known !== undefined && name !== DEFAULTS) {
      const text = `the section [${name}] stands there twice, which Odoo 11.0 and later refuse`;
      this.#warnings.push({ line, text });
    }
    this.#section = known ?? new Map();
    this.#sections.set(name, this.#section);
    this.#sectionName = name;
    this.#value = null;
  }

  #addOption(content: string, line: number): void {
    const delimiter = content.search(/[=:]/);
    const key = stripped(content.slice(0, Math.max(delimiter, 0))).toLowerCase();
    if (this.#section === null) {
      this.#mistakes.push({
        line,
        text: 'a section stands before the first option, as in "[options]"',
      });
      // One mistake is enough for all the lines before the first section.
      this.#section = new Map();
    } else if (key === "") {
      this.#mistakes.push({
        line,
        text: 'a line is an option with a value, as in "db_port = 5432"',
      });
    } else if (this.#section.has(key)) {
      const where = `[${this.#sectionName}]`;
      const text =
        `"${key}" stands in ${where} twice, which Odoo 11.0 and later refuse; the last wins`;
      this.#warnings.push({ line, text });
    }
    if (key === "") return;
    this.#value = [stripped(content.slice(delimiter + 1))];
    this.#section.set(key, this.#value);
  }
}

function joined(options: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  return new Map(
    [...options].map(([key, lines]) => [key, lines.join("\n").replace(/(?<!\n)\n+$/, "")]),
  );
}
