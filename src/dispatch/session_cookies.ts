import type { HttpAnswer } from "./http_request.ts";
import type { Outcome } from "./outcome.ts";

/**
 * A session of Odoo's, as the value of our `Cookie` header; null if Odoo gave none, which is
 * remembered as well.
 */
export interface Session {
  readonly kind: "session";
  readonly cookie: string | null;
}

/** A session, or why there is none: then no job was asked for. */
export type SessionResult = Session | Outcome;

/** Odoo's own cookie has 40 letters; a load balancer adds its own. */
const COOKIE_LENGTH_MAX = 4096;

/**
 * The sessions that Odoo 8.0 to 12.0 wants, one per database: there a session remembers its
 * database, and without one a server of several databases answers 404. Jobs that need one at the
 * same time share its fetch.
 */
export class SessionCookies {
  readonly #fetch: (database: string, path: string) => Promise<SessionResult>;
  readonly #sessions = new Map<string, Promise<SessionResult>>();

  /** @param fetch never rejects */
  constructor(fetch: (database: string, path: string) => Promise<SessionResult>) {
    this.#fetch = fetch;
  }

  /** The session of a database, fetched from `path` unless it is there. */
  of(database: string, path: string): Promise<SessionResult> {
    const known = this.#sessions.get(database);
    if (known) return known;
    const fetched = this.#fetch(database, path);
    this.#sessions.set(database, fetched);
    void fetched.then((result) => {
      if (result.kind !== "session") this.forget(database, fetched);
    });
    return fetched;
  }

  /**
   * Forgets a session that Odoo did not take, unless it has been replaced since; or whatever
   * session there is.
   */
  forget(database: string, refused?: Promise<SessionResult>): void {
    if (refused === undefined || this.#sessions.get(database) === refused) {
      this.#sessions.delete(database);
    }
  }
}

/** The cookies that an answer sets, for sending them back. */
export function sessionOf({ cookies }: HttpAnswer): Session {
  const pairs = cookies
    .map((it) => it.split(";", 1)[0]?.trim() ?? "")
    .filter((it) => /^[!-<>-~]+=[!-~]+$/.test(it));
  const cookie = pairs.join("; ");
  return {
    kind: "session",
    cookie: cookie === "" || cookie.length > COOKIE_LENGTH_MAX ? null : cookie,
  };
}
