import { COMMAND_NAMES, COMMANDS } from "../config/command_table.ts";
import {
  type Command,
  type CommandOption,
  environmentOf,
  fileKeysOf,
  type Setting,
  type SettingKey,
} from "../config/setting.ts";
import { SETTING_KEYS, SETTINGS } from "../config/setting_table.ts";
import { shownDefault, shownFlag } from "../config/shown_settings.ts";
import { EXIT_OK, type Write } from "./exit.ts";

const INTRODUCTION = `Runs the jobs of Odoo's connector (8.0, 9.0) and queue_job (10.0 and later).

Usage: odoo-jobrunner [command] [options]

Commands:
${COMMAND_NAMES.map((it) => `  ${it.padEnd(24)}${COMMANDS[it].help}`).join("\n")}
A command may also be given as an option, as in --check-config. What it can be told: --help after
it, as in requeue --help.

A setting is taken from the command line, else from the environment, else from Odoo's file, else
from libpq's environment (PGHOST and the like): from the first that has it. Options are written
--port 8069 or --port=8069; -c is --config, -d is --database, as with Odoo.

Exit code 0: stopped as asked; 1: failure; 2: wrong settings, all of them are told.
`;

/**
 * `--help`: every option with its default and the places where it may stand. Beside a command, what
 * that one does and its own options.
 */
export function help(topic: Command | null, write: Write): number {
  const isOwn = topic !== null && Object.keys(COMMANDS[topic].options).length > 0;
  const text = isOwn
    ? helpOf(topic)
    : [INTRODUCTION, ...SETTING_KEYS.map((key) => describe(key))].join("\n");
  write(text);
  return EXIT_OK;
}

function helpOf(command: Command): string {
  const { about, options, settings } = COMMANDS[command];
  return [
    `Usage: odoo-jobrunner ${command} [options]\n`,
    `${about}\n`,
    ...Object.values(options).map(describeOption),
    "Settings, from the command line or from where the runner has them (see --help):",
    ...settings.flatMap((key) => {
      const { placeholder, help } = SETTINGS[key];
      return [`  ${shownFlag(key)} ${placeholder}`, INDENT + help];
    }),
    "",
  ].join("\n");
}

function describeOption(option: CommandOption<unknown>): string {
  const { name, placeholder, help, isSwitch, shownDefault } = option;
  const lines = [`  --${name} ${placeholder}`.trimEnd(), INDENT + help];
  if (!isSwitch) lines.push(`${INDENT}Default: ${shownDefault ?? option.fallback}`);
  return `${lines.join("\n")}\n`;
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
