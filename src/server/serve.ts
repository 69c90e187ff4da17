import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { Clock } from "../clock.ts";
import { ConfigError } from "../scheduler/errors.ts";

export interface ServeOptions {
  readonly app: Hono;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly clock: Clock;
}

export interface Served {
  /** Where it really listens. */
  readonly port: number;
  /** Ends within a second, whatever the clients do. May be called twice. */
  close(): Promise<void>;
}

/** For answers on their way to a slow client. */
const CLOSE_GRACE_MS = 1_000;
const HEADER_BYTES_MAX = 8 * 1024;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 100;

/**
 * Serves an app over HTTP, with the runtime's own server.
 *
 * @throws {ConfigError} the address cannot be listened on
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const listen = "Deno" in globalThis ? serveOnDeno : serveOnNode;
  let open: OpenServer;
  try {
    open = await listen(options);
  } catch (error) {
    throw listenError(options, error);
  }
  let closing: Promise<void> | null = null;
  const close = () => closing ??= closeWithin(options.clock, CLOSE_GRACE_MS, open);
  return { port: open.port, close };
}

interface OpenServer {
  readonly port: number;
  /** Takes no more requests; resolves when the last connection is closed. */
  end(): Promise<void>;
  /** Cuts what is still open, where that can be done. */
  cut(): void;
}

function closeWithin(clock: Clock, graceMs: number, server: OpenServer): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(graceMs, () => {
      server.cut();
      resolve();
    });
    server.end().finally(() => timer.cancel()).then(resolve, reject);
  });
}

function serveOnDeno({ app, host, port }: ServeOptions): Promise<OpenServer> {
  const options = { hostname: host, port, onListen: () => {} };
  const server = Deno.serve(options, (request) => app.fetch(request));
  return Promise.resolve({
    port: server.addr.port,
    end: () => server.shutdown(),
    // Aborting a server that is shutting down throws out of reach. What is left ends with the
    // process.
    cut: () => {},
  });
}

function serveOnNode({ app, host, port }: ServeOptions): Promise<OpenServer> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : port,
        end: () => new Promise((ended) => server.close(() => ended())),
        cut: () => server.closeAllConnections(),
      });
    });
  });
}

function listenError({ host, port }: ServeOptions, cause: unknown): Error {
  const { code, name } = cause as { code?: string; name?: string };
  const isTaken = code === "EADDRINUSE" || name === "AddrInUse";
  const isForbidden = code === "EACCES" || name === "PermissionDenied";
  const error = isTaken || isForbidden
    ? new ConfigError("--health-port=", [{
      entry: `${port}`,
      reason: isTaken
        ? `another program listens there at "${host}": give another port, or stop the other program`
        : "this user may not listen there: give a port of 1024 or above",
    }])
    : new ConfigError("--health-host=", [{
      entry: host,
      reason: 'an address of this machine is wanted, as in "127.0.0.1"',
    }]);
  return Object.assign(error, { cause });
}
