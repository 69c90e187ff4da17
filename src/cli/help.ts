import { environmentOf, fileKeysOf, type Setting, type SettingKey } from "../config/setting.ts";
import { SETTING_KEYS, SETTINGS } from "../config/setting_table.ts";
import { shownDefault, shownFlag } from "../config/shown_settings.ts";
import { EXIT_OK, type Write } from "./exit.ts";

const INTRODUCTION = `Runs the jobs of Odoo's connector (8.0, 9.0) and queue_job (10.0 and later).

Usage: odoo-jobrunner [command] [options]

Commands:
  start                   Run jobs until SIGTERM or SIGINT; the usual one
  check-config            Show the settings in force, where each came from, and the channels
  help, -h                Show this text
  version                 Show the version
A command may also be given as an option, as in --check-config.

A setting is taken from the command line, else from the environment, else from Odoo's file: from the
first of the places below that has it. Options are written --port 8069 or --port=8069.
`;

/** `--help`: every option with its default and the places where it may stand. */
export function help(write: Write): number {
  write([INTRODUCTION, ...SETTING_KEYS.map(describe)].join("\n"));
  return EXIT_OK;
}

const INDENT = " ".repeat(6);

function describe(key: SettingKey): string {
  const setting: Setting<unknown> = SETTINGS[key];
  const keys = fileKeysOf(setting).map((it) => `[${it.section}] ${it.key}`);
  const environment = [...environmentOf(setting), ...setting.libpq ? [setting.libpq] : []];
  const lines = [
    `  ${shownFlag(key)} ${setting.placeholder}`,
    `${INDENT}${setting.help}`,
    `${INDENT}Default: ${shownDefault(key)}`,
    ...list("Environment", environment),
    ...list("File", keys),
  ];
  return `${lines.join("\n")}\n`;
}

/** A title and its items, broken at the width of a terminal. */
function list(title: string, items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = `${INDENT}${title}: `;
  items.forEach((item, index) => {
    const piece = item + (index < items.length - 1 ? ", " : "");
    if (line.length + piece.length > 100) {
      lines.push(line.trimEnd());
      line = INDENT + "  ";
    }
    line += piece;
  });
  return items.length === 0 ? [] : [...lines, line];
}
