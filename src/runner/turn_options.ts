import type { Clock } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Logger } from "../log.ts";
import type { BlockingRows } from "./blocking_rows.ts";
import type { InFlightJob } from "./in_flight.ts";
import type { Seen } from "./job_history.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { Timing } from "./timing.ts";

/** What the turn of one database is given, and whom it tells what. */
export interface TurnOptions {
  readonly database: string;
  readonly scheduler: LiveScheduler;
  readonly blocking: BlockingRows;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly timing: Readonly<Pick<Timing, "requeueStartedAfterMs">>;
  /** Why nothing is to be taken, by an operator's wish; null while there is none. */
  readonly pause: () => string | null;
  /** Opens the one request for a claimed job; `answered` brings its outcome. */
  readonly ask: (job: InFlightJob, generation: KnownGeneration) => void;
  /** Odoo has begun with a job that it was asked for. */
  readonly onBegun: () => void;
  /** What has become of a job. */
  readonly seen: Seen;
  /** Lets an open request go, whose job is over. */
  readonly letGo: (uuid: string) => void;
  /** A job may have become ready, or the phase has changed. */
  readonly onChange: () => void;
  /** `nextStatement` may have one. */
  readonly onWork: () => void;
}

/** What a turn shows of itself; `DatabaseTurn` says what holds in each. */
export type TurnPhase = "lost" | "scanning" | "ready" | "held" | "foreign" | "paused";
