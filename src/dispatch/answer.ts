import type { Route } from "./endpoint.ts";
import type { HttpAnswer } from "./http_request.ts";
import type { Outcome } from "./outcome.ts";

/** What the sender of a request knows and an answer does not say. */
export interface Asked {
  readonly route: Route;
  readonly database: string;
  readonly scheme: "http" | "https";
  readonly withAuthorization: boolean;
}

/** Someone between us and Odoo has stopped waiting, and Odoo may not have noticed. */
const TIMEOUTS: readonly number[] = [408, 499, 504, 522, 524];

/** What an HTTP answer to the request for a job means; with a cure where it is not Odoo's own. */
export function outcomeOf(answer: HttpAnswer, asked: Asked): Outcome {
  const { status } = answer;
  if (status < 300) return outcomeOfSuccess(answer, asked);
  if (status < 400) return { kind: "refused", reason: redirectReason(answer, asked) };
  if (status === 500) return { kind: "failed", status };
  if (status === 502 || status === 503) {
    return { kind: "unavailable", reason: `a proxy answers ${status}: Odoo is down or overloaded` };
  }
  if (status > 500 || TIMEOUTS.includes(status)) {
    return { kind: "dropped", reason: droppedReason(status) };
  }
  return { kind: "refused", reason: refusalReason(status, asked) };
}

/** Whether a session that has run out explains the answer: then the job has not run. */
export function mayBeSessionLost({ status, bodyStart }: HttpAnswer): boolean {
  return status === 404 || (status >= 300 && status < 400) ||
    (status < 300 && isLoginPage(bodyStart));
}

/** Odoo's body is empty. */
function outcomeOfSuccess({ status, bodyStart }: HttpAnswer, asked: Asked): Outcome {
  if (bodyStart.trim() === "") return { kind: "finished" };
  if (isLoginPage(bodyStart)) {
    return { kind: "refused", reason: loginReason(`a login page (${status})`, asked) };
  }
  const what = bodyStart.trimStart().startsWith("<") ? "a web page" : "a text";
  const reason = `answered ${status} with ${what} where Odoo answers with nothing: ` +
    `check that --host and --port are Odoo's, and that a proxy passes ${asked.route.path} on`;
  return { kind: "refused", reason };
}

function isLoginPage(bodyStart: string): boolean {
  return /\/web\/login|oe_login|type=["']?password/i.test(bodyStart);
}

function redirectReason({ status, location }: HttpAnswer, asked: Asked): string {
  const target = printable(location ?? "");
  const answered = `redirected (${status}) to "${target}"`;
  if (/\/web\/login/.test(target)) return loginReason(answered, asked);
  if (/\/web\/database/.test(target)) return `${answered}: ${databaseCure(asked)}`;
  if (asked.scheme === "http" && target.startsWith("https:")) {
    return `${answered}: set --scheme=https and its port, or --host and --port of Odoo itself`;
  }
  return `${answered}: set --scheme, --host and --port to where ${asked.route.path} is answered`;
}

function loginReason(answered: string, { route }: Asked): string {
  return `${answered}: let ${route.path} through without a login, also in a proxy before Odoo`;
}

function databaseCure({ database }: Asked): string {
  const name = printable(database);
  return `Odoo does not serve the database "${name}": check its dbfilter and db_name`;
}

function refusalReason(status: number, asked: Asked): string {
  const { route: { path }, withAuthorization } = asked;
  switch (status) {
    case 400:
      return "answered 400: the port may want --scheme=https";
    case 401:
    case 407:
      return withAuthorization
        ? `answered ${status}: check --http-auth-user and --http-auth-password`
        : `answered ${status}: set --http-auth-user and --http-auth-password`;
    case 403:
      return `answered 403: let ${path} through in any proxy or firewall before Odoo`;
    case 404:
      return `answered 404: ${serverWideCure(path)}; else ${databaseCure(asked)}`;
    case 429:
      return `answered 429: take ${path} out of the proxy's rate limit`;
    default:
      return `answered ${status}: check --host and --port, and what a proxy does with ${path}`;
  }
}

function serverWideCure(path: string): string {
  const module = path.split("/")[1] ?? "";
  return module === "connector"
    ? "start Odoo with --load=web,connector"
    : `start Odoo with server_wide_modules = web,${module}`;
}

function droppedReason(status: number): string {
  return TIMEOUTS.includes(status)
    ? `a proxy answers ${status}: let it wait for long jobs, in nginx by proxy_read_timeout`
    : `answered ${status}, which says nothing of the job`;
}

/** Text from outside, for the log: one line, and not a long one. */
function printable(text: string): string {
  const line = text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
