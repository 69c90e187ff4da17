import type { Hono } from "hono";
import type { Explainer } from "../why.ts";
import { answer, QuestionLimit, readQuestion } from "./question.ts";

const MAX_LENGTHS = { uuid: 200, channel: 1_000, database: 200 } as const;
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
  const limit = new QuestionLimit(QUESTIONS_MAX);
  app.get("/why", async (context) => {
    const { values, mistake } = readQuestion(context, MAX_LENGTHS);
    const { uuid, channel, database } = values;
    const isAboutJobs = uuid !== null || database !== null;
    const isUnclear = isAboutJobs === (channel !== null);
    if (mistake !== null || isUnclear) return context.json({ error: mistake ?? WANTED }, 400);
    if (channel !== null) {
      const why = explainer.explainChannel(channel);
      return why ? answer(context, why) : context.json({ error: "no such channel" }, 404);
    }
    if (uuid === null) {
      const why = explainer.explainDatabase(database!);
      return answer(context, why, why.status === null ? 404 : 200);
    }
    return await limit.answer(context, async () => {
      return answer(context, await explainer.explain(database, uuid));
    });
  });
}
