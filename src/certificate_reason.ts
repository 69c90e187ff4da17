/** The settings that cure it. */
export interface CertificateSettings {
  /** As in `--http-ca-file`. */
  readonly authorities: string;
  /** As in `--host`. */
  readonly host: string;
}

/** Why a certificate was refused and what helps, by the code of the error. */
export function certificateReasons(
  { authorities, host }: CertificateSettings,
): Readonly<Record<string, string>> {
  const right = `give the right one by ${authorities}`;
  const unknown = `no authority known here has signed its certificate: ${right}`;
  return {
    CERT_HAS_EXPIRED: "its certificate has expired",
    CERT_NOT_YET_VALID: "its certificate is not valid yet",
    ERR_TLS_CERT_ALTNAME_INVALID:
      `its certificate is for another host name: give that name with ${host}`,
    SELF_SIGNED_CERT_IN_CHAIN: unknown,
    DEPTH_ZERO_SELF_SIGNED_CERT: unknown,
    UNABLE_TO_GET_ISSUER_CERT: unknown,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknown,
    // Deno says this of an expired one as well.
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      `no authority known here has signed its certificate, or it has expired: ${right}`,
  };
}
