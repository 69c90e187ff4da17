import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Clock } from "../clock.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * An answer that was eaten on the way, by a firewall that forgot the connection, ends a request by
 * this.
 */
const FIRST_KEEPALIVE_PROBE_MS = 30_000;

export interface ConnectOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** For looking up the name, TCP and TLS together. */
  readonly timeoutMs: number;
  /** Called once, unless the socket is destroyed before by someone else. */
  readonly onEnd: (error: Error | null) => void;
}

/** Opens one connection to Odoo. The socket can be destroyed at any time. */
export function connect({ endpoint, clock, timeoutMs, onEnd }: ConnectOptions): Socket {
  const { host, port } = endpoint;
  const socket = endpoint.scheme === "https"
    ? secureSocket(endpoint)
    : connectPlain({ host, port });
  socket.setKeepAlive(true, FIRST_KEEPALIVE_PROBE_MS);
  socket.setNoDelay(true);
  const timer = clock.after(timeoutMs, () => {
    const error = new Error(`no connection within ${timeoutMs / 1000} s`);
    socket.destroy(Object.assign(error, { code: "ETIMEDOUT" }));
  });
  let open = true;
  const end = (error: Error | null) => {
    timer.cancel();
    if (open) onEnd(error);
    open = false;
  };
  socket.once(endpoint.scheme === "https" ? "secureConnect" : "connect", () => end(null));
  socket.on("error", end);
  socket.once("close", () => end(new Error("closed while connecting")));
  return socket;
}

function secureSocket({ host, port, ca, verify }: Endpoint): Socket {
  return connectSecure({
    host,
    port,
    rejectUnauthorized: verify,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  });
}
