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
  /** For looking up the name, TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** Told when the socket is gone. */
  readonly onClosed: (request: HttpRequest) => void;
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
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #reader = new HttpReader();
  #settle!: (result: HttpResult) => void;
  /** For the connection, and then for a body. */
  #timer: Timer | null;
  #sent = false;
  #isOver = false;

  /**
   * @param path As it is sent, like the headers: nothing in them is checked.
   * @param headers Lines that each end with CR LF.
   */
  constructor(path: string, headers: string, options: HttpRequestOptions) {
    const { endpoint, clock, connectTimeoutMs, onClosed } = options;
    this.#clock = clock;
    this.result = new Promise((resolve) => this.#settle = resolve);
    this.#timer = clock.after(connectTimeoutMs, () => this.#giveUpConnecting(connectTimeoutMs));
    this.#socket = connect(endpoint, () => this.#write(path, headers))
      .on("data", (bytes: Buffer) => this.#read(bytes))
      .on("error", (error) => this.#break(error))
      .once("close", () => {
        this.#hearClose();
        onClosed(this);
      });
  }

  /** Odoo, or what stands before it, has the request and has not answered. */
  get isAwaited(): boolean {
    return this.#sent && !this.#isOver;
  }

  /** Lets the request go: closes its connection. What was sent goes on in Odoo. */
  cancel(): void {
    this.#end({ kind: "cancelled", sent: this.#sent });
  }

  #giveUpConnecting(timeoutMs: number): void {
    const error = new Error(`no connection within ${timeoutMs / 1000} s`);
    this.#break(Object.assign(error, { code: "ETIMEDOUT" }));
  }

  #write(path: string, headers: string): void {
    if (this.#isOver) return;
    this.#timer?.cancel();
    this.#timer = null;
    // Until now nothing can have left.
    this.#sent = true;
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\n${headers}connection: close\r\n\r\n`,
      "latin1",
    );
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
    this.#timer ??= this.#clock.after(BODY_TIMEOUT_MS, () => this.#endAnswered(head));
  }

  #hearClose(): void {
    if (this.#isOver) return;
    const { head } = this.#reader;
    if (this.#reader.close() && head !== null) this.#endAnswered(head);
    else {this.#break(
        new Error(this.#sent ? "the connection was closed" : "closed while connecting"),
      );}
  }

  #endAnswered({ status, location, cookies }: HttpHead): void {
    const { bodyStart } = this.#reader;
    this.#end({ kind: "answered", answer: { status, location, cookies, bodyStart } });
  }

  #break(error: Error): void {
    this.#end({ kind: "broken", sent: this.#sent, error });
  }

  #end(result: HttpResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#socket.destroy();
    this.#settle(result);
  }
}
