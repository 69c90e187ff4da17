import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { Client } from "undici";
import type { Clock, Timer } from "../clock.ts";
import { connect } from "./connection.ts";
import { type Endpoint, originOf } from "./endpoint.ts";

/** An HTTP answer, as far as anyone wants to know it. */
export interface HttpAnswer {
  readonly status: number;
  readonly location: string | null;
  /** The `Set-Cookie` headers. */
  readonly cookies: readonly string[];
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
  readonly headers: Readonly<Record<string, string>>;
}

const BODY_START_BYTES = 1024;
/**
 * Odoo's answers are empty: what is longer than this is somebody else's and not read to its end.
 */
const BODY_BYTES_MAX = 64 * 1024;
/** For a body after its headers. */
const BODY_TIMEOUT_MS = 10_000;

const NOTHING = Buffer.alloc(0);
/** Given to undici, which would make an error with a stack of its own for every request. */
const OVER = new Error("the request is over");

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * One GET, on a connection of its own that closes with it: sent at most once, never redirected,
 * awaited however long.
 *
 * One undici client a request, not a shared agent: an agent whose request is aborted opens a new
 * connection at once and leaves it idle, and an idle connection blocks one of Odoo's prefork
 * workers for 2 s.
 */
export class HttpRequest {
  readonly result: Promise<HttpResult>;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  readonly #clock: Clock;
  readonly #client: Client;
  #settle!: (result: HttpResult) => void;
  #onClosed!: () => void;
  #socket: Socket | null = null;
  #bodyTimer: Timer | null = null;
  #sent = false;
  #answer: Omit<HttpAnswer, "bodyStart"> | null = null;
  #bodyStart: Buffer = NOTHING;
  #bodyBytes = 0;
  #isOver = false;

  constructor(options: HttpRequestOptions) {
    this.result = new Promise((resolve) => this.#settle = resolve);
    this.closed = new Promise((resolve) => this.#onClosed = resolve);
    this.#clock = options.clock;
    this.#client = new Client(originOf(options.endpoint), {
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 0,
      connect: (_options, callback) => this.#connect(options, callback),
    });
    this.#dispatch(options);
  }

  /** Odoo, or what stands before it, has the request and has not answered. */
  get isAwaited(): boolean {
    return this.#sent && !this.#isOver;
  }

  /** Lets the request go: closes its connection. What was sent goes on in Odoo. */
  cancel(): void {
    this.#end({ kind: "cancelled", sent: this.#sent });
  }

  #connect(
    { endpoint, clock, connectTimeoutMs }: HttpRequestOptions,
    callback: (...result: [null, Socket] | [Error, null]) => void,
  ): void {
    const onEnd = (error: Error | null) => error ? callback(error, null) : callback(null, socket);
    const socket = connect({ endpoint, clock, timeoutMs: connectTimeoutMs, onEnd });
    this.#socket = socket;
    socket.once("close", this.#onClosed);
  }

  #dispatch({ path, headers }: HttpRequestOptions): void {
    this.#client.dispatch({ method: "GET", path, headers }, {
      onRequestStart: () => {
        // undici calls this right before it writes, so that until now nothing can have left.
        if (this.#sent) throw new Error("a request is sent once");
        this.#sent = true;
      },
      onResponseStart: (_controller, status, headers) => this.#readHead(status, headers),
      onResponseData: (_controller, chunk) => this.#readBody(chunk),
      onResponseEnd: () => this.#endAnswered(),
      onResponseError: (_controller, error) => {
        this.#end({ kind: "broken", sent: this.#sent, error });
      },
    });
  }

  #readHead(status: number, headers: Headers): void {
    if (status < 200) return;
    this.#answer = {
      status,
      location: valuesOf(headers["location"])[0] ?? null,
      cookies: valuesOf(headers["set-cookie"]),
    };
    this.#bodyTimer = this.#clock.after(BODY_TIMEOUT_MS, () => this.#endAnswered());
  }

  #readBody(chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    const wanted = BODY_START_BYTES - this.#bodyStart.length;
    if (wanted > 0) this.#bodyStart = Buffer.concat([this.#bodyStart, chunk.subarray(0, wanted)]);
    if (this.#bodyBytes > BODY_BYTES_MAX) this.#endAnswered();
  }

  #endAnswered(): void {
    if (this.#answer === null) return;
    const answer = { ...this.#answer, bodyStart: this.#bodyStart.toString("utf8") };
    this.#end({ kind: "answered", answer });
  }

  #end(result: HttpResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settle(result);
    this.#bodyTimer?.cancel();
    // A client that is destroyed forgets a socket that is still connecting, so we close it
    // ourselves.
    if (this.#socket === null) this.#onClosed();
    else this.#socket.destroy(OVER);
    void this.#client.destroy(OVER);
  }
}

function valuesOf(header: string | string[] | undefined): string[] {
  return header === undefined ? [] : [header].flat();
}
