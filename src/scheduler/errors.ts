/** One thing wrong in a setting: what was given, and what is wanted instead. */
export interface Mistake {
  readonly entry: string;
  readonly reason: string;
}

/**
 * Wrong settings or a wrong channel string. Carries every mistake found, so that the reader can
 * repair all of them at once.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly subject: string, readonly mistakes: readonly Mistake[]) {
    super(mistakes.map((it) => `Cannot use ${subject}"${it.entry}": ${it.reason}`).join("\n"));
  }
}

/**
 * A broken invariant of the scheduler, never a wrong call. The scheduler that threw it is not to be
 * used again: make a new one and tell it every job anew.
 */
export class SchedulerError extends Error {
  override readonly name = "SchedulerError";
}

/** The scheduler has no room for one job, channel or database more: it may have, later. */
export class TableFull extends RangeError {
  override readonly name = "TableFull";
}
