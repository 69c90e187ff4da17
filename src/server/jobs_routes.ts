import type { Hono } from "hono";
import type { JobFinder } from "../job_list.ts";
import { fullChannelName } from "../scheduler/mod.ts";
import { answer, QuestionLimit, readQuestion } from "./question.ts";

const MAX_LENGTHS = { database: 200, uuid: 200, channel: 1_000, state: 50, limit: 3 } as const;
const LIMIT = 50;
const LIMIT_MAX = 100;
/** Each of them may read much. */
const QUESTIONS_MAX = 8;

/**
 * Adds `/jobs` to a server: the newest jobs that all of the parameters are true of, as JSON
 * (src/job_list.ts), read from the tables. Without `database=…` all that are served are asked.
 *
 * - `/jobs?database=…&uuid=…&channel=…&state=…&limit=…`: any of them, or none.
 *
 * 400: a wrong question; 404: no such database; 503: too many questions at once.
 */
export function routeJobs(app: Hono, finder: JobFinder): void {
  const questions = new QuestionLimit(QUESTIONS_MAX);
  app.get("/jobs", async (context) => {
    const { values, mistake } = readQuestion(context, MAX_LENGTHS);
    if (mistake !== null) return context.json({ error: mistake }, 400);
    const { channel: spelling, limit: wanted, ...named } = values;
    const limit = Number(wanted ?? LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      return context.json({ error: `limit is no number from 1 to ${LIMIT_MAX}` }, 400);
    }
    const channel = spelling === null ? null : fullChannelName(spelling);
    return await questions.answer(context, async () => {
      const found = await finder.find({ ...named, channel, limit });
      return found ? answer(context, found) : context.json({ error: "no such database" }, 404);
    });
  });
}
