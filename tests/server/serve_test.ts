import { connect, type Socket } from "node:net";
import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { ConfigError } from "../../src/scheduler/errors.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { FakeClock } from "../support/fake_clock.ts";

const HOST = "127.0.0.1";

describe("serve", () => {
  let clock: FakeClock;
  let served: Served;
  let sockets: Client[];
  /** Lets `/slow` answer. */
  let answer: () => void;
  let asked: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    sockets = [];
    const app = new Hono().get("/", (context) => context.text("here"));
    let noteAsked: () => void;
    asked = new Promise((resolve) => noteAsked = resolve);
    const answered = new Promise<void>((resolve) => answer = resolve);
    app.get("/slow", async (context) => {
      noteAsked();
      await answered;
      return context.text("late");
    });
    served = await serve({ app, host: HOST, port: 0, clock });
  });

  afterEach(async () => {
    answer();
    await served.close();
    for (const socket of sockets) await socket.closed();
    assertEquals(clock.openTimers, 0);
  });

  function client(): Client {
    const socket = new Client(served.port);
    sockets.push(socket);
    return socket;
  }

  it("answers on the port it says", async () => {
    const text = await client().ask(
      "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      "here",
    );

    assertStringIncludes(text, "200 OK");
  });

  it("says which setting to change when the port is taken", async () => {
    const error = await serve({ app: new Hono(), host: HOST, port: served.port, clock })
      .then(() => null, (error: unknown) => error);

    assertInstanceOf(error, ConfigError);
    assertStringIncludes(
      error.message,
      `Cannot use --health-port="${served.port}": another program`,
    );
    assertInstanceOf(error.cause, Error);
  });

  it("says which setting to change when the address is another machine's", async () => {
    const error = await serve({ app: new Hono(), host: "203.0.113.1", port: 0, clock })
      .then(() => null, (error: unknown) => error);

    assertInstanceOf(error, ConfigError);
    assertStringIncludes(error.message, 'Cannot use --health-host="203.0.113.1"');
  });

  it("closes idle connections at once, and twice as well as once", async () => {
    const idle = client();
    await idle.ask("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "here");

    await Promise.all([served.close(), served.close()]);
    await idle.closed();
  });

  it("lets a running answer end", async () => {
    const slow = client();
    const text = slow.ask("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n", "late");
    await asked;
    const closed = served.close();

    answer();

    assertStringIncludes(await text, "200 OK");
    await closed;
  });

  it("does not wait for a slow answer longer than a second", async () => {
    const slow = client();
    slow.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    await asked;
    const closed = served.close();

    clock.advance(1_000);

    await closed;
    slow.end();
  });

  it("takes no endless headers", async () => {
    const long = client();
    long.send(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(2_000_000)}`);

    await long.closed();
  });
});

describe("serve, to those who", () => {
  let served: Served;
  let sockets: Client[];
  const app = new Hono().get("/", (context) => context.text("here"));

  beforeEach(async () => {
    sockets = [];
    served = await serve({
      ...{ app, host: HOST, port: 0, clock: new FakeClock() },
      limits: { headersMs: 100, requestMs: 200, connections: 2 },
    });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.end();
    await served.close();
  });

  function client(): Client {
    const socket = new Client(served.port);
    sockets.push(socket);
    return socket;
  }

  it("never end their headers, closes the connection", async () => {
    const slow = client();
    slow.send("GET / HTTP/1.1\r\nhost: x\r\nx: ");

    await slow.closed();

    assertStringIncludes(await client().ask("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "here"), "200");
  });

  it("never end their body, closes the connection", async () => {
    const slow = client();
    slow.send("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\nx");

    await slow.closed();
  });

  it("come too many, closes the connection", async () => {
    const request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    for (let count = 0; count < 2; count++) await client().ask(request, "here");

    await client().closed();
  });
});

/** A bare connection, for what a well-behaved HTTP client would not do. */
class Client {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #text = "";
  #look = () => {};

  constructor(port: number) {
    this.#socket = connect({ host: HOST, port });
    this.#socket.on("error", () => {});
    this.#socket.on("data", (chunk) => {
      this.#text += chunk;
      this.#look();
    });
    this.#closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Sends a request and resolves when the answer holds a text. */
  ask(request: string, wanted: string): Promise<string> {
    this.send(request);
    return new Promise((resolve, reject) => {
      this.#look = () => {
        if (this.#text.includes(wanted)) resolve(this.#text);
      };
      this.#closed.then(() => reject(new Error(`closed after "${this.#text}"`)));
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  closed(): Promise<void> {
    return this.#closed;
  }
}
