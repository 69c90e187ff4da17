import { COMPLETION_OPTIONS } from "./completion_options.ts";
import { STATUS_OPTIONS, TOP_OPTIONS, WHY_OPTIONS } from "./inquiry_options.ts";
import { ORDER_OPTIONS } from "./order_options.ts";
import { REQUEUE_ABOUT, REQUEUE_OPTIONS } from "./requeue_options.ts";
import { STEER_OPTIONS } from "./steer_options.ts";
import type { Command, CommandOption, SettingKey } from "./setting.ts";
import { SETTING_KEYS } from "./setting_table.ts";

/** Words, each with what it means. */
export type Meanings = readonly (readonly [word: string, meaning: string])[];

/** One command: what it is for, the settings it has to do with, and options of its own. */
export interface CommandShape {
  /** Its line in the list of commands. */
  readonly help: string;
  /** What it does: paragraphs of its own `--help`, or words with what each means. */
  readonly about: readonly (string | Meanings)[];
  /** What follows the name of the program in each. */
  readonly examples: readonly string[];
  readonly exits: Meanings;
  /** Variables that are no settings. */
  readonly environment?: Meanings;
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

const WRONG_USAGE = ["2", "wrong usage"] as const;
const NOT_ASKED = ["1", "the process cannot be asked"] as const;
const NOT_LET_IN = ["1", "the process cannot be asked, or does not accept the token"] as const;
const ASKS = "It asks the process that runs, over its health server, and changes nothing.";
const STEER_EXITS: Meanings = [
  ["0", "done, also when it was so already"],
  NOT_LET_IN,
  WRONG_USAGE,
  ["3", "refused: there is no such channel or database"],
];

/** Every command, once. In the order of the help. */
export const COMMANDS: { readonly [C in Command]: CommandShape } = {
  start: {
    help: "Run jobs until SIGTERM or SIGINT; the usual one",
    about: ["Runs the jobs of Odoo's connector (8.0, 9.0) and queue_job (10.0 and later)."],
    examples: [
      "",
      "--config=/etc/odoo/odoo.conf --channels=root:4,mail:2",
      "-d shop --port=8069",
    ],
    exits: [
      ["0", "stopped as asked"],
      ["1", "failure"],
      ["2", "wrong settings, all of them are told"],
    ],
    settings: SETTING_KEYS,
    options: {},
  },
  status: {
    help: "Show databases, channels and Odoo at one look",
    about: [`Shows databases, channels, Odoo and who leads, at one look. ${ASKS}`],
    examples: ["status", "status --json --url=http://runner:8070"],
    exits: [
      ["0", "all is as it should be, or another runner leads"],
      NOT_ASKED,
      WRONG_USAGE,
      [
        "3",
        "something is wrong: a database that cannot be served, Odoo away, no leader, a broken " +
        "scheduler",
      ],
    ],
    settings: SERVER_SETTINGS,
    options: STATUS_OPTIONS,
  },
  top: {
    help: "Show channels, databases and Odoo live",
    about: [
      `Shows Odoo, channels and databases as they change, until q or Ctrl-C. ${ASKS}`,
      "Where nobody looks on, in a pipe or a file, it writes one view after the other as plain " +
      "text. When the process gives no answer it says so, and goes on asking.",
    ],
    examples: ["top", "top --interval=1 --url=http://runner:8070", "top --once"],
    exits: [
      ["0", "ended as asked"],
      ["1", "with --once, the process cannot be asked"],
      WRONG_USAGE,
    ],
    environment: [
      ["NO_COLOR", "no colours, if it is set to anything"],
      ["TERM", "dumb: plain text, as in a pipe"],
    ],
    settings: SERVER_SETTINGS,
    options: TOP_OPTIONS,
  },
  why: {
    help: "Say why a job, a channel or a database does not run",
    about: [
      "Says why a job does not run, or a channel, or a database: all reasons, the job's way " +
      `through the channels, and what this job runner has seen of it since its start. ${ASKS}`,
    ],
    examples: [
      "why a5f69320-0120-48f8-a607-dd3bde054e87",
      "why --channel=mail",
      "why --database=shop --json",
    ],
    exits: [
      ["0", "nothing holds it back: it runs, runs next, or is done"],
      ["1", "the process cannot be asked, or a database gave no answer"],
      WRONG_USAGE,
      ["3", "it is held back, and the reasons are written"],
      ["4", "there is no such job, channel or database"],
    ],
    settings: SERVER_SETTINGS,
    options: WHY_OPTIONS,
    operand: "uuid",
  },
  pause: {
    help: "Take no more jobs of a channel, of a database or at all",
    about: [
      "Has the running process take no more jobs of a channel, of a database or at all, until " +
      "resume or the end of the process. What runs goes on, and keeps its places.",
      "Of several job runners each has its own: ask the one that leads.",
    ],
    examples: [
      "pause --channel=mail",
      "pause --database=shop --by=anna",
      "pause --everything --url=http://runner:8070 --token-file=/etc/odoo/token",
    ],
    exits: STEER_EXITS,
    settings: ORDER_SETTINGS,
    options: STEER_OPTIONS,
    changesJobs: true,
  },
  resume: {
    help: "Take them again",
    about: ["Takes back a pause; also where the channel string pauses a channel."],
    examples: ["resume --channel=mail", "resume --everything"],
    exits: STEER_EXITS,
    settings: ORDER_SETTINGS,
    options: STEER_OPTIONS,
    changesJobs: true,
  },
  reload: {
    help: "Have the running process read its settings again",
    about: [
      "Has the running process read its settings again, as SIGHUP does. What can change is in " +
      "force at once; what wants a restart is named. Where anything is wrong nothing is changed, " +
      "and all that is wrong is said.",
    ],
    examples: [
      "reload",
      "reload --json --url=http://runner:8070 --token-file=/etc/odoo/token",
    ],
    exits: [
      ["0", "read again"],
      NOT_LET_IN,
      WRONG_USAGE,
      ["3", "refused, the old settings are in force"],
    ],
    settings: ORDER_SETTINGS,
    options: ORDER_OPTIONS,
  },
  "check-config": {
    help: "Show the settings in force, where each came from, and the channels",
    about: [
      "Shows the settings in force, where each came from, the channels, and what is wrong.",
      "For short: check.",
    ],
    examples: ["check-config", "check-config --config=/etc/odoo/odoo.conf"],
    exits: [["0", "the settings can be used"], ["2", "they cannot, and all mistakes are told"]],
    settings: SETTING_KEYS,
    options: {},
  },
  requeue: {
    help: "Set failed jobs, or such as are stuck, back to pending",
    about: REQUEUE_ABOUT,
    examples: [
      "requeue --dry-run",
      "requeue --channel=mail --older-than=1h",
      "requeue --database=shop --state=enqueued,started --older-than=6h",
    ],
    exits: [
      ["0", "done, also when there was nothing to do"],
      ["1", "a database failed, the others are done"],
      ["2", "wrong usage, and nothing was done"],
    ],
    settings: DATABASE_SETTINGS,
    options: REQUEUE_OPTIONS,
    changesJobs: true,
  },
  completion: {
    help: "Write what makes a shell complete this command's words",
    about: [
      "Writes a script that makes a shell complete commands, options and their values.",
      "In a file it is there for all sessions to come; for one session, in bash: " +
      "source\u00a0<(odoo-jobrunner\u00a0completion\u00a0bash)",
    ],
    examples: [
      "completion bash > ~/.local/share/bash-completion/completions/odoo-jobrunner",
      "completion zsh > ~/.zsh/completions/_odoo-jobrunner",
      "completion fish > ~/.config/fish/completions/odoo-jobrunner.fish",
    ],
    exits: [["0", "it is written"], WRONG_USAGE],
    settings: [],
    options: COMPLETION_OPTIONS,
    operand: "shell",
  },
  help: {
    help: "Show this text",
    ...{ about: [], examples: [], exits: [], settings: [], options: {} },
  },
  version: {
    help: "Show the version",
    ...{ about: [], examples: [], exits: [], settings: [], options: {} },
  },
};

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly Command[];
