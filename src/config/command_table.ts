import { COMPLETION_HELP, COMPLETION_OPTIONS } from "./completion_options.ts";
import {
  STATUS_HELP,
  STATUS_OPTIONS,
  TOP_HELP,
  TOP_OPTIONS,
  WHY_HELP,
  WHY_OPTIONS,
} from "./inquiry_options.ts";
import { ORDER_OPTIONS, RELOAD_HELP } from "./order_options.ts";
import { REQUEUE_HELP, REQUEUE_OPTIONS } from "./requeue_options.ts";
import { PAUSE_HELP, RESUME_HELP, STEER_OPTIONS } from "./steer_options.ts";
import type { Command, CommandOption, SettingKey } from "./setting.ts";
import { SETTING_KEYS } from "./setting_table.ts";

/** One command: what it is for, the settings it has to do with, and options of its own. */
export interface CommandShape {
  /** Its line in the list of commands. */
  readonly help: string;
  /** What its own `--help` says before the options. */
  readonly about: string;
  readonly settings: readonly SettingKey[];
  readonly options: Readonly<Record<string, CommandOption<unknown>>>;
  /**
   * It changes jobs: an option that is given empty, by a variable that is not set, must not mean
   * all of them.
   */
  readonly changesJobs?: boolean;
  /** The option that a word without a name is. */
  readonly operand?: string;
}

/** Which databases, and how to reach them. */
const DATABASE_SETTINGS: readonly SettingKey[] = [
  "configFile",
  "databases",
  "dbfilter",
  "dbHost",
  "dbPort",
  "dbUser",
  "dbPassword",
  "dbSslmode",
  "dbSslrootcert",
  "dbTemplate",
  "maintenanceDatabase",
  "statementTimeoutMs",
  "connectTimeoutMs",
];

/** Where the running process is asked. */
const SERVER_SETTINGS: readonly SettingKey[] = ["configFile", "healthHost", "healthPort"];

/** The same, and the token that it wants. */
const ORDER_SETTINGS: readonly SettingKey[] = [...SERVER_SETTINGS, "adminTokenFile"];

/** Every command, once. In the order of the help. */
export const COMMANDS: { readonly [C in Command]: CommandShape } = {
  start: {
    help: "Run jobs until SIGTERM or SIGINT; the usual one",
    about: "Runs jobs until SIGTERM or SIGINT.",
    settings: SETTING_KEYS,
    options: {},
  },
  status: {
    help: "Show databases, channels and Odoo at one look",
    about: STATUS_HELP,
    settings: SERVER_SETTINGS,
    options: STATUS_OPTIONS,
  },
  top: {
    help: "The same live, until q is pressed",
    about: TOP_HELP,
    settings: SERVER_SETTINGS,
    options: TOP_OPTIONS,
  },
  why: {
    help: "Say why a job, a channel or a database does not run",
    about: WHY_HELP,
    settings: SERVER_SETTINGS,
    options: WHY_OPTIONS,
    operand: "uuid",
  },
  pause: {
    help: "Take no more jobs of a channel, of a database or at all",
    about: PAUSE_HELP,
    settings: ORDER_SETTINGS,
    options: STEER_OPTIONS,
    changesJobs: true,
  },
  resume: {
    help: "Take them again",
    about: RESUME_HELP,
    settings: ORDER_SETTINGS,
    options: STEER_OPTIONS,
    changesJobs: true,
  },
  reload: {
    help: "Have the running process read its settings again",
    about: RELOAD_HELP,
    settings: ORDER_SETTINGS,
    options: ORDER_OPTIONS,
  },
  "check-config": {
    help: "Show the settings in force, where each came from, and the channels",
    about: "Shows the settings in force, where each came from, the channels, and what is wrong.",
    settings: SETTING_KEYS,
    options: {},
  },
  requeue: {
    help: "Set failed jobs, or such as are stuck, back to pending",
    about: REQUEUE_HELP,
    settings: DATABASE_SETTINGS,
    options: REQUEUE_OPTIONS,
    changesJobs: true,
  },
  completion: {
    help: "Write what makes a shell complete this command's words",
    about: COMPLETION_HELP,
    settings: [],
    options: COMPLETION_OPTIONS,
    operand: "shell",
  },
  help: { help: "Show this text", about: "", settings: [], options: {} },
  version: { help: "Show the version", about: "Shows the version.", settings: [], options: {} },
};

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly Command[];
