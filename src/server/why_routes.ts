import type { Context, Hono } from "hono";
import type { Explainer } from "../why.ts";
import { jsonAnswer } from "./json_answer.ts";

const MAX_LENGTHS = { uuid: 200, channel: 1_000, database: 200 } as const;
type Name = keyof typeof MAX_LENGTHS;
const WANTED = "uuid=…, uuid=…&database=…, channel=… or database=… is wanted";
/** Questions about jobs that are answered at the same time: each opens connections. */
const QUESTIONS_MAX = 16;

/**
 * Adds `/why` to a server: why a job, a channel or a database does not run, as JSON (src/why.ts).
 * The parameters are compared with names that are known, and come back in the answer only as JSON
 * in which no character means anything in HTML.
 *
 * - `/why?uuid=…`: the job in all served databases, with `&database=…` in that one.
 * - `/why?channel=…`, `/why?database=…`.
 *
 * 400: a wrong question; 404: no such channel or database; 503: too many questions at once.
 */
export function routeWhy(app: Hono, explainer: Explainer): void {
  let open = 0;
  app.get("/why", async (context) => {
    const { uuid, channel, database, mistake } = readQuestion(context);
    if (mistake !== null) return context.json({ error: mistake }, 400);
    if (channel !== null) {
      const why = explainer.explainChannel(channel);
      return why ? jsonAnswer(context, why) : context.json({ error: "no such channel" }, 404);
    }
    if (uuid === null) {
      const why = explainer.explainDatabase(database!);
      return jsonAnswer(context, why, why.status === null ? 404 : 200);
    }
    if (open >= QUESTIONS_MAX) {
      return context.json({ error: "too many questions at once" }, 503, { "retry-after": "1" });
    }
    open++;
    try {
      return jsonAnswer(context, await explainer.explain(database, uuid));
    } finally {
      open--;
    }
  });
}

interface Question extends Record<Name, string | null> {
  readonly mistake: string | null;
}

function readQuestion(context: Context): Question {
  const given = context.req.queries();
  const values: Record<Name, string | null> = { uuid: null, channel: null, database: null };
  const mistakes: string[] = [];
  for (const [name, texts] of Object.entries(given)) {
    if (!isName(name)) mistakes.push("a parameter is unknown");
    else if (texts.length > 1) mistakes.push(`${name} is given twice`);
    else mistakes.push(...mistakesIn(name, values[name] = texts[0] ?? ""));
  }
  const { uuid, channel, database } = values;
  const isAboutJobs = uuid !== null || database !== null;
  if (isAboutJobs === (channel !== null)) mistakes.push(WANTED);
  return { ...values, mistake: mistakes[0] ?? null };
}

function isName(name: string): name is Name {
  return Object.hasOwn(MAX_LENGTHS, name);
}

function mistakesIn(name: Name, text: string): string[] {
  const max = MAX_LENGTHS[name];
  if (text === "") return [`${name} is empty`];
  if (text.length > max) return [`${name} has more than ${max} characters`];
  // PostgreSQL takes no zero byte, and nobody means any of these.
  return /\p{Cc}/u.test(text) ? [`${name} has a control character`] : [];
}
