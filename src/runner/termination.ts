/** Odoo's own drop and duplicate end all connections and go on: who is back too soon, disturbs. */
export const TERMINATED_PAUSE_MS = 3_000;

const CODES = ["57P01", "CONNECTION_CLOSED", "ECONNRESET", "EPIPE"];

/**
 * Whether a session with this code was terminated, as far as known: the driver keeps to itself why
 * the server has hung up, and this is the likeliest.
 */
export function mayBeTerminated(code: string): boolean {
  return CODES.includes(code);
}
