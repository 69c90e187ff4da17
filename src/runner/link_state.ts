import { type Backoff, backoffMs } from "../backoff.ts";
import type { Clock, Timer, TimerSet } from "../clock.ts";
import { withCure } from "../database/connection_cure.ts";
import type { Logger } from "../log.ts";
import type { DatabaseState, DatabaseStatus } from "../status.ts";
import { mayBeTerminated, TERMINATED_PAUSE_MS } from "./termination.ts";
import type { Timing } from "./timing.ts";
import type { TurnPhase } from "./turn_options.ts";

export interface LinkStateOptions {
  readonly database: string;
  readonly clock: Clock;
  readonly timers: TimerSet;
  readonly random: () => number;
  readonly timing: Readonly<Pick<Timing, "discoveryIntervalMs">>;
  readonly logger: () => Logger;
  readonly onChange: () => void;
}

/** What a database says of itself while it is led. */
interface Led {
  readonly phase: TurnPhase;
  readonly reason: string | null;
}

/** So many failures in a row are no passing trouble. */
const QUARANTINE_COUNT = 5;
/** From half a second to minutes: what fails again and again is seldom right in the next second. */
const RECONNECT_BACKOFF: Backoff = { firstMs: 500, longestMs: 300_000 };
/** There is no such database. */
const MISSING = "3D000";
/** A database that was held and has gone on for so long is well again. */
const STEADY_MS = 15_000;
/** The database was reached. Of these changes nobody else tells. */
const TOLD: readonly DatabaseState[] = ["standby", "paused", "ignored"];
const HELD: readonly DatabaseState[] = ["recovering", "quarantined", "foreign"];

/**
 * The state of one database as people see it, why, and since when. Tells each change of the
 * situation in one line, however often it is tried again meanwhile.
 */
export class LinkState {
  readonly #options: LinkStateOptions;
  #state: DatabaseState = "connecting";
  #reason: string | null = null;
  #sinceMs: number;
  /** Sessions that failed, since one of them last found what it was to find. */
  #failureCount = 0;
  #failure: string | null = null;
  /** How often it was held, since it was well last. */
  #holdCount = 0;
  #phase: TurnPhase = "lost";
  #steady: Timer | null = null;

  constructor(options: LinkStateOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  get state(): DatabaseState {
    return this.#state;
  }

  get reason(): string | null {
    return this.#reason;
  }

  get shown(): Pick<DatabaseStatus, "state" | "reason" | "sinceMs"> {
    return { state: this.#state, reason: this.#reason, sinceMs: this.#sinceMs };
  }

  /** Nobody knows when it will be reached. */
  get hasFailed(): boolean {
    return this.#failureCount > 0;
  }

  enter(state: DatabaseState, reason: string | null): void {
    const { clock, logger, database, onChange } = this.#options;
    if (TOLD.includes(state)) this.#failureCount = 0;
    if (state === this.#state && reason === this.#reason) return;
    this.#sinceMs = clock.nowMs();
    const isQuarantined = state === "quarantined" && state !== this.#state;
    this.#state = state;
    this.#reason = reason;
    if (TOLD.includes(state)) logger().info(`${state}: ${reason}`, database);
    if (isQuarantined) {
      const text = `quarantined: failed ${QUARANTINE_COUNT} times in a row; ` +
        "it is tried again less and less often";
      logger().error(text, database);
    }
    onChange();
  }

  /** A session could not be made, or was lost. The next is tried after `waitMs`. */
  failed(reason: string, code: string): { waitMs: number; mayHurry: boolean } {
    const { database, logger, random, timing } = this.#options;
    if (this.#failureCount++ === 0 || this.#failure !== reason) {
      logger().error(
        `database connection failed: ${withCure(reason, code)}; trying again`,
        database,
      );
    }
    this.#failure = reason;
    this.#enterTrouble(this.#failureCount, reason);
    const backedOffMs = backoffMs(RECONNECT_BACKOFF, this.#failureCount, random());
    // One that is missing may be made at any moment.
    const waitMs = code === MISSING
      ? Math.min(backedOffMs, timing.discoveryIntervalMs)
      : backedOffMs;
    const wasTerminated = mayBeTerminated(code);
    return {
      waitMs: wasTerminated ? TERMINATED_PAUSE_MS + waitMs : waitMs,
      mayHurry: !wasTerminated,
    };
  }

  /** A session leads the database, and has something to remark or not. */
  led(turn: Led, remark: string | null): void {
    const { phase, reason } = turn;
    const isNews = phase !== this.#phase;
    this.#phase = phase;
    if (phase === "foreign") {
      this.#steady?.cancel();
      this.enter("foreign", reason);
    } else if (phase === "held") {
      if (isNews) this.#holdCount++;
      this.#steady?.cancel();
      this.#enterTrouble(this.#holdCount, reason);
    } else if (phase === "paused") {
      this.enter("paused", reason);
    } else if (phase === "ready") {
      if (isNews) this.#settle();
      this.enter("ready", remark);
    } else if (!this.#isRescan) this.enter("scanning", remark);
  }

  /** No session leads it any more; a hold has ended with it. */
  left(): void {
    this.#steady?.cancel();
    this.#holdCount = 0;
    this.#phase = "lost";
  }

  /** As at the beginning. */
  reset(): void {
    this.left();
    [this.#state, this.#reason, this.#failureCount] = ["connecting", null, 0];
  }

  /** What is read again stays what it is until that is over. */
  get #isRescan(): boolean {
    return this.#state === "ready" || (HELD.includes(this.#state) && this.#holdCount > 0);
  }

  #enterTrouble(count: number, reason: string | null): void {
    this.enter(count < QUARANTINE_COUNT ? "recovering" : "quarantined", reason);
  }

  /** What fails again at once is held again before this is told. */
  #settle(): void {
    const { timers, logger, database } = this.#options;
    this.#failureCount = 0;
    if (this.#holdCount === 0) return;
    this.#steady?.cancel();
    this.#steady = timers.after(STEADY_MS, () => {
      this.#holdCount = 0;
      logger().info("jobs of this database are taken again", database);
    });
  }
}
