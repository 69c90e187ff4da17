import { SystemClock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";

/** What the running process has answered. */
export interface ProcessAnswer {
  readonly status: number;
  readonly value: unknown;
}

export interface AskOptions {
  readonly limitMs?: number;
  /** The answer is no longer wanted. */
  readonly signal?: AbortSignal;
}

/** Longer than it takes to read the slowest database. */
const ANSWER_MS = 30_000;

/** Where the health server of the process with these settings listens. */
export function healthUrl({ healthHost, healthPort }: Settings): string {
  const isAny = healthHost === "0.0.0.0" || healthHost === "::";
  const host = isAny ? "localhost" : healthHost;
  return `http://${host.includes(":") ? `[${host}]` : host}:${healthPort}`;
}

/**
 * Asks the health server of the running process.
 *
 * @param url Of the server, maybe below a prefix.
 * @throws {Error} When it cannot be asked, or who answers is somebody else.
 */
export function askProcess(
  url: string,
  path: string,
  options: AskOptions = {},
): Promise<ProcessAnswer> {
  return exchange(url, path, {}, options);
}

/** What the process is to do, and who may say so. */
export interface Order {
  readonly token: string;
  readonly body: object;
}

/** It has understood, and does not do it: there is no such channel, for example. */
export class OrderRefused extends Error {}

/**
 * Has the running process do something, and gives its answer.
 *
 * @throws {Error} When it cannot be asked, or does not accept the token.
 * @throws {OrderRefused}
 */
export async function orderProcess(
  url: string,
  path: string,
  { token, body }: Order,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body) };
  const { status, value } = await exchange(url, path, request);
  if (status === 200) return value;
  const { error = `status ${status}` } = value as { error?: unknown };
  const message = `The job runner at ${url} answers: ${error}`;
  throw status === 400 ? new OrderRefused(message) : new Error(message);
}

async function exchange(
  url: string,
  path: string,
  request: RequestInit,
  { limitMs = ANSWER_MS, signal: outer }: AskOptions = {},
): Promise<ProcessAnswer> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const limit = new SystemClock().after(limitMs, abort);
  outer?.addEventListener("abort", abort);
  try {
    const wanted = { ...request, signal: stop.signal };
    const response = await fetch(url.replace(/\/+$/, "") + path, wanted);
    const text = await response.text();
    if (!response.headers.get("content-type")?.startsWith("application/json")) {
      throw new Error(`who answers is no job runner (status ${response.status})`);
    }
    return { status: response.status, value: JSON.parse(text) };
  } catch (error) {
    const reason = stop.signal.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error);
    throw new Error(`Cannot ask the job runner at ${url}: ${reason}`, { cause: error });
  } finally {
    outer?.removeEventListener("abort", abort);
    limit.cancel();
  }
}

/** `fetch` hides what has happened in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
