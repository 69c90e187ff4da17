import type { LogLevel } from "../log_level.ts";

/** What the process can be asked to do. Explained one by one in COMMANDS. */
export type Command =
  | "start"
  | "status"
  | "top"
  | "why"
  | "pause"
  | "resume"
  | "reload"
  | "requeue"
  | "check-config"
  | "completion"
  | "help"
  | "version";

/** All settings of the process, in the program's units. Explained one by one in SETTINGS. */
export interface Settings {
  readonly command: Command;
  readonly configFile: string | null;
  readonly channels: string;
  /** Null is all that Odoo would list. */
  readonly databases: string[] | null;
  /** A Python expression; `pythonRegex` translates it. */
  readonly dbfilter: string | null;
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly httpAuthUser: string | null;
  readonly httpAuthPassword: string | null;
  readonly httpCaFile: string | null;
  readonly httpVerify: boolean;
  /** A host name, or the directory of a Unix socket, or several separated by commas. */
  readonly dbHost: string | null;
  /** Of all hosts, or one for each. */
  readonly dbPort: number | readonly number[];
  readonly dbUser: string;
  readonly dbPassword: string | null;
  readonly dbSslmode: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  readonly dbSslrootcert: string | null;
  readonly dbTemplate: string;
  readonly maintenanceDatabase: string;
  readonly healthHost: string;
  readonly healthPort: number;
  readonly metricsPort: number | null;
  /** Null: nothing can be changed over the health server. */
  readonly adminTokenFile: string | null;
  readonly logLevel: LogLevel;
  readonly logHandlers: string[];
  readonly discoveryIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatDeadlineMs: number;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** 0 is never. */
  readonly pollIntervalMs: number;
  readonly singleRunner: boolean;
  /** Null is never. */
  readonly requeueStartedAfterMs: number | null;
}

/** The settings that people give; what is to be done with them is no setting. */
export type SettingKey = Exclude<keyof Settings, "command">;

/** One setting: where it may come from, how it is read, and how it is explained. */
export interface Setting<T> {
  /**
   * `db-host` is the option `--db-host`, `ODOO_JOBRUNNER_DB_HOST` and `db_host` in `[jobrunner]`.
   */
  readonly name: string;
  /** Other options for it, the one to show first. */
  readonly flags?: readonly string[];
  /**
   * Its name in the settings of Odoo's own job runner, as in `ODOO_QUEUE_JOB_PORT` and `[queue_job]
   * port`.
   */
  readonly stock?: string;
  /** Environment variables of Odoo. */
  readonly odooEnvironment?: readonly string[];
  /** Keys in `[options]` of Odoo's file. */
  readonly odooKeys?: readonly string[];
  /** The environment variable of libpq, asked when nothing else says anything. */
  readonly libpq?: string;
  readonly placeholder: string;
  readonly fallback: T;
  /** The default as people read it; without it the fallback is shown. */
  readonly shownDefault?: string;
  /** Throws a RangeError that says what is wanted. */
  readonly read: (text: string) => T;
  readonly help: string;
  readonly secret?: boolean;
  /** An option given several times adds to a list instead of replacing. */
  readonly isList?: boolean;
  /** `False` in a file is an answer, and not "unset". */
  readonly isFlag?: boolean;
  /** It says which file to read, and so cannot stand in it. */
  readonly outsideFile?: boolean;
}

/** An option of one command: as a setting, but given on the command line alone. */
export interface CommandOption<T> extends
  Pick<
    Setting<T>,
    "name" | "placeholder" | "fallback" | "shownDefault" | "read" | "help" | "isList"
  > {
  /** Needs no value: its name alone says yes. */
  readonly isSwitch?: boolean;
}

export type CommandOptions<T> = { readonly [K in keyof T]: CommandOption<T[K]> };

/**
 * The environment variables and sections of Odoo's own job runner: of queue_job, and of connector
 * (8.0, 9.0).
 */
export const STOCK_ENVIRONMENTS = ["ODOO_QUEUE_JOB_", "ODOO_CONNECTOR_"] as const;
export const STOCK_SECTIONS = ["queue_job", "options-connector"] as const;
export const OUR_ENVIRONMENT = "ODOO_JOBRUNNER_";
export const OUR_SECTION = "jobrunner";
export const ODOO_SECTION = "options";

type Names = Pick<
  Setting<unknown>,
  "name" | "flags" | "stock" | "odooEnvironment" | "odooKeys" | "outsideFile"
>;

/** The options of a setting, the one to show first. */
export function flagsOf(setting: Names): string[] {
  return [...setting.flags ?? [], `--${setting.name}`];
}

/** The environment variables of a setting, the strongest first. */
export function environmentOf(setting: Names): string[] {
  const ours = OUR_ENVIRONMENT + upperName(setting.name);
  const { stock } = setting;
  const theirs = stock === undefined
    ? []
    : STOCK_ENVIRONMENTS.map((family) => family + upperName(stock));
  return [ours, ...theirs, ...setting.odooEnvironment ?? []];
}

/** The sections and keys of a setting in Odoo's file, the strongest first. */
export function fileKeysOf(setting: Names): { section: string; key: string }[] {
  const { stock } = setting;
  if (setting.outsideFile) return [];
  return [
    { section: OUR_SECTION, key: setting.name.replaceAll("-", "_") },
    ...(stock === undefined ? [] : STOCK_SECTIONS.map((section) => ({ section, key: stock }))),
    ...(setting.odooKeys ?? []).map((key) => ({ section: ODOO_SECTION, key })),
  ];
}

function upperName(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
