import type { Scheduler } from "../../src/scheduler/mod.ts";
import { sentenceOf, told } from "../../src/sentences.ts";
import type { ChannelWhy, Explainer, JobsWhy } from "../../src/why.ts";

const MINUTE = 60_000;

/** Explains the jobs of the sample, as a runner of theirs would. */
export class SampleExplainer implements Explainer {
  readonly #scheduler: Scheduler;
  readonly #nowMs: number;

  constructor(scheduler: Scheduler, nowMs: number) {
    this.#scheduler = scheduler;
    this.#nowMs = nowMs;
  }

  explain(database: string | null, uuid: string): Promise<JobsWhy> {
    const nowMs = this.#nowMs;
    const name = database ?? "shop_de";
    const { state: known, ...found } = this.#scheduler.explain(name, uuid, nowMs);
    const reasons = found.reasons.map((it) => told(it, nowMs));
    const times = { enqueuedMs: null, startedMs: null, doneMs: null, etaMs: null };
    const job = {
      ...{ database: name, uuid, nowMs, known, ...found, reasons },
      answer: sentenceOf(uuid, reasons),
      row: {
        ...{ state: "pending", channel: "mail.bulk", priority: 10, retry: 1, maxRetries: 5 },
        ...{ createdMs: nowMs - 12 * MINUTE, ...times, parents: [] },
        error: "odoo.addons.mail.SMTPException: 421 too many connections from this host",
      },
      history: [],
    };
    return Promise.resolve({ uuid, asked: 1, jobs: [job] });
  }

  explainChannel(channel: string): ChannelWhy {
    const nowMs = this.#nowMs;
    const { reasons, path, waitsAt } = this.#scheduler.explainChannel(channel, nowMs);
    const all = reasons.map((it) => told(it, nowMs));
    const answer = sentenceOf(channel, all);
    return { channel, nowMs, answer, reasons: all, path, waitsAt, running: [], changes: [] };
  }

  explainDatabase(database: string) {
    return { database, nowMs: this.#nowMs, answer: "", reasons: [], status: null };
  }
}
