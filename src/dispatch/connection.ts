import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Endpoint } from "./endpoint.ts";

/**
 * An answer that was eaten on the way, by a firewall that forgot the connection, ends a request by
 * this.
 */
const FIRST_KEEPALIVE_PROBE_MS = 30_000;

/** Opens one connection to Odoo, and tells when it is open. It can be destroyed at any time. */
export function connect(endpoint: Endpoint, onOpen: () => void): Socket {
  const socket = endpoint.scheme === "https"
    ? secureSocket(endpoint).once("secureConnect", onOpen)
    : connectPlain({ host: endpoint.host, port: endpoint.port }).once("connect", onOpen);
  socket.setKeepAlive(true, FIRST_KEEPALIVE_PROBE_MS);
  socket.setNoDelay(true);
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
