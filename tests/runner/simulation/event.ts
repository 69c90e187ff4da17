/**
 * What sort of thing happens:
 *
 *   progress  what was begun goes on
 *   work      workers take requests and end jobs
 *   time      time passes
 *   fault     something breaks
 *   outside   somebody else writes rows
 */
export type EventKind = "progress" | "work" | "time" | "fault" | "outside";

/** Something that may happen next. */
export interface Event {
  readonly kind: EventKind;
  /** How likely it is, beside others of its kind. */
  readonly weight: number;
  /** To whom it happens. */
  readonly subject: string;
  readonly what: string;
  readonly run: () => void | Promise<void>;
}

/** Adds an event. */
export type May = (
  kind: EventKind,
  weight: number,
  what: string,
  run: () => void | Promise<void>,
) => void;

/** What may happen to a subject is added to `events`. */
export function mayHappen(events: Event[], subject: string): May {
  return (kind, weight, what, run) => void events.push({ kind, weight, subject, what, run });
}

/** Keeps what has happened, in words. */
export interface Trace {
  note(text: string): void;
}
