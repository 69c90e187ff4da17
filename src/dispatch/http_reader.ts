import { Buffer } from "node:buffer";

/** The head of an answer, as far as anyone wants to know it. */
export interface HttpHead {
  readonly status: number;
  readonly location: string | null;
  /** The `Set-Cookie` headers. */
  readonly cookies: readonly string[];
}

/** Which bytes come next. */
type Part = "head" | "length" | "until close" | "chunk size" | "chunk" | "trailer" | "nothing";

const START = "HTTP/1.";
const HEAD_BYTES_MAX = 16 * 1024;
const LINE_BYTES_MAX = 1024;
const BODY_START_BYTES = 1024;
const NOTHING = Buffer.alloc(0);
const WANTS_MORE = -1;

/** What answers does not speak HTTP. */
export class NotHttpError extends Error {
  override readonly name = "NotHttpError";
}

/**
 * Reads the one answer to a GET as its bytes come in, from a server that closes the connection
 * after it. Its errors are those of the other side.
 */
export class HttpReader {
  /** Null until it is complete. */
  head: HttpHead | null = null;
  /** Of the body so far. */
  bodyBytes = 0;
  #part: Part = "head";
  /** Bytes of the part that is not complete. */
  #rest: Buffer = NOTHING;
  #bodyStart: Buffer = NOTHING;
  /** Bytes to come of a body or chunk. */
  #left = 0;

  /** The answer is complete. */
  get isOver(): boolean {
    return this.#part === "nothing";
  }

  /** The first KB of the body. */
  get bodyStart(): string {
    return this.#bodyStart.toString("utf8");
  }

  /** @throws {Error} What comes is no HTTP answer, or not one that can be understood. */
  push(bytes: Buffer): void {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (!this.isOver) {
      const used = this.#read(rest);
      if (used === WANTS_MORE) break;
      rest = rest.subarray(used);
    }
    this.#rest = rest;
  }

  /** The connection was closed: whether the answer is complete by that. */
  close(): boolean {
    if (this.#part === "until close") this.#part = "nothing";
    return this.isOver;
  }

  /** How many bytes were used. */
  #read(bytes: Buffer): number {
    switch (this.#part) {
      case "head":
        return this.#readHead(bytes);
      case "until close":
        this.#left = bytes.length;
        return this.#readBody(bytes, "until close");
      case "length":
        return this.#readBody(bytes, "nothing");
      case "chunk":
        return this.#readBody(bytes, "chunk size");
      case "chunk size":
      case "trailer":
        return this.#readLine(bytes);
      case "nothing":
        return WANTS_MORE;
    }
  }

  #readHead(bytes: Buffer): number {
    const start = bytes.toString("latin1", 0, START.length);
    if (!START.startsWith(start)) throw new NotHttpError("an answer that is not HTTP");
    const end = bytes.indexOf("\r\n\r\n");
    if ((end < 0 ? bytes.length : end) > HEAD_BYTES_MAX) {
      throw new Error("the headers of the answer are too long");
    }
    if (end < 0) return WANTS_MORE;
    const [statusLine, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.\d (\d{3})(?: |$)/.exec(statusLine!)?.[1]);
    if (!(status >= 100)) throw new NotHttpError("an answer that is not HTTP");
    // Another head follows what is only provisional.
    if (status >= 200) this.#begin(status, headersOf(lines));
    return end + 4;
  }

  #begin(status: number, { location, cookies, lengths, encoding }: Headers): void {
    this.head = { status, location, cookies };
    const [length, ...others] = lengths;
    const isChunked = /\bchunked$/i.test(encoding);
    if (status === 204 || status === 304) this.#part = "nothing";
    else if (isChunked) this.#part = "chunk size";
    else if (length === undefined) this.#part = "until close";
    else {
      if (!/^\d{1,15}$/.test(length) || others.some((it) => it !== length)) {
        throw new Error("an answer whose length is not clear");
      }
      this.#left = Number(length);
      this.#part = this.#left === 0 ? "nothing" : "length";
    }
  }

  #readBody(bytes: Buffer, next: Part): number {
    const part = bytes.subarray(0, this.#left);
    if (part.length === 0) return WANTS_MORE;
    const wanted = BODY_START_BYTES - this.#bodyStart.length;
    if (wanted > 0) this.#bodyStart = Buffer.concat([this.#bodyStart, part.subarray(0, wanted)]);
    this.bodyBytes += part.length;
    this.#left -= part.length;
    if (this.#left === 0) this.#part = next;
    return part.length;
  }

  #readLine(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n");
    if ((end < 0 ? bytes.length : end) > LINE_BYTES_MAX) throw new Error("an answer in odd chunks");
    if (end < 0) return WANTS_MORE;
    const line = bytes.toString("latin1", 0, end);
    if (this.#part === "trailer") {
      if (line === "") this.#part = "nothing";
    } else if (line !== "") { // A line end follows each chunk.
      const size = /^[0-9a-f]{1,12}(?=\s*(?:;|$))/i.exec(line)?.[0];
      if (size === undefined) throw new Error("an answer in odd chunks");
      this.#left = Number.parseInt(size, 16);
      this.#part = this.#left === 0 ? "trailer" : "chunk";
    }
    return end + 2;
  }
}

/** Those that count. */
interface Headers {
  readonly location: string | null;
  readonly cookies: readonly string[];
  readonly lengths: readonly string[];
  /** The last one. */
  readonly encoding: string;
}

function headersOf(lines: readonly string[]): Headers {
  let location: string | null = null;
  let encoding = "";
  const cookies: string[] = [];
  const lengths: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).toLowerCase()) {
      case "location":
        location ??= value;
        break;
      case "set-cookie":
        cookies.push(value);
        break;
      case "content-length":
        lengths.push(value);
        break;
      case "transfer-encoding":
        encoding = value;
    }
  }
  return { location, cookies, lengths, encoding };
}
