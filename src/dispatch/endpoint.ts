import { Buffer } from "node:buffer";

/** Where Odoo, or the proxy in front of it, listens. */
export interface Endpoint {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** HTTP basic auth; null where nobody asks for it. */
  readonly user: string | null;
  readonly password: string | null;
  /** Text of the certificates to trust (PEM) instead of the usual authorities. */
  readonly ca: string | null;
  /** False: any certificate will do. */
  readonly verify: boolean;
}

/** How jobs of one generation of the add-on are asked for. */
export interface Route {
  /** As in `/queue_job/runjob`. */
  readonly path: string;
  /**
   * Fetched once per database for a session cookie. A trailing `=` wants the database's name; null:
   * no session.
   */
  readonly session: string | null;
}

export interface AskedJob {
  readonly database: string;
  readonly uuid: string;
  readonly route: Route;
  /** A header for Odoo, by which its traces go on with ours. */
  readonly traceparent?: string | null;
}

export function originOf({ scheme, host, port }: Endpoint): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** @throws {RangeError} A host that no URL can hold. */
export function checkEndpoint(endpoint: Endpoint): void {
  if (URL.canParse(originOf(endpoint))) return;
  throw new RangeError(
    `Cannot ask the host "${endpoint.host}": a name or an address is wanted, as in "localhost"`,
  );
}

export function authorizationOf(
  { user, password }: Pick<Endpoint, "user" | "password">,
): string | null {
  if (user === null) return null;
  return `Basic ${Buffer.from(`${user}:${password ?? ""}`, "utf8").toString("base64")}`;
}

export function jobPath({ database, uuid, route }: AskedJob): string {
  return `${route.path}?db=${inForm(database)}&job_uuid=${inForm(uuid)}`;
}

/** As forms encode it; what needs no encoding is spared the way through an object for each. */
function inForm(text: string): string {
  return /^[\w.-]*$/.test(text) ? text : new URLSearchParams({ "": text }).toString().slice(1);
}

export function sessionPath(session: string, database: string): string {
  if (!session.endsWith("=")) return session;
  const [path, name] = session.slice(0, -1).split("?");
  return `${path}?${new URLSearchParams({ [name ?? ""]: database })}`;
}
