import { parseArgs } from "node:util";
import { DATABASE_MAX } from "../../assembly/abi.ts";
import { parseChannels } from "../../src/scheduler/channel_config.ts";
import { wholeNumber } from "../simulate_options.ts";
import type { HostDayOptions } from "./host_day.ts";
import { databaseName } from "./host_databases.ts";
import { channelsFor, SEQUENTIAL_COUNT, workersFor } from "./job_kinds.ts";

export interface HostOptions extends HostDayOptions {
  readonly isJson: boolean;
}

export const HOST_USAGE = `With --databases it plays a day of a host with so many, in virtual time:

  --databases N    of very different sizes; the largest is customer1
  --jobs-a-day N   how many (300 for each database)
  --flood N        jobs that one database makes at 10:00, all at once (200000)
  --workers N      places of root (so many that half of them are taken on average)
  --channels TEXT  a channel string (one that shares the workers with care); --workers is root's
                   capacity unless it names root
  --hours N        how long (24)
  --seed S         another day (1)
  --json           one line of JSON at the end`;

const FLOOD = "200000";

/** Whether a host is to be simulated, and not histories. */
export function isHostWanted(args: readonly string[]): boolean {
  return args.some((it) => /^--databases(=|$)/.test(it));
}

/** Throws when an option makes no sense. */
export function readHostOptions(args: readonly string[]): HostOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "databases": { type: "string" },
      "jobs-a-day": { type: "string" },
      "flood": { type: "string", default: FLOOD },
      "workers": { type: "string" },
      "channels": { type: "string" },
      "hours": { type: "string", default: "24" },
      "seed": { type: "string", default: "1" },
      "json": { type: "boolean", default: false },
    },
  });
  const databases = atLeastOne("--databases", values.databases!);
  if (databases > DATABASE_MAX) {
    throw new RangeError(`Cannot use --databases="${databases}": at most ${DATABASE_MAX} can be`);
  }
  const jobsADay = atLeastOne("--jobs-a-day", values["jobs-a-day"] ?? `${300 * databases}`);
  const workers = atLeastOne("--workers", values.workers ?? `${workersFor(jobsADay)}`);
  return {
    databases,
    jobsADay,
    flood: wholeNumber("--flood", values.flood),
    channels: channelsOf(values.channels, workers, databases),
    hours: atLeastOne("--hours", values.hours),
    seed: wholeNumber("--seed", values.seed),
    isJson: values.json,
  };
}

function channelsOf(given: string | undefined, workers: number, databases: number): string {
  if (given === undefined) {
    const count = Math.min(databases, SEQUENTIAL_COUNT);
    return channelsFor(workers, Array.from({ length: count }, (_, rank) => databaseName(rank)));
  }
  parseChannels(given, { strict: true });
  const namesRoot = given.split(/[,\n]/).some((it) => it.trim().split(":")[0] === "root");
  return namesRoot ? given : `root:${workers},${given}`;
}

function atLeastOne(option: string, text: string): number {
  const number = wholeNumber(option, text);
  if (number > 0) return number;
  throw new RangeError(`Cannot use ${option}="${text}": a number from 1 is wanted, as in 24`);
}
