import { type Clock, TimerSet } from "../clock.ts";
import type { InFlight } from "./in_flight.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface GoneJobsOptions {
  readonly scheduler: LiveScheduler;
  readonly clock: Clock;
  /** Lets an open request go. */
  readonly letGo: (database: string, uuid: string) => void;
}

/**
 * No worker of Odoo's works for so long on a job whose database was dropped: it can neither read
 * nor write. Without a row nobody can tell that the answer was lost on the way, see `LateAnswers`.
 */
const LET_GO_MS = 3_600_000;

/**
 * Jobs that Odoo is asked for and whose database is not served any more. Nobody is interested in
 * the answer, and no row is read. But a worker of Odoo's is occupied, or will be: until the request
 * is over, they take their places in their channels. If the database was dropped that does not take
 * long; of one that is only not chosen a job works as long as it likes.
 */
export class GoneJobs {
  readonly #options: GoneJobsOptions;
  readonly #timers: TimerSet;
  /** By database, the channel of each. */
  readonly #channels = new Map<string, Map<string, string>>();

  constructor(options: GoneJobsOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
  }

  /** A database is served no more, with these jobs in our hands. The core has forgotten it. */
  note(database: string, inFlight: InFlight, isDropped: boolean): void {
    const asked = [...inFlight.all()].filter((it) => it.state === "asked");
    if (asked.length === 0) return;
    const channels = this.#channels.get(database) ?? new Map<string, string>();
    this.#channels.set(database, channels);
    for (const { uuid, channel } of asked) {
      // One request, though a restored database has asked for the same job.
      if (channels.has(uuid)) continue;
      channels.set(uuid, channel);
      this.#count(database, uuid, channel);
    }
    if (!isDropped) return;
    this.#timers.after(LET_GO_MS, () => {
      for (const { uuid } of asked) if (channels.has(uuid)) this.#options.letGo(database, uuid);
    });
  }

  /** A request is over. */
  answered(database: string, uuid: string): void {
    const { scheduler } = this.#options;
    const channels = this.#channels.get(database);
    if (!channels?.delete(uuid)) return;
    scheduler.forget(nameOf(database), uuid);
    if (channels.size > 0) return;
    this.#channels.delete(database);
    scheduler.forgetDatabase(nameOf(database));
  }

  /** The core was made anew and is empty. */
  refill(): void {
    for (const [database, channels] of this.#channels) {
      for (const [uuid, channel] of channels) this.#count(database, uuid, channel);
    }
  }

  stop(): void {
    this.#timers.cancelAll();
  }

  #count(database: string, uuid: string, channel: string): void {
    this.#options.scheduler.notify({
      ...{ database: nameOf(database), uuid, channel, state: "enqueued" },
      ...{ sequence: 0, createdMs: null, priority: null, etaMs: null },
    });
  }
}

/** In the core: another database may come under the same name. None has a NUL in its own. */
function nameOf(database: string): string {
  return `${database}\0gone`;
}
