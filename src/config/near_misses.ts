import { nearestWord } from "../scheduler/nearest_word.ts";
import type { ConfigFile } from "./config_file.ts";
import {
  environmentOf,
  fileKeysOf,
  ODOO_SECTION,
  OUR_ENVIRONMENT,
  OUR_SECTION,
  STOCK_SECTIONS,
} from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./setting_table.ts";
import type { Environment } from "./sources.ts";

const SECTIONS = [OUR_SECTION, ...STOCK_SECTIONS, ODOO_SECTION];
/** The names of variables are long, and begin alike. */
const CHANGES_IN_VARIABLE_MAX = 2;
/** What people write for a section, too far from it to be a slip of the pen. */
const SECTION_MEANT: ReadonlyMap<string, string> = new Map([
  ["connector", "options-connector"],
  ["queue", "queue_job"],
  ["runner", OUR_SECTION],
]);

/**
 * Warns of names that nobody reads and that look like ones which are read. Without it a misspelt
 * section or key means `root:1`, silently.
 */
export function nearMisses(environment: Environment, file: ConfigFile | null): string[] {
  const warnings = variables(environment);
  for (const [section, options] of file?.content.sections ?? []) {
    const where = `${file?.path} [${section}]`;
    if (SECTIONS.includes(section)) {
      warnings.push(...keys(section, [...options.keys()]).map((it) => `${where} ${it}`));
      continue;
    }
    const meant = SECTION_MEANT.get(section) ?? nearestWord(section, SECTIONS);
    if (meant !== null) warnings.push(`${where} is not read, meant may be [${meant}]`);
  }
  return warnings;
}

function variables(environment: Environment): string[] {
  const known = SETTING_KEYS.flatMap((key) => environmentOf(SETTINGS[key]));
  return Object.keys(environment).flatMap((name) => {
    if (!name.startsWith("ODOO") || known.includes(name)) return [];
    const isOurs = name.startsWith(OUR_ENVIRONMENT);
    const meant = nearestWord(name, known, CHANGES_IN_VARIABLE_MAX);
    if (meant !== null) return [`${name} is not read, meant may be ${meant}`];
    return isOurs ? [`${name} is not read`] : [];
  });
}

/**
 * Odoo has many keys of its own in `[options]`; there, only what belongs elsewhere is worth a word.
 */
function keys(section: string, given: readonly string[]): string[] {
  const all = SETTING_KEYS.flatMap((key) => fileKeysOf(SETTINGS[key]));
  const known = all.filter((it) => it.section === section).map((it) => it.key);
  const misplaced = all.filter((it) => it.section === STOCK_SECTIONS[0]).map((it) => it.key);
  return given.filter((key) => !known.includes(key)).flatMap((key) => {
    if (section === ODOO_SECTION) {
      const meant = misplaced.includes(key) ? key : nearestWord(key, ["channels"]);
      return meant === null ? [] : [`${key} is not read there, ${meant} stands in [queue_job]`];
    }
    const meant = nearestWord(key, known);
    if (meant !== null) return [`${key} is not read, meant may be ${meant}`];
    return section === OUR_SECTION ? [`${key} is not read`] : [];
  });
}
