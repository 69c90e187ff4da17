/// <reference lib="dom" />

/** What the runner answered, or what to say of it that it did not. */
export type Answer<T> =
  | { readonly value: T; readonly problem: null; readonly status: number }
  | { readonly value: null; readonly problem: string; readonly status: number };

const PATIENCE_MS = 20_000;

/** Asks the runner for JSON. Addresses are relative, so that the page works below any path. */
export function ask<T>(path: string, parameters: Record<string, string> = {}): Promise<Answer<T>> {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const query = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  return answerTo<T>(`${path}${query}`, {});
}

/** Tells the runner to do something, with the token of whoever may. */
export function tell<T>(path: string, token: string, body: object): Promise<Answer<T>> {
  return answerTo<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

async function answerTo<T>(address: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(address, { ...init, signal, cache: "no-store" });
    const { status } = response;
    const value = await response.json() as T & { error?: string; answer?: string };
    // What is not there may have an answer, too, as a database that is not served.
    if (response.ok || value.answer !== undefined) return { value, problem: null, status };
    return { value: null, problem: value.error ?? `The runner answers ${status}`, status };
  } catch {
    return { value: null, problem: "The runner does not answer", status: 0 };
  }
}
