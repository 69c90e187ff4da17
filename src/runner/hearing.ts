import type { Clock } from "../clock.ts";
import type { Heartbeat } from "../database/heartbeat.ts";
import type { Meter } from "../meter.ts";
import type { DatabaseTurn } from "./database_turn.ts";

export interface HearingOptions {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly heartbeat: Heartbeat;
  readonly turn: DatabaseTurn;
}

/** What the sessions of one database hear, and when. */
export class Hearing {
  readonly #options: HearingOptions;
  #heardMs: number | null = null;
  #unreadMs: number | null = null;

  constructor(options: HearingOptions) {
    this.#options = options;
  }

  /** When anything was heard last: a change, or a heartbeat that came back. */
  get heardMs(): number | null {
    return this.#heardMs;
  }

  /** A notification has come. */
  hear(channel: string, payload: string): void {
    const { clock, meter, heartbeat, turn } = this.#options;
    this.#heardMs = clock.nowMs();
    if (channel === heartbeat.channel) return heartbeat.heard();
    this.#unreadMs ??= this.#heardMs;
    meter.notified();
    turn.notified(payload);
  }

  /**
   * What was heard is read now. Answers when the first of it came.
   *
   * @param isAll Nothing is left to be read after this.
   */
  reading(isAll: boolean): number | null {
    const unreadMs = this.#unreadMs;
    if (isAll) this.#unreadMs = null;
    return unreadMs;
  }
}
