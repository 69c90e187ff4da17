/** Why a session ended that nobody had ended. */
export class SessionLost extends Error {
  override readonly name = "SessionLost";

  /**
   * `code` is PostgreSQL's SQLSTATE or the socket's, as far as known: of a backend that was
   * terminated the driver only says CONNECTION_CLOSED.
   */
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** PostgreSQL's SQLSTATE or the system's code of an error, as far as there is one. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? "");
}
