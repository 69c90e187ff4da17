import type { Context } from "hono";
import { JSON_TYPE, safeJson } from "./safe_json.ts";

/** How long each parameter may be: those that are not here are unknown. */
export type MaxLengths<N extends string> = Readonly<Record<N, number>>;

export interface Question<N extends string> {
  /** Null is one that is not given. */
  readonly values: Readonly<Record<N, string | null>>;
  /** The first mistake. Nothing of what was given comes back in it. */
  readonly mistake: string | null;
}

/** Reads the parameters of a question: each at most once, none empty. */
export function readQuestion<N extends string>(
  context: Context,
  maxLengths: MaxLengths<N>,
): Question<N> {
  const names = Object.keys(maxLengths) as N[];
  const values = Object.fromEntries(names.map((it) => [it, null])) as Record<N, string | null>;
  const mistakes: string[] = [];
  for (const [name, texts] of Object.entries(context.req.queries())) {
    if (!Object.hasOwn(maxLengths, name)) mistakes.push("a parameter is unknown");
    else if (texts.length > 1) mistakes.push(`${name} is given twice`);
    else {
      const text = values[name as N] = texts[0] ?? "";
      mistakes.push(...mistakesIn(name, text, maxLengths[name as N]));
    }
  }
  return { values, mistake: mistakes[0] ?? null };
}

function mistakesIn(name: string, text: string, max: number): string[] {
  if (text === "") return [`${name} is empty`];
  if (text.length > max) return [`${name} has more than ${max} characters`];
  // PostgreSQL takes no zero byte, and nobody means any of these.
  return /\p{Cc}/u.test(text) ? [`${name} has a control character`] : [];
}

/** Lets so many questions be answered at the same time, and refuses others for now. */
export class QuestionLimit {
  #open = 0;

  constructor(readonly max: number) {}

  async answer(context: Context, work: () => Promise<Response>): Promise<Response> {
    if (this.#open >= this.max) {
      return context.json({ error: "too many questions at once" }, 503, { "retry-after": "1" });
    }
    this.#open++;
    try {
      return await work();
    } finally {
      this.#open--;
    }
  }
}

export function answer(context: Context, value: object, status: 200 | 404 = 200): Response {
  return context.body(safeJson(value), status, JSON_TYPE);
}
