import type { ConfigFile } from "./config_file.ts";
import { ODOO_SECTION } from "./setting.ts";
import type { Source } from "./sources.ts";

const OFF = "channels = root:0 in [queue_job], and give ours in [jobrunner]";

/**
 * Warns when Odoo's own job runner seems to be on: two runners on one database start too many jobs,
 * and some of them twice. Only what our own file and environment show is known, and Odoo's may
 * differ: hence "seems".
 *
 * @param sources Of the channels, the strongest first.
 */
export function stockRunnerWarnings(
  sources: readonly Source[],
  file: ConfigFile | null,
): string[] {
  const stock = sources.find((it) => it.isShared);
  // Odoo looks at the beginning alone.
  if (stock?.text.trim().startsWith("root:0")) return [];
  const modules = file?.content.sections.get(ODOO_SECTION)?.get("server_wide_modules") ?? "";
  const isLoaded = modules.split(",").some((it) => it.trim() === "queue_job");
  if (isLoaded) {
    const why = stock === undefined ? "no channels switch it off" : `it reads ${stock.origin}`;
    return [
      `Odoo's own job runner seems to be on: server_wide_modules loads queue_job, and ${why}; ` +
      `unless Odoo's environment switches it off, set ${OFF}`,
    ];
  }
  if (stock === undefined) return [];
  return [
    `Odoo's own job runner reads ${stock.origin}, too, and runs where its add-on is loaded ` +
    `server-wide: see to it that it is off (from 10.0 on by ${OFF})`,
  ];
}
