import { eventText } from "../sentences.ts";
import type { JobEvent, SeenEvent } from "../why.ts";

/** Told of what happens to the jobs of one database. */
export type Seen = (uuid: string, event: JobEvent, detail?: string) => void;

/** Events of all databases that are kept. */
const EVENTS_MAX = 20_000;
/** Of one job that are shown, the last ones. */
const SHOWN_MAX = 100;

/**
 * What this runner has seen of its jobs, the latest events of all databases: a ring that is made
 * whole at the start. Some is noted for every job, so nothing is made then: names and uuids are
 * strings that exist already, and a question reads the whole ring instead.
 */
export class JobHistory {
  readonly #nowMs: () => number;
  readonly #max: number;
  readonly #atMs: Float64Array;
  readonly #databases: string[];
  readonly #uuids: string[];
  readonly #events: JobEvent[];
  readonly #details: (string | null)[];
  /** Where the next one goes. */
  #next = 0;
  /** An answer that comes again and again is kept once. */
  #lastDetail = "";

  constructor(nowMs: () => number, max = EVENTS_MAX) {
    this.#nowMs = nowMs;
    this.#max = max;
    this.#atMs = new Float64Array(max);
    this.#databases = new Array(max).fill("");
    this.#uuids = new Array(max).fill("");
    this.#events = new Array(max).fill("taken");
    this.#details = new Array(max).fill(null);
  }

  note(database: string, uuid: string, event: JobEvent, detail: string | null = null): void {
    const index = this.#next;
    this.#atMs[index] = this.#nowMs();
    this.#databases[index] = database;
    this.#uuids[index] = uuid;
    this.#events[index] = event;
    this.#details[index] = detail === null ? null : this.#kept(detail);
    this.#next = index + 1 === this.#max ? 0 : index + 1;
  }

  /** What was seen of a job, by database, the earliest first. */
  of(uuid: string): ReadonlyMap<string, readonly SeenEvent[]> {
    const found = new Map<string, SeenEvent[]>();
    for (let count = 0; count < this.#max; count++) {
      const index = (this.#next + count) % this.#max;
      if (this.#uuids[index] !== uuid) continue;
      const database = this.#databases[index]!;
      const seen = found.get(database) ?? [];
      found.set(database, seen);
      if (seen.length === SHOWN_MAX) seen.shift();
      seen.push(this.#eventAt(index));
    }
    return found;
  }

  #eventAt(index: number): SeenEvent {
    const event = this.#events[index]!;
    const detail = this.#details[index]!;
    return { atMs: this.#atMs[index]!, event, detail, text: eventText(event, detail) };
  }

  #kept(detail: string): string {
    if (detail !== this.#lastDetail) this.#lastDetail = detail;
    return this.#lastDetail;
  }
}
