/**
 * What the core and its hosts agree on. Valid as TypeScript and as AssemblyScript, imports nothing.
 * Any change here that a host could notice raises ABI_VERSION.
 */

export const ABI_VERSION = 2;

/** A job as the scheduler sees it. `done`, `cancelled` and deleted jobs are forgotten instead. */
export enum JobState {
  /** Odoo's `pending`: in the heap of its own channel, or of an ancestor it has flowed into. */
  Waiting = 0,
  /**
   * Handed out, or Odoo's `enqueued` and `started`: takes a place in its channel and every
   * ancestor.
   */
  Running = 1,
  /** Counted in its own channel, takes no place. */
  Failed = 2,
  /** Odoo's `wait_dependencies`: known, takes no place. */
  Parked = 3,
}

/** Outcome of a core call. Refusals are negative so that counts can share the return value. */
export enum Status {
  Ok = 0,
  UnknownChannel = -1,
  UnknownState = -2,
  SequenceNotInteger = -3,
  TimeNotNumber = -4,
  JobTableFull = -5,
  ChannelTableFull = -6,
  DatabaseTableFull = -7,
  ChannelInUse = -8,
  ChannelTooDeep = -9,
  ChannelLoop = -10,
  SequentialNeedsCapacityOne = -11,
}

/** Bits of `configureChannel`'s `flags`. */
export enum ChannelFlag {
  Sequential = 1,
  Paused = 2,
}

/** Bits: why a channel releases no job now. */
export enum ClosedBy {
  Pause = 1,
  /** All its places are taken. */
  Capacity = 2,
  /** It is sequential, and a job of its own has failed. */
  Failure = 4,
  Throttle = 8,
}

export const CHANNEL_ROOT = 0;
/** The parent of root. */
export const CHANNEL_NONE = -1;
/** Channel numbers are below this. */
export const CHANNEL_MAX = 65536;
/** A channel has fewer ancestors than this. */
export const CHANNEL_DEPTH_MAX = 64;
/** Capacity of a channel without a limit. */
export const UNLIMITED = -1;

/** Database numbers are below this. */
export const DATABASE_MAX = 65536;

/** Known jobs at most, unless `setJobMax` says less. */
export const JOB_MAX = 16777216;

/** The eta of a job that has none: always due. */
export const NO_ETA = -Infinity;
/** The date of creation of a job that has none: the oldest. */
export const NO_DATE = -Infinity;
/** Missing priority. */
export const DEFAULT_PRIORITY = 10;

/**
 * Jobs that were handed out are counted by how long they had waited: in class n for less than
 * `1 << n` ms.
 */
export const WAIT_CLASSES = 33;

/**
 * One result of `takeReady`, in 32-bit words: database, four of the uuid, channel. `explain` writes
 * one such, of the job that goes first where the asked one stays; then facts: a time (two words,
 * f64), a channel's number, a count, a code, an unused word. The facts of the job are its eta, the
 * channel where it stays or CHANNEL_NONE, how many go before it there, its JobState; those of each
 * channel from its own to root when its throttle ends, its number, how many of its places are
 * taken, and bits of ClosedBy as far as the job has still to get through it.
 */
export const RESULT_WORDS = 6;
/** Results of one call at most: the host calls again while it gets as many. */
export const RESULT_MAX = 1024;
