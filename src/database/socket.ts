import { readFileSync } from "node:fs";
import { connect, isIP, type Socket } from "node:net";
import { connect as encrypt, type ConnectionOptions } from "node:tls";
import { certificateReasons } from "../certificate_reason.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionSettings, OneServer } from "./connection.ts";

/** PostgreSQL's SSLRequest: its length and its code. */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const CERTIFICATE_REASONS = certificateReasons({
  ...{ authorities: "--db-sslrootcert", host: "--db-host" },
});
const YES = "S".charCodeAt(0);

/**
 * Connects to a server, encrypted as the settings say. The driver is given the socket, because its
 * own cannot be cut: over a link that died silently it would stay open until the operating system
 * gives up, after many minutes. Nor would it check whose certificate the server of an address has.
 *
 * @param onSocket Is given the socket before it is connected.
 */
export async function openSocket(
  settings: OneServer,
  clock: Clock,
  onSocket: (socket: Socket) => void,
): Promise<Socket> {
  const { host, port, connectTimeoutMs } = settings;
  const isLocal = host.startsWith("/");
  const socket = isLocal ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  const timer = clock.after(connectTimeoutMs, () => {
    const seconds = connectTimeoutMs / 1000;
    socket.destroy(new Error(`no connection to the database server within ${seconds} s`));
  });
  onSocket(socket);
  try {
    await comes(socket, "connect");
    return isLocal ? socket : await encrypted(socket, settings);
  } catch (error) {
    socket.destroy();
    // A name with several addresses has several errors in one, without a message.
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    timer.cancel();
  }
}

async function encrypted(socket: Socket, settings: OneServer): Promise<Socket> {
  const { host, sslmode } = settings;
  if (sslmode === "disable") return socket;
  socket.write(SSL_REQUEST);
  const answer = await comes(socket, "data") as Uint8Array;
  if (answer[0] !== YES) {
    if (sslmode === "allow" || sslmode === "prefer") return socket;
    throw new Error(`the database server does not encrypt, but sslmode=${sslmode} wants it`);
  }
  const secure = encrypt({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...verification(settings),
  });
  await comes(secure, "secureConnect").catch((error) => {
    const reason = CERTIFICATE_REASONS[String(error.code)];
    throw reason === undefined
      ? error
      : new Error(`the database server: ${reason}`, { cause: error });
  });
  return secure;
}

/** How the server's certificate is checked. */
export function verification({ sslmode, sslrootcert }: ConnectionSettings): ConnectionOptions {
  if (!sslmode.startsWith("verify")) return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    ...(sslrootcert === null ? {} : { ca: readFileSync(sslrootcert, "utf8") }),
    ...(sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** What an event brings. */
function comes(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    // Without a listener an error would end the process: this one stays, and says nothing later on.
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
  });
}
