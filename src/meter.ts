/**
 * Told by the runner of its work while it is at it. Some of this is called for every job: whoever
 * listens takes next to no time, and makes no object.
 */
export interface Meter {
  /** A notification of a change has come. */
  notified(): void;
  /** A statement about so many jobs was answered. */
  ran(statement: string, jobCount: number): void;
  /** The scheduler knows changes of which the first was notified then. */
  read(notifiedMs: number): void;
  /** It was decided what runs, by all that was read. */
  decided(nowMs: number): void;
  /** Odoo is asked for a job. */
  asked(database: string): void;
  /** A request is over, so long after its job was taken. */
  answered(outcome: string, tookMs: number): void;
  /** So many jobs were found dead. */
  foundDead(database: string, count: number): void;
  /** A database's session was lost, or could not be made: another one follows. */
  reconnecting(database: string): void;
  /** A database is no longer served. */
  forget(database: string): void;
}

/** Nobody listens. */
export const NO_METER: Meter = {
  notified: () => {},
  ran: () => {},
  read: () => {},
  decided: () => {},
  asked: () => {},
  answered: () => {},
  foundDead: () => {},
  reconnecting: () => {},
  forget: () => {},
};
