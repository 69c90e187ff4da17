import type { KnownJob } from "../scheduler/mod.ts";
import type { Reason, RunningJob } from "../why.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { Served } from "./served_databases.ts";

export interface ChannelJobsOptions {
  readonly scheduler: Pick<LiveScheduler, "explain">;
  readonly served: (database: string) => Served | undefined;
  /** Names of all that are served. */
  readonly databases: () => readonly string[];
}

const RUNNING_MAX = 5;

/** The jobs that close a channel: in our hands, or as rows of others that the core counts. */
export class ChannelJobs {
  readonly #options: ChannelJobsOptions;

  constructor(options: ChannelJobsOptions) {
    this.#options = options;
  }

  /** A reason with the jobs that are its cause, as far as they are known. */
  named(reason: Reason): Reason {
    if (reason.kind === "full") return { ...reason, running: this.runningIn(reason.channel) };
    if (reason.kind !== "failed") return reason;
    const first = this.#failedIn(reason.channel);
    return first ? { ...reason, first } : reason;
  }

  /** Those that take its places, of channels below it as well: the first that were enqueued. */
  runningIn(channel: string): RunningJob[] {
    const running: RunningJob[] = [];
    for (const [database, { turn, blocking }] of this.#served()) {
      for (const { uuid, channel: own, state, enqueuedSeconds } of turn.inFlight.all()) {
        if (!isWithin(own, channel)) continue;
        const sinceMs = enqueuedSeconds === 0 ? null : enqueuedSeconds * 1000;
        running.push({ database, uuid, channel: own, state, sinceMs });
      }
      for (const row of blocking.all()) {
        const { uuid, state } = row;
        if (state === "failed" || !isWithin(row.channel, channel)) continue;
        if (turn.inFlight.get(uuid) || !this.#isKnown(database, uuid, "running")) continue;
        running.push({ database, ...row, state });
      }
    }
    const since = ({ sinceMs }: RunningJob) => sinceMs ?? Infinity;
    return running.sort((one, other) => since(one) < since(other) ? -1 : 1).slice(0, RUNNING_MAX);
  }

  /** One that failed in it, and not in a channel below it. */
  #failedIn(channel: string): KnownJob | null {
    for (const [database, { blocking }] of this.#served()) {
      for (const { uuid, channel: own, state } of blocking.all()) {
        if (state !== "failed" || own !== channel) continue;
        if (this.#isKnown(database, uuid, "failed")) return { database, uuid };
      }
    }
    return null;
  }

  /** The core has it so: a row may have gone since. */
  #isKnown(database: string, uuid: string, state: "running" | "failed"): boolean {
    return this.#options.scheduler.explain(database, uuid)?.state === state;
  }

  *#served(): Iterable<[string, Served]> {
    const { databases, served } = this.#options;
    for (const database of databases()) yield [database, served(database)!];
  }
}

function isWithin(own: string, channel: string): boolean {
  return own === channel || own.startsWith(`${channel}.`);
}
