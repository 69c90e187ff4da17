/**
 * What became of asking Odoo to run one job. What it says of the job's end is a hint: the row says
 * how it ended. What it says of whether a request was sent is certain.
 *
 * - `finished`: Odoo answered as it does when a job is over, was postponed, or was not run.
 * - `failed`: Odoo answered 500. The row says what happened: the job may even be done.
 * - `refused`: an answer that is not a job's end: a login page, a redirect, 401, 404… As a rule
 *   the job never ran. But since Odoo 16.0 a job that failed with an error for users is answered
 *   400, with an access error 403: so the reason counts only if the row is still `enqueued`.
 * - `unreachable`: the job's request was never sent. Closes the gate.
 * - `overloaded`: the same, for there was no connection in time although Odoo has other requests of
 *   ours in hand: its backlog is full. Lowers how many may wait for it.
 * - `unavailable`: 502 or 503, a proxy speaks for an Odoo that is not there. Closes the gate.
 *   Nobody knows whether the job ran: nginx says 502 to a refused connection and to a worker that
 *   died at work alike, Envoy says 503 to both.
 * - `dropped`: sent, and nobody knows what became of it: no answer, or a proxy that stopped waiting
 *   for it (504).
 * - `released`: we let go ourselves. If it was sent, the job goes on in Odoo.
 */
export type Outcome =
  | { readonly kind: "finished" }
  | { readonly kind: "failed"; readonly status: number }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "overloaded"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "released"; readonly sent: boolean };

export const NEVER_SENT: Outcome = { kind: "released", sent: false };

/** For people: its name, and what more is known. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "finished":
      return "finished";
    case "failed":
      return outcome.status === 500 ? "failed" : `failed, status ${outcome.status}`;
    case "released":
      return outcome.sent ? "let go, and Odoo goes on" : "let go before it was sent";
    default:
      return `${outcome.kind}, ${outcome.reason}`;
  }
}

/** Whether Odoo itself has answered, so that it was reached and had a worker free. */
export function isOdoosAnswer({ kind }: Outcome): boolean {
  return kind === "finished" || kind === "failed";
}

/** Whether Odoo has provably never heard of the request. */
export function isNeverSent(outcome: Outcome): boolean {
  const { kind } = outcome;
  return kind === "unreachable" || kind === "overloaded" || (kind === "released" && !outcome.sent);
}
