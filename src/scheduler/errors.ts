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

/** No room for one more job, channel or database: it is refused, all others go on. */
export class TableFullError extends RangeError {
  override readonly name = "TableFullError";
}

/**
 * A broken invariant of the scheduler, never a wrong call. The scheduler that threw it is not to be
 * used again: make a new one and tell it every job anew.
 */
export class SchedulerError extends Error {
  override readonly name = "SchedulerError";
}
