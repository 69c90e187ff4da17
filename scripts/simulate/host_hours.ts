import { HOUR_MS } from "./arrivals.ts";

/** One hour of the simulated day. */
export interface HostHour {
  readonly startMs: number;
  readonly created: number;
  readonly runs: number;
  readonly mostWaiting: number;
  /** Of the places of root, in the mean: 0 to 1. */
  readonly usedShare: number;
}

/** Counts what waits and runs, by the hour. */
export class HostHours {
  waiting = 0;
  running = 0;
  /** Of all hours. */
  mostWaiting = 0;
  mostWaitingAtMs = 0;
  readonly #places: number;
  readonly #noteHour: (hour: HostHour) => void;
  #nowMs: number;
  #hour: { startMs: number; created: number; runs: number; mostWaiting: number };
  /** Places times milliseconds, in this hour. */
  #usedMs = 0;

  constructor(startMs: number, places: number, noteHour: (hour: HostHour) => void) {
    this.#nowMs = startMs;
    this.#places = places;
    this.#noteHour = noteHour;
    this.#hour = { startMs, created: 0, runs: 0, mostWaiting: 0 };
  }

  /** Before anything happens at that time. */
  pass(nowMs: number): void {
    while (nowMs >= this.#hour.startMs + HOUR_MS) {
      const endMs = this.#hour.startMs + HOUR_MS;
      this.#use(endMs);
      this.#noteHour({ ...this.#hour, usedShare: this.#usedMs / HOUR_MS / this.#places });
      this.#hour = { startMs: endMs, created: 0, runs: 0, mostWaiting: this.waiting };
      this.#usedMs = 0;
    }
    this.#use(nowMs);
  }

  arrived(): void {
    this.#hour.created++;
    this.waits();
  }

  /** One job more waits. */
  waits(): void {
    this.waiting++;
    if (this.waiting > this.#hour.mostWaiting) this.#hour.mostWaiting = this.waiting;
    if (this.waiting <= this.mostWaiting) return;
    this.mostWaiting = this.waiting;
    this.mostWaitingAtMs = this.#nowMs;
  }

  taken(): void {
    this.#hour.runs++;
    this.waiting--;
    this.running++;
  }

  ended(): void {
    this.running--;
  }

  #use(untilMs: number): void {
    this.#usedMs += this.running * (untilMs - this.#nowMs);
    this.#nowMs = untilMs;
  }
}
