/** The code of an error that says: LISTEN does not work on this connection. */
export const DEAF = "DEAF";

export const CANNOT_LISTEN =
  "LISTEN does not work here, as behind PgBouncer in transaction mode; connect straight to " +
  "PostgreSQL (--db-host, --db-port)";

/** A pooler refuses what a session of ours asks for at its start. */
const POOLER_REFUSES = /unsupported startup parameter/;

/** A session could not even be opened, by a pooler that has nothing to listen to. */
class CannotListen extends Error {
  readonly code = DEAF;
}

/** The same error, or one with the cure where a pooler is the cause. */
export function withPoolerCure(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (!POOLER_REFUSES.test(message)) return error;
  return new CannotListen(`${message}: ${CANNOT_LISTEN}`, { cause: error });
}
