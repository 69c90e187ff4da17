import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readOdooFile } from "../../src/config/odoo_file.ts";
import { pythonRegex } from "../../src/config/python_regex.ts";
import { pathOf } from "../../scripts/project.ts";
import { PROPERTY_SEED } from "./property.ts";

/** What RawConfigParser reads in a text; null where it refuses it. */
interface IniReading {
  readonly text: string;
  readonly sections: readonly (readonly [string, readonly (readonly [string, string])[]])[] | null;
  /** Something stands there twice, which Python 3 refuses and Python 2 takes. */
  readonly isDouble: boolean;
}

/** Which texts `re.match` accepts; null where the pattern is none. */
interface RegexReading {
  readonly pattern: string;
  readonly accepted: readonly string[] | null;
}

/** The patterns of a list of readings, and the texts that all of them were tried on. */
interface RegexReadings {
  readonly texts: readonly string[];
  readonly readings: readonly RegexReading[];
}

const SCRIPT = pathOf("tests/property/python/python_reads.py");
const LIVE_COUNT = 2000;
/** What a pattern has in it that JavaScript cannot say; refusing it is right. */
const PYTHON_ONLY = /\\[N0]|\(\?[ax]|[*+?}]\+|\(\?<?[=!]\w\)[*+?{]|\[\\D\]/;

function checkFiles(readings: readonly IniReading[]): void {
  for (const { text, sections, isDouble } of readings) {
    const file = readOdooFile(text);
    const shown = JSON.stringify(text);
    assertEquals(file.mistakes.length > 0, sections === null, `${shown} has mistakes`);
    if (sections === null) continue;
    const wanted = new Map(sections.map(([name, options]) => [name, new Map(options)]));
    assertEquals(new Map(file.sections), wanted, shown);
    assertEquals(file.warnings.length > 0, isDouble, `${shown} says something twice`);
  }
  const readable = readings.filter(({ sections }) => sections !== null);
  assertGreater(readable.length, readings.length / 3);
}

function checkPatterns({ texts, readings }: RegexReadings): void {
  let translatedCount = 0;
  for (const { pattern, accepted } of readings) {
    const regex = translated(pattern);
    const shown = JSON.stringify(pattern);
    if (regex === null) {
      assert(accepted === null || PYTHON_ONLY.test(pattern), `${shown} is refused`);
      continue;
    }
    assert(accepted !== null, `Python refuses ${shown}`);
    assertEquals(texts.filter((it) => regex.test(it)), [...accepted], shown);
    translatedCount++;
  }
  assertGreater(translatedCount, readings.length / 4);
}

function translated(pattern: string): RegExp | null {
  try {
    return pythonRegex(pattern);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function iniReadings(jsonLines: string): IniReading[] {
  return parsed(jsonLines) as IniReading[];
}

function regexReadings(jsonLines: string): RegexReadings {
  const [head, ...readings] = parsed(jsonLines);
  const { texts } = head as Pick<RegexReadings, "texts">;
  return { texts, readings: readings as RegexReading[] };
}

function parsed(jsonLines: string): unknown[] {
  return jsonLines.trim().split("\n").map((line) => JSON.parse(line));
}

function recorded(file: string): string {
  return readFileSync(pathOf(`tests/property/python/${file}`), "utf8");
}

/** What the Python of this machine says. */
function live(kind: "ini" | "regex"): string {
  const args = [SCRIPT, kind, String(PROPERTY_SEED), String(LIVE_COUNT)];
  const { stdout, stderr, error } = spawnSync("python3", args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  assert(error === undefined && stderr === "", `${error ?? stderr}`);
  return stdout;
}

describe("what Python said", () => {
  it("of files, is what is read here", () => {
    checkFiles(iniReadings(recorded("ini.jsonl")));
  });

  it("of expressions, is what they mean here", () => {
    checkPatterns(regexReadings(recorded("regex.jsonl")));
  });
});

// Where there is no Python these are no tests, instead of tests that pass.
if (spawnSync("python3", ["--version"]).status === 0) {
  describe("what this machine's Python says", () => {
    it("of other files, is what is read here", () => {
      checkFiles(iniReadings(live("ini")));
    });

    it("of other expressions, is what they mean here", () => {
      checkPatterns(regexReadings(live("regex")));
    });
  });
}
