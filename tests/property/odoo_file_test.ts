import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { readOdooFile } from "../../src/config/odoo_file.ts";
import { holds } from "./property.ts";

const anyText = fc.array(
  fc.oneof(
    fc.constantFrom("[options]", "[a]", "[DEFAULT]", "key = value", "KEY:", "# no", "\n", "\r\n"),
    fc.constantFrom("\n", "\n  ", "=", ":", "[", "]", "__proto__ = 1", "constructor = 1"),
    fc.string({ unit: "binary", maxLength: 20 }),
  ),
  { maxLength: 30 },
).map((pieces) => pieces.join(""));

const key = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
const value = fc.stringMatching(/^[!-~]( ?[!-~]){0,9}$/).filter((it) => !/^[#;]/.test(it));
const options = fc.uniqueArray(
  fc.tuple(key, fc.array(value, { minLength: 1, maxLength: 3 })),
  { selector: ([key]) => key, maxLength: 6 },
);

function optionsOf(text: string): [string, string][] {
  return [...readOdooFile(text).sections.get("options") ?? []];
}

describe("Odoo's file", () => {
  it("is read, or its lines are refused, whatever is in it", () => {
    holds(
      fc.property(anyText, (text) => {
        const lineCount = text.split(/\r\n|\n|\r/).length;

        const { sections, mistakes, warnings } = readOdooFile(text);

        for (const { line } of [...mistakes, ...warnings]) assert(line >= 1 && line <= lineCount);
        for (const options of sections.values()) {
          for (const [key, value] of options) {
            assertEquals(key, key.toLowerCase());
            assert(!/^[ \t\n]*[#;]/.test(key) && !value.endsWith("\n"));
          }
        }
      }),
      1000,
    );
  });

  it("gives back what is written in it, with comments, delimiters and continued lines", () => {
    const delimiter = fc.constantFrom("=", ":", " = ", " :\t");
    const between = fc.constantFrom("\n", "\n# [no]\n", "\n  ; no = 1\n", "\r\n");
    holds(fc.property(options, delimiter, between, (options, delimiter, between) => {
      const lines = options.map(([key, values]) => {
        return key.toUpperCase() + delimiter + values.join(`${between}   `);
      });
      const text = ["[options]", ...lines].join(between);

      assertEquals(optionsOf(text), options.map(([key, values]) => [key, values.join("\n")]));
    }));
  });

  it("is read in an instant, however long a line is, and however many are empty", () => {
    for (const unit of ["a", " ", "\t ", "=", "[", "[a]", "# ", "\n", "\u00a0"]) {
      for (const end of ["", "x", "=", " x"]) {
        const long = unit.repeat(100_000);
        const begin = performance.now();

        readOdooFile(`[options]\nx=1${long}${end}\n${long}${end}`);

        assert(performance.now() - begin < 5_000, JSON.stringify(unit + end));
      }
    }
  });
});
