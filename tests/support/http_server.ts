import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";

export interface Arrival {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly response: ServerResponse;
  /** Resolves when the client's connection is gone. */
  readonly closed: Promise<void>;
}

/** A real server on loopback that writes down what arrives. A test ends it with `close`. */
export class TestServer {
  /** Requests in the order of their arrival; empty for `onSocket`. */
  readonly arrivals: Arrival[] = [];
  /** Connections so far, with or without a request. */
  connectionCount = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: { isTrue: () => boolean; resolve: () => void }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    // TLS servers tell of the plain connection first, so that it is counted before its handshake.
    server.on("connection", (socket: Socket) => {
      this.connectionCount++;
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#look();
      });
      this.#look();
    });
  }

  /** Answers requests by `onRequest`; without an answer they stay open. */
  static onRequest(onRequest: (arrival: Arrival) => void): Promise<TestServer> {
    return TestServer.#listen(createServer(), onRequest);
  }

  /** The same over TLS. */
  static onSecureRequest(
    certificate: { readonly cert: string; readonly key: string },
    onRequest: (arrival: Arrival) => void,
  ): Promise<TestServer> {
    return TestServer.#listen(createHttpsServer({ ...certificate }), onRequest);
  }

  /** Gives the bare connections. */
  static async onSocket(onSocket: (socket: Socket) => void): Promise<TestServer> {
    const server = createTcpServer(onSocket);
    const test = new TestServer(server);
    await listening(server, 0);
    return test;
  }

  static async #listen(server: HttpServer, onRequest: (arrival: Arrival) => void) {
    const test = new TestServer(server);
    server.on("request", (request, response) => {
      const closed = new Promise<void>((resolve) => response.once("close", resolve));
      const arrival = { url: request.url ?? "", headers: request.headers, response, closed };
      test.arrivals.push(arrival);
      onRequest(arrival);
      test.#look();
    });
    await listening(server, 0);
    return test;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("the server is closed");
    return address.port;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /**
   * Resolves when something is true of this server; looked at whenever anything arrives or goes.
   */
  until(isTrue: (server: TestServer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isTrue: () => isTrue(this), resolve });
      this.#look();
    });
  }

  /** Cuts every connection and resolves when the port is free. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #look(): void {
    for (const waiting of this.#waiting.filter((it) => it.isTrue())) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve();
    }
  }
}

/** A port where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await TestServer.onSocket(() => {});
  const { port } = server;
  await server.close();
  return port;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
}
