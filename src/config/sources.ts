import type { CommandLine } from "./command_line.ts";
import type { OdooFile } from "./odoo_file.ts";
import {
  environmentOf,
  fileKeysOf,
  OUR_ENVIRONMENT,
  OUR_SECTION,
  type Setting,
  type SettingKey,
} from "./setting.ts";
import { SETTINGS } from "./setting_table.ts";

/** How much a source counts: the smaller wins. */
export const RANK = {
  commandLine: 0,
  ourEnvironment: 1,
  odooEnvironment: 2,
  file: 3,
  libpq: 4,
  fallback: 5,
} as const;
export type Rank = typeof RANK[keyof typeof RANK];

/** A value that is given somewhere for a setting. */
export interface Source {
  readonly text: string;
  /**
   * Where it is given, as people call it: `--port`, `ODOO_QUEUE_JOB_PORT`, `odoo.conf [queue_job]
   * port`.
   */
  readonly origin: string;
  readonly rank: Rank;
  /** Odoo's own job runner reads it too. */
  readonly isShared: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Words by which Odoo's file says that an option is not set. */
const UNSET = /^(false|none)$/i;

/** All that is given: on the command line, in the environment, in Odoo's file. */
export class Sources {
  readonly #commandLine: CommandLine;
  readonly #environment: Environment;
  readonly #file: OdooFile | null;
  readonly #path: string;

  constructor(
    commandLine: CommandLine,
    environment: Environment,
    file: { path: string; content: OdooFile } | null,
  ) {
    this.#commandLine = commandLine;
    this.#environment = environment;
    this.#file = file?.content ?? null;
    this.#path = file?.path ?? "";
  }

  /** The values given for one setting, the strongest first. */
  of(key: SettingKey): Source[] {
    const setting: Setting<unknown> = SETTINGS[key];
    return [
      ...this.#given(key),
      ...environmentOf(setting).flatMap((name) => this.#variable(name)),
      ...fileKeysOf(setting).flatMap((it) => this.#option(it.section, it.key, setting.isFlag)),
      ...(setting.libpq === undefined ? [] : this.#variable(setting.libpq, RANK.libpq)),
    ];
  }

  #given(key: SettingKey): Source[] {
    const option = this.#commandLine.values.get(key);
    if (option === undefined || option.text === "") return [];
    return [{ text: option.text, origin: option.flag, rank: RANK.commandLine, isShared: false }];
  }

  #variable(name: string, libpq?: Rank): Source[] {
    const text = this.#environment[name] ?? "";
    if (text.trim() === "") return [];
    const isOurs = name.startsWith(OUR_ENVIRONMENT);
    const rank = libpq ?? (isOurs ? RANK.ourEnvironment : RANK.odooEnvironment);
    return [{ text, origin: name, rank, isShared: !isOurs }];
  }

  #option(section: string, key: string, isFlag = false): Source[] {
    const text = this.#file?.sections.get(section)?.get(key)?.trim() ?? "";
    if (text === "" || (!isFlag && UNSET.test(text))) return [];
    const origin = `${this.#path} [${section}] ${key}`;
    return [{ text, origin, rank: RANK.file, isShared: section !== OUR_SECTION }];
  }
}
