import type { Latencies } from "./commands.ts";

interface Note {
  insertedMs: number;
  heardMs: number;
  notifications: number;
  decidedMs: number;
  requestedMs: number;
}

/**
 * When each job was inserted, decided on and asked for. Counted from PostgreSQL's own time of the
 * INSERT, just before its commit: this process may hear late of its own commit, and so would make a
 * runner seem faster than it is.
 */
export class LatencyNotes {
  readonly #notes = new Map<string, Note>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A job is about to be inserted. */
  expect(uuid: string): void {
    this.#notes.set(uuid, {
      insertedMs: NaN,
      heardMs: NaN,
      notifications: 0,
      decidedMs: NaN,
      requestedMs: NaN,
    });
  }

  inserted(uuid: string, atMs: number): void {
    const note = this.#notes.get(uuid);
    if (note) note.insertedMs = atMs;
  }

  /** Its row has changed: inserted, and then enqueued. */
  notified(uuid: string): void {
    const note = this.#notes.get(uuid);
    if (!note) return;
    note.notifications++;
    if (note.notifications === 1) note.heardMs = this.#nowMs();
    if (note.notifications === 2) note.decidedMs = this.#nowMs();
  }

  /** Its request has arrived; only the first counts. */
  requested(uuid: string): void {
    const note = this.#notes.get(uuid);
    if (note && Number.isNaN(note.requestedMs)) note.requestedMs = this.#nowMs();
  }

  latencies(): Latencies {
    const notes = [...this.#notes.values()];
    const since = (atMs: (note: Note) => number) => {
      return notes.map((it) => atMs(it) - it.insertedMs).filter((it) => !Number.isNaN(it));
    };
    return {
      heard: since((it) => it.heardMs),
      decided: since((it) => it.decidedMs),
      requested: since((it) => it.requestedMs),
    };
  }
}
