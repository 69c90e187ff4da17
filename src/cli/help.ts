import { COMMAND_NAMES, COMMANDS, type Meanings } from "../config/command_table.ts";
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
import { EXIT_OK, type Output } from "./exit.ts";
import { manualPage, type Section, TIE } from "./manual.ts";

const PROGRAM = "odoo-jobrunner";
/** Where nobody says how wide it is. */
const COLUMNS = 100;

/**
 * `--help`: a manual page of the program, with every option, its default and the places where it
 * may stand. Beside a command, a page of that one.
 */
export function help(topic: Command | null, { write, terminal }: Output): number {
  const isOwn = topic !== null && topic !== "start" && COMMANDS[topic].about.length > 0;
  const columns = terminal?.isScreen ? terminal.columns : COLUMNS;
  write(manualPage(isOwn ? pageOf(topic) : programPage(), columns));
  return EXIT_OK;
}

function programPage(): Section[] {
  const { about, exits } = COMMANDS.start;
  return [
    { title: "NAME", parts: [`${PROGRAM} - runs the jobs of Odoo`] },
    { title: "SYNOPSIS", parts: [], lines: [`${PROGRAM} [COMMAND] [OPTION]...`] },
    {
      title: "DESCRIPTION",
      parts: [
        ...about,
        "A setting is taken from the command line, else from the environment, else from Odoo's " +
        "file, else from libpq's environment (PGHOST and the like): from the first that has it.",
      ],
    },
    {
      title: "COMMANDS",
      parts: [
        COMMAND_NAMES.map((it) => [it, COMMANDS[it].help] as const),
        "A command may also be given as an option, as in --check-config. What it can be told: " +
        "--help after it, as in requeue --help.",
      ],
    },
    {
      title: "OPTIONS",
      parts: [
        "Written --port 8069 or --port=8069; -c is --config, -d is --database, as with Odoo.",
        SETTING_KEYS.map((key) => [wordOf(SETTINGS[key]), settingText(key)] as const),
      ],
    },
    { title: "EXIT STATUS", parts: [exits] },
    examplesOf("start"),
    {
      title: "ENVIRONMENT",
      parts: [
        "The variables of each setting stand beside it above. Variables of OpenTelemetry " +
        "(OTEL_...) switch tracing on.",
      ],
    },
    {
      title: "FILES",
      parts: [[
        ["~/.odoorc", "Odoo's configuration file, unless --config names another"],
        ["~/.openerp_serverrc", "the same by its older name"],
        ["~/.pgpass", "passwords of PostgreSQL, as libpq reads them"],
      ]],
    },
  ];
}

function pageOf(command: Command): Section[] {
  const { help, about, options, settings, exits, environment = [] } = COMMANDS[command];
  return [
    { title: "NAME", parts: [`${PROGRAM} ${command} - ${help[0]!.toLowerCase()}${help.slice(1)}`] },
    { title: "SYNOPSIS", parts: [], lines: [synopsisOf(command)] },
    { title: "DESCRIPTION", parts: about },
    {
      title: "OPTIONS",
      parts: [
        Object.values(options).map((it) => [wordOf(it), optionText(it)] as const),
        ...settings.length === 0 ? [] : ["Settings, from here or where the runner has them:"],
        settings.map((key) => {
          return [wordOf(SETTINGS[key]), `${SETTINGS[key].help}\n${defaultOf(key)}`] as const;
        }),
      ],
    },
    { title: "EXIT STATUS", parts: [exits] },
    examplesOf(command),
    { title: "ENVIRONMENT", parts: [[...environment, ...bySetting(settings, variablesOf)]] },
    { title: "FILES", parts: [bySetting(settings, keysOf)] },
  ];
}

function synopsisOf(command: Command): string {
  const { settings, options, operand } = COMMANDS[command];
  const first = operand === undefined ? [] : [`[${options[operand]!.placeholder}]`];
  const hasOptions = settings.length + Object.keys(options).length > first.length;
  return [PROGRAM, command, ...first, ...hasOptions ? ["[OPTION]..."] : []].join(" ");
}

function examplesOf(command: Command): Section {
  const lines = COMMANDS[command].examples.map((it) => `${PROGRAM} ${it}`.trimEnd());
  return { title: "EXAMPLES", parts: [], lines };
}

function wordOf(option: CommandOption<unknown>): string {
  const setting: Setting<unknown> = option;
  return `${setting.flags?.[0] ?? `--${option.name}`} ${option.placeholder}`.trimEnd();
}

function optionText({ help, isSwitch, shownDefault, fallback }: CommandOption<unknown>): string {
  return isSwitch ? help : `${help}\nDefault: ${shownDefault ?? fallback}`;
}

/** With the places where it may stand. */
function settingText(key: SettingKey): string {
  const variables = variablesOf(key);
  const keys = keysOf(key);
  return [
    SETTINGS[key].help,
    defaultOf(key),
    ...variables.length === 0 ? [] : [`Environment: ${variables.join(", ")}`],
    ...keys.length === 0 ? [] : [`File: ${keys.join(", ")}`],
  ].join("\n");
}

function defaultOf(key: SettingKey): string {
  return `Default: ${shownDefault(key)}`;
}

/** Where settings may stand, and as which option. */
function bySetting(
  keys: readonly SettingKey[],
  placesOf: (key: SettingKey) => readonly string[],
): Meanings {
  return keys
    .filter((key) => placesOf(key).length > 0)
    .map((key) => [shownFlag(key), placesOf(key).join(", ")] as const);
}

function variablesOf(key: SettingKey): string[] {
  const setting: Setting<unknown> = SETTINGS[key];
  return [...environmentOf(setting), ...setting.libpq ? [setting.libpq] : []];
}

function keysOf(key: SettingKey): string[] {
  return fileKeysOf(SETTINGS[key]).map((it) => `[${it.section}]${TIE}${it.key}`);
}
