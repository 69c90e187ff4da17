/// <reference lib="dom" />
import type { View } from "../view.ts";
import { ask } from "./ask.ts";
import { after, browserMs } from "./timer.ts";

/** Where the newest view comes from: the stream, questions now and then, or nowhere. */
export type Source = "none yet" | "live" | "polled" | "lost";

export interface Shown {
  readonly view: View | null;
  readonly source: Source;
  /** Of the browser's clock: when the runner was heard last. */
  readonly heardMs: number;
}

/** A runner that is alive says so at least this often. */
const SILENCE_MS = 15_000;
const POLL_MS = 3_000;
const STREAM_RETRY_MS = 30_000;

/**
 * The view as it changes: by `/events`, and by asking for `/view` where no stream can be had, as
 * behind a proxy that keeps answers, or when too many watch. Nothing is asked for while nobody sees
 * the page.
 */
export class Feed {
  readonly #onChange: () => void;
  #shown: Shown = { view: null, source: "none yet", heardMs: browserMs() };
  #stream: EventSource | null = null;
  #cancel: () => void = () => {};
  #streamRefusedMs = -Infinity;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get shown(): Shown {
    return this.#shown;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.#begin());
    addEventListener("online", () => this.#begin());
    this.#begin();
  }

  #begin(): void {
    this.#end();
    if (document.visibilityState === "visible") this.#listen();
  }

  #end(): void {
    this.#cancel();
    this.#stream?.close();
    this.#stream = null;
  }

  #listen(): void {
    const stream = this.#stream = new EventSource("events");
    stream.addEventListener("view", (event) => {
      this.#take(JSON.parse((event as MessageEvent<string>).data) as View, "live");
      this.#awaitMore();
    });
    stream.addEventListener("error", () => {
      if (this.#stream !== stream) return;
      this.#end();
      this.#streamRefusedMs = browserMs();
      this.#poll();
    });
    this.#awaitMore();
  }

  #awaitMore(): void {
    this.#cancel();
    this.#cancel = after(SILENCE_MS, () => {
      this.#end();
      this.#streamRefusedMs = browserMs();
      this.#poll();
    });
  }

  async #poll(): Promise<void> {
    let isCancelled = false;
    this.#cancel = () => isCancelled = true;
    const answer = await ask<View>("view");
    if (isCancelled) return;
    const wasLost = this.#shown.source === "lost";
    if (answer.value) this.#take(answer.value, "polled");
    else this.#show({ ...this.#shown, source: "lost" });
    const isStreamDue = browserMs() - this.#streamRefusedMs > STREAM_RETRY_MS;
    if (answer.value && (wasLost || isStreamDue)) return this.#listen();
    this.#cancel = after(POLL_MS, () => this.#poll());
  }

  #take(view: View, source: Source): void {
    this.#show({ view, source, heardMs: browserMs() });
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#onChange();
  }
}
