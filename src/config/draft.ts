import type { Mistake } from "../scheduler/errors.ts";
import type { SettingKey, Settings } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./setting_table.ts";
import { RANK, type Rank, type Source } from "./sources.ts";

export const MASK = "********";
export const DEFAULT_ORIGIN = "default";

type Values = { -readonly [K in SettingKey]: Settings[K] };

/** Settings in the making, with their origins and all that is wrong so far. */
export class Draft {
  readonly values: Values;
  readonly origins: Record<SettingKey, string>;
  readonly mistakes: Mistake[] = [];
  readonly warnings: string[] = [];
  readonly #ranks = new Map<SettingKey, Rank>();

  constructor() {
    this.values = valuesByKey((key) => SETTINGS[key].fallback) as Values;
    this.origins = valuesByKey(() => DEFAULT_ORIGIN);
  }

  /**
   * Takes the value of a source, unless the setting has a stronger one; notes when it cannot be
   * read.
   */
  take<K extends SettingKey>(key: K, source: Source | undefined): void {
    if (source === undefined || source.rank > this.rankOf(key)) return;
    const setting = SETTINGS[key];
    try {
      const text = setting.secret ? source.text : source.text.trim();
      this.set(key, setting.read(text), source.origin);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.refuse(key, source.origin, source.text, error.message);
    }
    this.#ranks.set(key, source.rank);
  }

  set<K extends SettingKey>(key: K, value: Values[K], origin: string): void {
    this.values[key] = value;
    this.origins[key] = origin;
  }

  rankOf(key: SettingKey): Rank {
    return this.#ranks.get(key) ?? RANK.fallback;
  }

  /** Notes a mistake in a value, which is shown unless it is secret. */
  refuse(key: SettingKey, origin: string, text: string, reason: string): void {
    const shown = SETTINGS[key].secret ? MASK : withoutPasswords(text);
    this.mistakes.push({ entry: `${origin}=${shown}`, reason });
  }
}

/** A URI has its password before the host or among the parameters; one in a host is misplaced. */
function withoutPasswords(text: string): string {
  return text
    .replace(/\/\/.*@/gs, `//${MASK}@`)
    .replace(/(^|[\s,])(?!\S*\/\/)[^\s,]*@/g, `$1${MASK}@`)
    .replace(/(password\s*=\s*)[^\s,&]*/gi, `$1${MASK}`);
}

function valuesByKey<T>(valueOf: (key: SettingKey) => T): Record<SettingKey, T> {
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, valueOf(key)])) as Record<
    SettingKey,
    T
  >;
}
