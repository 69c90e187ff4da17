import { certificateReasons } from "../certificate_reason.ts";
import type { Endpoint } from "./endpoint.ts";
import { NotHttpError } from "./http_reader.ts";

const NOT_TLS = "what listens there does not speak TLS: try --scheme=http";

const CURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  EMFILE:
    "no file descriptor is left: raise the limit (ulimit -n) above the number of running jobs",
  ENFILE: "no file descriptor is left on this machine",
  EADDRNOTAVAIL: "no local port is left",
  ...certificateReasons({ authorities: "--http-ca-file", host: "--host" }),
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

/** Why a request to Odoo broke, in words that stay the same as long as the cause does. */
export function brokenReason(error: Error, { scheme, host, port }: Endpoint): string {
  const code = codeOf(error);
  const message = error.message.replace(/[\s\p{Cc}]+/gu, " ").trim().slice(0, 300);
  const cure = Object.hasOwn(CURES, code) ? CURES[code]! : message || error.name;
  const known = code === "" || cure.includes(code) ? cure : `${cure} (${code})`;
  return `"${scheme}://${host}:${port}": ${known}`;
}

/**
 * Whether the other side answered with something else than HTTP, as a port does that speaks TLS.
 */
export function isNotHttp(error: Error): boolean {
  return error instanceof NotHttpError;
}

/** Whether nobody has taken the connection in time. */
export function isTimeout(error: Error): boolean {
  return codeOf(error) === "ETIMEDOUT";
}

function codeOf(error: Error): string {
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === "string") return code;
  // A host with several addresses fails with all their errors at once.
  return error instanceof AggregateError && error.errors[0] instanceof Error
    ? codeOf(error.errors[0])
    : "";
}
