import { isDeepStrictEqual } from "node:util";
import type { Mistake } from "../scheduler/errors.ts";
import type { ChangedSetting } from "../settings_status.ts";
import { CHANGEABLE, OF_SERVER, SERVER } from "./changeable.ts";
import type { SettingKey, Settings } from "./setting.ts";
import { SETTING_KEYS } from "./setting_table.ts";
import type { Inspection, Loaded } from "./settings.ts";
import { shownFlag, shownValue } from "./shown_settings.ts";

/** What settings that were read again mean for those in force. */
export interface SettingsChange {
  /** To be in force: the new ones, and the old ones where a change wants a restart. */
  readonly next: Loaded;
  readonly changed: readonly ChangedSetting[];
  readonly cannotChange: readonly ChangedSetting[];
  /** Anything: nothing is to change then. */
  readonly mistakes: readonly Mistake[];
}

/** Compares settings that were read again with those in force. */
export function settingsChange(inForce: Loaded, read: Inspection): SettingsChange {
  const { settings: before } = inForce;
  const { settings: after } = read;
  const isChanged = (key: SettingKey) => !isDeepStrictEqual(before[key], after[key]);
  const hasMoved = SERVER.some(isChanged);
  const mayChange = (key: SettingKey) => CHANGEABLE.has(key) && !(hasMoved && OF_SERVER.has(key));
  const keys = SETTING_KEYS.filter(isChanged);
  const shown = (key: SettingKey): ChangedSetting => ({
    name: shownFlag(key),
    from: shownValue(key, before[key]),
    to: shownValue(key, after[key]),
    origin: read.origins[key],
  });
  const stays = keys.filter((key) => !mayChange(key));
  return {
    next: {
      settings: withOld(after, before, stays),
      origins: withOld(read.origins, inForce.origins, stays),
      warnings: read.warnings,
    },
    changed: keys.filter(mayChange).map(shown),
    cannotChange: stays.map(shown),
    mistakes: [...read.mistakes, ...goneFile(before, after)],
  };
}

/** Without its file everything would be as by default, while nobody says so. */
function goneFile(before: Settings, after: Settings): Mistake[] {
  const { configFile } = before;
  if (configFile === null || after.configFile !== null) return [];
  return [{ entry: configFile, reason: "there is no such file any more" }];
}

function withOld<T extends object>(now: T, old: T, keys: readonly (SettingKey & keyof T)[]): T {
  return { ...now, ...Object.fromEntries(keys.map((key) => [key, old[key]])) };
}
