import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import { connect } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { type HttpHead, HttpReader } from "./http_reader.ts";

/** An HTTP answer, as far as anyone wants to know it. */
export interface HttpAnswer extends HttpHead {
  /** The first KB of the body. */
  readonly bodyStart: string;
}

export type HttpResult =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  | { readonly kind: "broken"; readonly sent: boolean; readonly error: Error }
  | { readonly kind: "cancelled"; readonly sent: boolean };

export interface HttpRequestOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly path: string;
  /** As they are sent; nothing in them is checked. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Odoo's answers are empty: what is longer than this is somebody else's and not read to its end.
 */
const BODY_BYTES_MAX = 64 * 1024;
/** For a body after its headers. */
const BODY_TIMEOUT_MS = 10_000;

/**
 * One GET, on a connection of its own that closes with it: sent at most once, never redirected,
 * awaited however long.
 *
 * No HTTP client stands in between: those keep connections, open them ahead or send a request
 * again. An idle connection blocks one of Odoo's prefork workers for 2 s, and a request that is
 * sent again may run its job twice.
 */
export class HttpRequest {
  readonly result: Promise<HttpResult>;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  readonly #options: HttpRequestOptions;
  readonly #socket: Socket;
  readonly #reader = new HttpReader();
  #settle!: (result: HttpResult) => void;
  #bodyTimer: Timer | null = null;
  #sent = false;
  #isOver = false;

  constructor(options: HttpRequestOptions) {
    const { endpoint, clock, connectTimeoutMs: timeoutMs } = this.#options = options;
    this.result = new Promise((resolve) => this.#settle = resolve);
    const onEnd = (error: Error | null) => error ? this.#break(error) : this.#write();
    const socket = this.#socket = connect({ endpoint, clock, timeoutMs, onEnd });
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Odoo, or what stands before it, has the request and has not answered. */
  get isAwaited(): boolean {
    return this.#sent && !this.#isOver;
  }

  /** Lets the request go: closes its connection. What was sent goes on in Odoo. */
  cancel(): void {
    this.#end({ kind: "cancelled", sent: this.#sent });
  }

  #write(): void {
    if (this.#isOver) return;
    const socket = this.#socket;
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", (error) => this.#break(error));
    socket.once("end", () => this.#hearClose());
    socket.once("close", () => this.#hearClose());
    const { path, headers } = this.#options;
    let text = `GET ${path} HTTP/1.1\r\n`;
    for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
    // Until now nothing can have left.
    this.#sent = true;
    socket.write(`${text}connection: close\r\n\r\n`, "latin1");
  }

  #read(bytes: Buffer): void {
    if (this.#isOver) return;
    const reader = this.#reader;
    try {
      reader.push(bytes);
    } catch (error) {
      return this.#break(error as Error);
    }
    if (reader.head === null) return;
    if (reader.isOver || reader.bodyBytes > BODY_BYTES_MAX) return this.#endAnswered(reader.head);
    const { head } = reader;
    this.#bodyTimer ??= this.#options.clock.after(BODY_TIMEOUT_MS, () => this.#endAnswered(head));
  }

  #hearClose(): void {
    if (this.#isOver) return;
    const { head } = this.#reader;
    if (this.#reader.close() && head !== null) this.#endAnswered(head);
    else this.#break(new Error("the connection was closed"));
  }

  #endAnswered(head: HttpHead): void {
    this.#end({ kind: "answered", answer: { ...head, bodyStart: this.#reader.bodyStart } });
  }

  #break(error: Error): void {
    this.#end({ kind: "broken", sent: this.#sent, error });
  }

  #end(result: HttpResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#bodyTimer?.cancel();
    this.#socket.destroy();
    this.#settle(result);
  }
}
