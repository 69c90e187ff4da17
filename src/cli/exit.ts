import type { Terminal } from "./terminal.ts";

/** Writes a piece of text that people read. */
export type Write = (text: string) => void;

/** Where a command writes: what was asked for, and what is wrong. */
export interface Output {
  readonly write: Write;
  readonly writeError: Write;
  /** Where `write` goes; without it that is nobody who looks on. */
  readonly terminal?: Terminal;
}

/** Exit codes of the process. */
export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_WRONG_SETTINGS = 2;
/** `why`, `status`, `reload`: asked, and something is held back, wrong or refused. */
export const EXIT_HELD_BACK = 3;
/** `why`: there is no such job, channel or database. */
export const EXIT_UNKNOWN = 4;
