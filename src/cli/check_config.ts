import type { Inspection } from "../config/settings.ts";
import { shownSettings } from "../config/shown_settings.ts";
import { parseChannels } from "../scheduler/channel_config.ts";
import { ConfigError } from "../scheduler/errors.ts";
import { drawChannels } from "./channel_tree.ts";
import { EXIT_OK, EXIT_WRONG_SETTINGS, type Write } from "./exit.ts";

/**
 * `--check-config`: the settings in force, where each came from, the channels, and all that is
 * wrong.
 */
export function checkConfig(inspection: Inspection, write: Write): number {
  const { mistakes, warnings } = inspection;
  const wrong = mistakes.length === 0 ? [] : new ConfigError("", mistakes).message.split("\n");
  const sections = [
    section("Settings", settingLines(inspection)),
    section("Channels", channelLines(inspection.settings.channels)),
    section("Warnings", warnings),
    section("Mistakes", wrong),
    mistakes.length === 0 ? "The settings can be used\n" : "The settings cannot be used\n",
  ];
  write(sections.filter((it) => it !== "").join("\n"));
  return mistakes.length === 0 ? EXIT_OK : EXIT_WRONG_SETTINGS;
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return [title, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

function settingLines(inspection: Inspection): string[] {
  const shown = shownSettings(inspection);
  const nameWidth = Math.max(...shown.map((it) => it.name.length));
  const valueWidth = Math.min(Math.max(...shown.map((it) => it.value.length)), 40);
  return shown.map(({ name, value, origin }) => {
    return `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${origin}`;
  });
}

/** None when the channels cannot be read: then they are among the mistakes. */
function channelLines(channels: string): string[] {
  try {
    return drawChannels(parseChannels(channels).channels);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
