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
  /** The setting that says so. */
  readonly portOption?: string;
  readonly clock: Clock;
  readonly limits?: Partial<ServeLimits>;
}

/** What a client may cost. */
export interface ServeLimits {
  readonly headerBytes: number;
  readonly headersMs: number;
  /** With its body. */
  readonly requestMs: number;
  readonly connections: number;
}

export interface Served {
  /** Where it really listens. */
  readonly port: number;
  /** Ends within a second, whatever the clients do. May be called twice. */
  close(): Promise<void>;
}

/** For answers on their way to a slow client. */
const CLOSE_GRACE_MS = 1_000;
const LIMITS: ServeLimits = {
  headerBytes: 8 * 1024,
  headersMs: 5_000,
  requestMs: 10_000,
  connections: 100,
};
/** How often the times are looked at. */
const CHECK_INTERVAL_MS = 1_000;

/**
 * Serves an app over HTTP. With Node's server under Deno, too: its own one waits for ever for the
 * headers of a request, and takes any number of connections.
 *
 * @throws {ConfigError} the address cannot be listened on
 */
export async function serve(options: ServeOptions): Promise<Served> {
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

function listen({ app, host, port, limits }: ServeOptions): Promise<OpenServer> {
  const { headerBytes, headersMs, requestMs, connections } = { ...LIMITS, ...limits };
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      maxHeaderSize: headerBytes,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersMs),
    },
  }) as Server;
  server.maxConnections = connections;
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      server.close();
      reject(error);
    });
    server.listen(port, host, () => {
      // From now on only accepting a connection can fail, as without a free descriptor.
      server.removeAllListeners("error").on("error", () => {});
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : port,
        end: () => new Promise((ended) => server.close(() => ended())),
        cut: () => server.closeAllConnections(),
      });
    });
  });
}

function listenError(options: ServeOptions, cause: unknown): Error {
  const { host, port, portOption = "--health-port" } = options;
  const { code, name } = cause as { code?: string; name?: string };
  const isTaken = code === "EADDRINUSE" || name === "AddrInUse";
  const isForbidden = code === "EACCES" || name === "PermissionDenied";
  const error = isTaken || isForbidden
    ? new ConfigError(`${portOption}=`, [{
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
