import { setTimeout as delay } from "node:timers/promises";
import { CHANNELS } from "./chaos_jobs.ts";
import { ChaosOperator } from "./chaos_operator.ts";
import type { ChaosOptions } from "./chaos_options.ts";
import { planOf } from "./chaos_plan.ts";
import { ChaosReport } from "./chaos_report.ts";
import { ChaosRounds } from "./chaos_rounds.ts";
import { ChaosSystem } from "./chaos_system.ts";
import { chaosVerdict } from "./chaos_verdict.ts";
import { FAULT_KINDS } from "./faults/fault_kinds.ts";
import { patiently } from "./patience.ts";
import { writeGenerated } from "../project.ts";

const LOOK_MS = 200;
const STILL_OPEN_MS = 10_000;
const LOG_FOLDER = ".build/chaos";

/** Brings a system up, makes the faults of a plan in it, and judges what became of its jobs. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #print: (line: string) => void;
  readonly #report: ChaosReport;
  readonly #startMs = performance.now();

  constructor(options: ChaosOptions, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
    this.#report = new ChaosReport(options);
  }

  async run(): Promise<ChaosReport> {
    const { seed, rounds, generations } = this.#options;
    this.#print(`seed ${seed}, ${rounds} rounds, ${generations.map(({ name }) => name).join(" ")}`);
    const system = await ChaosSystem.start(generations);
    const operator = new ChaosOperator(system);
    try {
      operator.start();
      await this.#playAll(system);
      await this.#untilOver(system);
      await operator.stop();
      this.#report.operator = { requeued: operator.requeued, putBack: operator.putBack };
      await Promise.all(system.runners.map((it) => it.stop()));
      await this.#judge(system);
    } finally {
      await operator.stop();
      await system.stop();
    }
    return this.#report;
  }

  async #playAll(system: ChaosSystem): Promise<void> {
    const { only, seed, rounds, jobsPerRound } = this.#options;
    const kinds = FAULT_KINDS.filter(({ name, needs }) =>
      (only?.includes(name) ?? true) && (needs?.(system) ?? true)
    );
    await new ChaosRounds({
      ...{ system, kinds, jobsPerRound, report: this.#report },
      say: (text) => this.#say(text),
      untilJobsOver: () => this.#untilOver(system),
    }).play(planOf(seed, rounds, kinds));
  }

  /** Tells from time to time what is awaited. */
  async #untilOver(system: ChaosSystem): Promise<void> {
    const quietMs = performance.now();
    const endMs = quietMs + this.#options.quietMs;
    for (let toldMs = quietMs; performance.now() < endMs;) {
      const open = await openJobs(system);
      if (open.length === 0) return this.#say(`all jobs over after ${since(quietMs)} of quiet`);
      if (performance.now() - toldMs > STILL_OPEN_MS) {
        this.#say(`not over: ${open.join("; ")}`);
        toldMs = performance.now();
      }
      await delay(LOOK_MS);
    }
    this.#say(`not all jobs over after ${since(quietMs)} of quiet`);
  }

  async #judge(system: ChaosSystem): Promise<void> {
    const histories = await Promise.all(
      system.all.map(({ data }) => patiently(() => data.history())),
    );
    const history = histories.flat();
    const verdict = chaosVerdict({
      history,
      runs: system.odoos.flatMap(({ requests }) => requests.all()),
      asked: system.runners.map(({ front }) => front.requests.all()),
      planned: [...system.planned.values()],
      channels: CHANNELS,
      disturbed: system.disturbed,
      unserved: system.unserved,
      reread: system.runners.flatMap(({ sessions }) => sessions),
    });
    this.#report.end(verdict, system.jobCount, (performance.now() - this.#startMs) / 1000);
    for (const { name, log } of system.runners) {
      writeGenerated(`${LOG_FOLDER}/runner_${name}.log`, log.join("\n"));
    }
    if (this.#report.isOk) return;
    this.#print(`the runners' whole logs: ${LOG_FOLDER}`);
    this.#report.evidence(verdict, history, system.runners).forEach(this.#print);
  }

  #say(text: string): void {
    const time = new Date().toISOString().slice(11, 23);
    this.#print(`${time} ${since(this.#startMs).padStart(8)}  ${text}`);
  }
}

/** Jobs that are not over, or are to be requeued by the operator: how many in each state. */
async function openJobs(system: ChaosSystem): Promise<string[]> {
  const open = await Promise.all(system.all.map(async ({ data }) => {
    const rows = await patiently(() =>
      data.run((sql) =>
        sql<{ state: string; count: number; first: string }[]>`
          select state, count(*)::int as count, min(uuid) as first from queue_job
          where state in ('pending', 'enqueued', 'started')
            or state = 'failed' and exc_info like '%OperationalError%'
          group by state order by state`
      )
    );
    return rows.map(({ state, count, first }) => `${data.name}: ${count} ${state}, as ${first}`);
  }));
  return open.flat();
}

function since(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
