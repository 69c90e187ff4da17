import { CHANGEABLE } from "./changeable.ts";
import { DEFAULT_ORIGIN, MASK } from "./draft.ts";
import { environmentOf, fileKeysOf, flagsOf, type Setting, type SettingKey } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./setting_table.ts";
import type { Loaded } from "./settings.ts";

/** A setting as people may see it. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly isDefault: boolean;
}

/**
 * The settings in force and where each came from, secrets masked: for the log and `--check-config`.
 */
export function shownSettings(
  { settings, origins }: Pick<Loaded, "settings" | "origins">,
): ShownSetting[] {
  return SETTING_KEYS.map((key) => {
    const origin = origins[key];
    const isDefault = origin.startsWith(DEFAULT_ORIGIN);
    return { name: shownFlag(key), value: shownValue(key, settings[key]), origin, isDefault };
  });
}

/** The Markdown table of all settings for the README. */
export function settingsTable(): string {
  const rows = SETTING_KEYS.map((key) => {
    const setting: Setting<unknown> = SETTINGS[key];
    const environment = [...environmentOf(setting), ...setting.libpq ? [setting.libpq] : []];
    const keys = fileKeysOf(setting).map((it) => `[${it.section}] ${it.key}`);
    const flag = `${shownFlag(key)} ${setting.placeholder}`;
    const help = CHANGEABLE.has(key) ? setting.help : `${setting.help} (restart)`;
    return [code([flag]), code(environment), code(keys), shownDefault(key), help];
  });
  const head = [
    ["Option", "Environment", "Odoo's file", "Default", "Meaning"],
    Array(5).fill("---"),
  ];
  return [...head, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The option by which a setting is called, as in `--port`. */
export function shownFlag(key: SettingKey): string {
  return flagsOf(SETTINGS[key])[0] ?? "";
}

/** The default as people give it. */
export function shownDefault(key: SettingKey): string {
  return SETTINGS[key].shownDefault ?? shownValue(key, SETTINGS[key].fallback);
}

/** As people see it; what is secret is masked. */
export function shownValue(key: SettingKey, value: unknown): string {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
    return "not set";
  }
  if (SETTINGS[key].secret) return MASK;
  if (typeof value === "number" && SETTINGS[key].placeholder === "SECONDS") {
    return `${value / 1000}`;
  }
  return Array.isArray(value) ? value.join(",") : String(value).replace(/\s*,?\s*\n\s*/g, ",");
}

function code(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join("<br>");
}
