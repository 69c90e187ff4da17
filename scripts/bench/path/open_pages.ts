/** Pages as browsers have them open, as far as the runner can tell: each reads its `/events`. */
export class OpenPages {
  readonly #readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  #views = 0;

  static async open(url: string, count: number): Promise<OpenPages> {
    const pages = new OpenPages();
    for (let page = 0; page < count; page++) {
      const { body } = await fetch(`${url}/events`);
      const reader = body!.getReader();
      pages.#readers.push(reader);
      // A stream that breaks has no more views.
      pages.#read(reader).catch(() => {});
    }
    return pages;
  }

  /** How many views came to all of them so far. */
  get views(): number {
    return this.#views;
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((it) => it.cancel()));
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#views += decoder.decode(value).split("event: view\n").length - 1;
    }
  }
}
