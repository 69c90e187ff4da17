import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Clock } from "../clock.ts";
import { RateLimit } from "./rate_limit.ts";
import { JSON_TYPE, safeJson } from "./safe_json.ts";

export interface SteerGuardOptions {
  /** Null: nothing can be changed. */
  readonly token: string | null;
  readonly clock: Pick<Clock, "nowMs">;
  /** A line for the log. */
  readonly report: (text: string) => void;
}

/** What was asked for, as its sender wrote it. */
export type SteerBody = Readonly<Record<string, unknown>>;

/** What was done, in words for the log, and what to answer. */
export interface SteerResult {
  readonly did: string;
  readonly answer: object;
}

/** What is wrong is a RangeError, and was not done. */
export type Steer = (body: SteerBody, by: string) => SteerResult | Promise<SteerResult>;

const BODY_BYTES = 64 * 1024;
const WINDOW_MS = 60_000;
/** Wrong tokens of one address, and actions of all, in a minute. */
const FAILURES_MAX = 10;
const ACTIONS_MAX = 120;
const NAME_LENGTH_MAX = 100;
const READ_ONLY = "nothing can be changed here: this job runner has no --admin-token-file";

/**
 * Lets in who may change something: whoever shows the token. No page of another site can: a browser
 * sends neither this header nor JSON for it, and says where it comes from. Every action that is
 * done, or refused for what it says, is one line in the log, and so is the first wrong token of an
 * address in a minute. What is refused unread leaves none: from another site, not JSON, too
 * long, too often, or where nothing can be changed.
 */
export class SteerGuard {
  readonly #options: SteerGuardOptions;
  readonly #failures: RateLimit;
  readonly #actions: RateLimit;

  constructor(options: SteerGuardOptions) {
    const { clock } = this.#options = options;
    this.#failures = new RateLimit({ clock, max: FAILURES_MAX, windowMs: WINDOW_MS });
    this.#actions = new RateLimit({ clock, max: ACTIONS_MAX, windowMs: WINDOW_MS });
  }

  /** Whether anything can be changed. */
  get isOpen(): boolean {
    return this.#options.token !== null;
  }

  /** Adds a path that changes something. */
  post(app: Hono, path: string, steer: Steer): void {
    const limit = bodyLimit({
      maxSize: BODY_BYTES,
      onError: (context) => context.json({ error: `more than ${BODY_BYTES} bytes` }, 413),
    });
    app.post(path, limit, async (context) => {
      return this.#refuse(context) ?? await this.#act(context, steer);
    });
  }

  /** Answers who may not; null: may. */
  #refuse(context: Context): Response | null {
    const { token, report } = this.#options;
    const { req } = context;
    if (token === null) return context.json({ error: READ_ONLY }, 403);
    if (!isOwnOrigin(context)) return context.json({ error: "a page of another site asks" }, 403);
    const [scheme, given = ""] = (req.header("authorization") ?? "").split(/ +/, 2);
    if (scheme?.toLowerCase() !== "bearer" || given === "" || !isSame(given, token)) {
      const address = addressOf(context);
      // Only of those that are wrong: behind a proxy all have one address.
      const waitSeconds = this.#failures.waitSeconds(address);
      if (waitSeconds > 0) return tooMany(context, waitSeconds);
      if (this.#failures.note(address) === 1) {
        report(`steering refused: a wrong token or none from ${whence(context)}`);
      }
      const error = "the token is wrong: Authorization: Bearer TOKEN is wanted";
      return context.json({ error }, 401, { "www-authenticate": "Bearer" });
    }
    if (!/^application\/json\s*(;|$)/i.test(req.header("content-type") ?? "")) {
      return context.json({ error: "content-type: application/json is wanted" }, 415);
    }
    return null;
  }

  async #act(context: Context, steer: Steer): Promise<Response> {
    const { report } = this.#options;
    const waitSeconds = this.#actions.waitSeconds("");
    if (waitSeconds > 0) return tooMany(context, waitSeconds);
    this.#actions.note("");
    let who = whence(context);
    try {
      const { by: name, ...body } = readObject(await context.req.text());
      const by = name === undefined ? addressOf(context) : readName(name);
      if (name !== undefined) who = `${by} from ${who}`;
      const { did, answer } = await steer(body, by);
      report(`steering: ${did}, by ${who}`);
      return context.body(safeJson(answer), 200, JSON_TYPE);
    } catch (error) {
      report(`steering refused: ${(error as Error).message}, by ${who}`);
      if (!(error instanceof RangeError)) throw error;
      return context.body(safeJson({ error: error.message }), 400, JSON_TYPE);
    }
  }
}

function tooMany(context: Context, waitSeconds: number): Response {
  const error = "too many requests: wait a minute";
  return context.json({ error }, 429, { "retry-after": String(waitSeconds) });
}

/** A browser names the page that asks. Behind a proxy the name that it was asked by counts. */
function isOwnOrigin({ req }: Context): boolean {
  const origin = req.header("origin");
  if (origin === undefined) return true;
  const host = URL.canParse(origin) ? new URL(origin).host : null;
  return host !== null && [req.header("host"), req.header("x-forwarded-host")].includes(host);
}

/** Takes the same time wherever they differ, and however long they are. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function addressOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: IncomingMessage };
  return incoming?.socket.remoteAddress ?? "an unknown address";
}

/** The address, and what a proxy before us says of the one behind it. */
function whence(context: Context): string {
  const forwarded = context.req.header("x-forwarded-for")?.slice(0, NAME_LENGTH_MAX);
  return addressOf(context) + (forwarded ? ` (forwarded for ${forwarded})` : "");
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RangeError("Cannot read what is wanted: a JSON object is expected");
}

function readName(name: unknown): string {
  const isName = typeof name === "string" && name.trim() !== "" &&
    name.length <= NAME_LENGTH_MAX && !/\p{Cc}/u.test(name);
  if (isName) return name.trim();
  throw new RangeError(
    `Cannot use "by": a name of at most ${NAME_LENGTH_MAX} characters is wanted`,
  );
}
