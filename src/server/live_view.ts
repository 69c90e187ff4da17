import type { Clock, Timer } from "../clock.ts";
import type { View } from "../view.ts";
import { safeJson } from "./safe_json.ts";

export interface LiveViewOptions {
  readonly look: () => View;
  readonly clock: Clock;
  /** Told of an error while looking; those who watch keep what they have. */
  readonly reportError: (error: Error) => void;
}

/** Between two looks, at least. */
const INTERVAL_MS = 1_000;
/** Looking takes this part of the time, at most. */
const SHARE = 0.02;
/** Each holds a connection, of which the server takes so many. */
const WATCHERS_MAX = 40;

/** Somebody who watches, and the connection to him. */
interface Watcher {
  /** He has taken all that was sent, and waits for more. */
  isWaiting: boolean;
  sent: Uint8Array | null;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

/**
 * The view for all who watch: computed once for all of them, once a second or as seldom as its cost
 * wants, and not at all while nobody watches. Who reads slowly misses some, and nothing piles up.
 */
export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #watchers = new Set<Watcher>();
  #json = "";
  #event = new Uint8Array(0);
  #lookedMs = Infinity;
  #pauseMs = 0;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(options: LiveViewOptions) {
    this.#options = options;
  }

  /** The newest view as JSON, computed anew if it is time for that. Throws what `look` throws. */
  get json(): string {
    this.#lookIfDue();
    return this.#json;
  }

  /** The views from now on as server-sent events; null if too many watch already. */
  watch(): ReadableStream<Uint8Array> | null {
    if (this.#isStopped || this.#watchers.size >= WATCHERS_MAX) return null;
    this.#lookIfDue();
    let watcher: Watcher;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        watcher = { isWaiting: false, sent: null, controller };
        this.#watchers.add(watcher);
        this.#lookLater();
      },
      pull: () => {
        watcher.isWaiting = true;
        this.#send(watcher);
      },
      cancel: () => this.#leave(watcher),
    }, { highWaterMark: 0 });
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  /** Ends all streams; nobody can watch any more. */
  stop(): void {
    this.#isStopped = true;
    for (const watcher of this.#watchers) {
      this.#leave(watcher);
      watcher.controller.close();
    }
  }

  #lookIfDue(): void {
    const { clock, look } = this.#options;
    const startMs = clock.nowMs();
    const ageMs = startMs - this.#lookedMs;
    // It is negative when the clock has stepped back.
    if (ageMs >= 0 && ageMs < this.#pauseMs) return;
    this.#lookedMs = startMs;
    this.#json = safeJson(look());
    this.#event = new TextEncoder().encode(`event: view\ndata: ${this.#json}\n\n`);
    this.#pauseMs = Math.max(INTERVAL_MS, (clock.nowMs() - startMs) / SHARE);
  }

  #lookLater(): void {
    if (this.#timer) return;
    const { clock, reportError } = this.#options;
    this.#timer = clock.after(this.#pauseMs, () => {
      this.#timer = null;
      try {
        this.#lookIfDue();
      } catch (error) {
        reportError(error as Error);
      }
      for (const watcher of this.#watchers) this.#send(watcher);
      this.#lookLater();
    });
  }

  #send(watcher: Watcher): void {
    if (!watcher.isWaiting || watcher.sent === this.#event) return;
    watcher.isWaiting = false;
    watcher.sent = this.#event;
    watcher.controller.enqueue(this.#event);
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }
}
