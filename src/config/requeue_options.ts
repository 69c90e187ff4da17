import type { Mistake } from "../scheduler/errors.ts";
import { type GivenOption, JSON_SWITCH, readOptions } from "./command_options.ts";
import * as read from "./readers.ts";
import type { CommandOptions } from "./setting.ts";

/** What `requeue` is told beside where the databases are. */
export interface RequeueOptions {
  /** Full name; null is every channel. */
  readonly channel: string | null;
  readonly states: readonly ("enqueued" | "started" | "failed")[];
  readonly olderThanMs: number | null;
  /** None are all. */
  readonly uuids: readonly string[];
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

/** The options of `requeue`, each once. In the order of the help. */
export const REQUEUE_OPTIONS: CommandOptions<RequeueOptions> = {
  channel: {
    name: "channel",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "all",
    read: read.channel,
    help: "Only jobs of this very channel, not of those below it; root. may be left out",
  },
  states: {
    name: "state",
    placeholder: "STATES",
    fallback: ["failed"],
    shownDefault: "failed",
    read: read.someOf("enqueued", "started", "failed"),
    help: "Only jobs in one of these states: enqueued, started, failed",
    isList: true,
  },
  olderThanMs: {
    name: "older-than",
    placeholder: "TIME",
    fallback: null,
    shownDefault: "of any age",
    read: read.duration,
    help: "Only jobs that have been in their state for longer, as in 90s, 30m, 6h or 2d",
  },
  uuids: {
    name: "uuid",
    placeholder: "UUIDS",
    fallback: [],
    shownDefault: "all",
    read: read.uuids,
    help: "Only these jobs, separated by commas; a cloned database has the same",
    isList: true,
  },
  isDryRun: {
    name: "dry-run",
    placeholder: "",
    fallback: false,
    shownDefault: "not set",
    read: read.flag,
    help: "Say what would be changed, and change nothing",
    isSwitch: true,
  },
  isJson: JSON_SWITCH,
};

/** What it does, for its help. */
export const REQUEUE_ABOUT = [
  "Sets jobs back to pending, so that they run again, and says how many in each channel. Meant " +
  "to be used while runner and Odoo are at work.",
  "A job counts as new then: no tries spent, no error, no dates. Its eta stays. A row that " +
  "someone's transaction holds is passed over.",
  [
    ["failed", "is always safe, and all that is taken unless --state says otherwise."],
    [
      "enqueued",
      "is safe on 12.0 and later, where Odoo starts no job twice. On 8.0 to 11.0 nobody can know " +
      "whether a request still waits for a worker: a job that one is about may run twice.",
    ],
    [
      "started",
      "is safe where there is a table queue_job_lock (add-ons from 2025 on): a job whose worker " +
      "holds its lock is never taken. On all others nobody can know whether the job is still at " +
      "work: one that is may run twice. Give a time that no job takes.",
    ],
  ],
  "So enqueued and started want --older-than or --uuid. The age of a failed job counts from its " +
  "last date; that of an enqueued or started one from when it became so, and one without such a " +
  "date has none: it is found by --uuid alone.",
] as const;

/** Reads the options, and notes all that is wrong. */
export function readRequeueOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): RequeueOptions {
  const options = readOptions(REQUEUE_OPTIONS, given, mistakes);
  const isNarrow = given.has("olderThanMs") || given.has("uuids");
  const risky = options.states.filter((it) => it !== "failed");
  if (risky.length > 0 && !isNarrow) {
    mistakes.push({
      entry: `--state=${options.states.join(",")}`,
      reason: `a job that is ${risky.join(" or ")} may be at work: say for how long it must have ` +
        "been so, as in --older-than=6h, or which jobs you mean, with --uuid",
    });
  }
  return options;
}
