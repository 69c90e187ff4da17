import { Buffer } from "node:buffer";
import { clearImmediate, setImmediate } from "node:timers";

/**
 * Writes a chunk. A promise says when the next one may follow; anything else, that it may at once.
 */
export type WriteChunk = (chunk: string) => unknown;

/**
 * Collects lines and writes them once per turn of the event loop, one chunk at a time. What does
 * not fit while a slow reader is awaited is dropped, and a line says how much, as soon as one can
 * be written.
 */
export class LogWriter {
  readonly #write: WriteChunk;
  readonly #maxBytes: number;
  readonly #dropNotice: (lines: number) => string;
  #lines: string[] = [];
  #bytes = 0;
  #droppedSinceNotice = 0;
  #droppedLines = 0;
  #turn: NodeJS.Immediate | null = null;
  #writing: Promise<void> | null = null;

  constructor(write: WriteChunk, maxBytes: number, dropNotice: (lines: number) => string) {
    this.#write = write;
    this.#maxBytes = maxBytes;
    this.#dropNotice = dropNotice;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  add(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#droppedSinceNotice > 0 || this.#bytes + bytes > this.#maxBytes) {
      this.#drop(1);
    } else {
      this.#lines.push(line);
      this.#bytes += bytes;
    }
    if (this.#writing === null) this.#turn ??= setImmediate(() => this.#writeChunk());
  }

  /** Writes what there is now, and resolves when all of it has been taken. */
  async flush(): Promise<void> {
    this.#writeChunk();
    while (this.#writing !== null) await this.#writing;
  }

  #writeChunk(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
    if (this.#writing !== null || (this.#lines.length === 0 && this.#droppedSinceNotice === 0)) {
      return;
    }
    const lineCount = this.#lines.length;
    const dropped = this.#droppedSinceNotice;
    const chunk = this.#lines.join("") + (dropped > 0 ? this.#dropNotice(dropped) : "");
    this.#lines = [];
    this.#bytes = 0;
    this.#droppedSinceNotice = 0;
    const written = this.#write(chunk);
    if (!(written instanceof Promise)) return;
    // Where the reader is gone nobody can be told; the count is what is left to say.
    this.#writing = written.catch(() => this.#drop(lineCount)).then(() => {
      this.#writing = null;
      if (this.#lines.length > 0) this.#writeChunk();
    });
  }

  #drop(lines: number): void {
    this.#droppedSinceNotice += lines;
    this.#droppedLines += lines;
  }
}
