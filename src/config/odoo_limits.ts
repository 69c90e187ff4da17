import { parseChannels } from "../scheduler/channel_config.ts";
import { ConfigError } from "../scheduler/errors.ts";
import type { OdooFile } from "./odoo_file.ts";
import { ODOO_SECTION } from "./setting.ts";

/** What Odoo takes by default: connections of its threads, and seconds before it ends a worker. */
const DB_MAXCONN = 64;
const LIMIT_TIME_REAL = 120;

/** Warns where jobs may be taken for dead although Odoo lets them run: without a file, for long. */
export function startedLimit(requeueStartedAfterMs: number | null, file: OdooFile | null) {
  if (requeueStartedAfterMs === null) return [];
  const text = file?.sections.get(ODOO_SECTION)?.get("limit_time_real");
  const limit = wholeNumber(text) ?? LIMIT_TIME_REAL;
  const seconds = requeueStartedAfterMs / 1000;
  // 0 is no limit.
  if (limit !== 0 && seconds >= limit) return [];
  const allows = limit === 0 ? "sets no limit to a job" : `lets a job run for ${limit} seconds`;
  return [
    `jobs started ${seconds} seconds ago may be set back while they run: Odoo ${allows} ` +
    "(limit_time_real), and --requeue-started-after is to be longer than the longest job",
  ];
}

/** Warns where Odoo, by its own file, cannot do what the channels promise. */
export function odooLimits(channels: string, file: OdooFile): string[] {
  const options = file.sections.get(ODOO_SECTION);
  const capacity = rootCapacity(channels);
  if (options === undefined || capacity === undefined) return [];
  const number = (key: string) => wholeNumber(options.get(key));
  const warnings: string[] = [];
  const workers = number("workers") ?? 0;
  const connections = number("db_maxconn") ?? DB_MAXCONN;
  const shown = capacity ?? "unlimited";
  if (workers === 0 && (capacity ?? Infinity) > connections) {
    warnings.push(
      `the capacity of root is ${shown}, but Odoo without workers has ${connections} database ` +
        "connections (db_maxconn): jobs beyond them fail",
    );
  }
  if (workers > 0 && (capacity ?? Infinity) > workers) {
    warnings.push(
      `the capacity of root is ${shown}, but Odoo has ${workers} workers: jobs beyond them wait, ` +
        "and users with them",
    );
  }
  const limit = number("limit_time_real");
  if (workers > 0 && limit !== null && limit > 0 && limit <= LIMIT_TIME_REAL) {
    warnings.push(
      `Odoo ends every job after ${limit} seconds: raise limit_time_real above the longest job`,
    );
  }
  return warnings;
}

/** Null is unlimited, undefined when the channels cannot be read. */
export function rootCapacity(channels: string): number | null | undefined {
  try {
    return parseChannels(channels).channels[0]?.capacity;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function wholeNumber(text = ""): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}
