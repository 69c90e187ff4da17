/** What is read for people at the moment: it ends with the runner. */
export class OpenReads {
  readonly #end = new AbortController();
  readonly #open = new Set<Promise<unknown>>();

  /** @param read Is given what tells it to end; from then on it need not begin. */
  async during<T>(read: (ended: AbortSignal) => Promise<T>): Promise<T> {
    const open = read(this.#end.signal);
    this.#open.add(open);
    try {
      return await open;
    } finally {
      this.#open.delete(open);
    }
  }

  /** Resolves when all are over. */
  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.allSettled(this.#open);
  }
}
