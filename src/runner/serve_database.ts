import type { Clock } from "../clock.ts";
import type { ConnectionSettings } from "../database/connection.ts";
import { Database } from "../database/database.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Logger } from "../log.ts";
import type { Meter } from "../meter.ts";
import { BlockingRows } from "./blocking_rows.ts";
import { ContainedTurn } from "./contained_turn.ts";
import { ContainedClock, stackOf } from "./containment.ts";
import { DatabaseLink } from "./database_link.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import type { JobHistory } from "./job_history.ts";
import type { JobRequests } from "./job_requests.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { Slots } from "./slots.ts";
import type { Steering } from "./steering.ts";
import type { Timing } from "./timing.ts";

/** A database that the runner serves. */
export interface Served {
  readonly turn: DatabaseTurn;
  readonly link: DatabaseLink;
  readonly blocking: BlockingRows;
}

/** What all databases that are served share. */
export interface Shared {
  readonly clock: Clock;
  readonly connection: ConnectionSettings;
  readonly random: () => number;
  readonly meter: Meter;
  readonly timing: Readonly<Timing>;
  readonly pollIntervalMs: number | null;
  readonly scheduler: LiveScheduler;
  readonly requests: JobRequests;
  readonly history: JobHistory;
  readonly steering: Pick<Steering, "reasonFor">;
  readonly logger: Logger;
  readonly loggerOf: (generation: KnownGeneration | null) => Logger;
  readonly onChange: () => void;
}

/** Makes what serves one database: its turn, and its link. */
export function serveDatabase(name: string, slots: Slots, shared: Shared): Served {
  const { connection, requests, history, steering, logger, onChange } = shared;
  // An error where none may be: it costs this database its session, and no other anything.
  const onError = (error: unknown) => {
    logger.critical(`a bug to report, the database begins anew: ${stackOf(error)}`, name);
    link.restart(`an error of the runner itself: ${error}`);
  };
  const clock = new ContainedClock(shared.clock, onError);
  const blocking = new BlockingRows(shared);
  const turn: ContainedTurn = new ContainedTurn({
    ...{ ...shared, clock, blocking, database: name },
    ask: (job, generation) => requests.ask(name, job, generation),
    onBegun: () => requests.noteBegun(),
    seen: (uuid, event, detail) => history.note(name, uuid, event, detail),
    pause: () => steering.reasonFor(name),
    letGo: (uuid) => requests.letGo(name, uuid),
    onChange,
    onWork: () => link.work(),
  }, onError);
  const database = new Database(name, { connection, clock });
  const link: DatabaseLink = new DatabaseLink({ ...shared, clock, database, turn, slots });
  return { turn, link, blocking };
}
