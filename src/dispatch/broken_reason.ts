import type { Endpoint } from "./endpoint.ts";

const UNKNOWN_AUTHORITY =
  "no authority known here has signed its certificate: give the right one by --http-ca-file";
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
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the answer are too long",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "its certificate is for another host name: give that name with --host",
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

/** Why a request to Odoo broke, in words that stay the same as long as the cause does. */
export function brokenReason(error: Error, { scheme, host, port }: Endpoint): string {
  const code = codeOf(error);
  const cure = CURES[code] ?? (error.message.trim() || error.name);
  const known = code === "" || cure.includes(code) ? cure : `${cure} (${code})`;
  return `"${scheme}://${host}:${port}": ${known}`;
}

/**
 * Whether the other side answered with something else than HTTP, as a port does that speaks TLS.
 */
export function isNotHttp(error: Error): boolean {
  return error.name === "HTTPParserError" && error.message.includes("Expected HTTP/");
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
