import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Logger } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import type { Slots } from "./slots.ts";
import type { Timing } from "./timing.ts";

/** What keeps one database connected is given. */
export interface LinkOptions {
  readonly database: Database;
  readonly turn: DatabaseTurn;
  readonly clock: Clock;
  readonly random: () => number;
  readonly meter: Meter;
  readonly loggerOf: (generation: KnownGeneration | null) => Logger;
  /** Of all databases. */
  readonly slots: Slots;
  readonly timing: Readonly<Timing>;
  /** How often to read all jobs where LISTEN does not work; null: such a database is not served. */
  readonly pollIntervalMs: number | null;
  readonly onChange: () => void;
}
