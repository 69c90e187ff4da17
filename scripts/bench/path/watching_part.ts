import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import type { RunnerProcess } from "./runner_process.ts";
import { Samples } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { OURS, type Subject, subjectsOf } from "./subjects.ts";

export const WATCHING_COLUMNS = [OURS];

export interface WatchingSize {
  /** Jobs a second. */
  readonly perSecond: number;
  /** Of one measure. */
  readonly seconds: number;
  /** Measures of a round, of each kind. */
  readonly measures: number;
  readonly pages: number;
}

const FULL: WatchingSize = { perSecond: 1_000, seconds: 5, measures: 4, pages: 5 };
const CAPACITY = 100;
const WARM_UP_JOBS = 2_000;
const EVENTS = "events a second that each page got";

/**
 * What it costs the runner that pages are open: while it works, and while there is nothing to do,
 * where the cost is not lost in the noise of the work.
 */
export async function measureWatching(
  scene: Scene,
  options: BenchOptions,
  size = FULL,
): Promise<Row[]> {
  const samples = new Samples();
  const [ours] = subjectsOf(options);
  for (let round = 0; round < options.rounds; round++) {
    await scene.reset();
    await scene.withRunner(ours!, { capacity: CAPACITY }, async (runner) => {
      await runner.ready();
      const { odoo, database } = scene;
      await odoo.tell({ kind: "insert", database, count: WARM_UP_JOBS });
      await odoo.tell({ kind: "awaitFinished", count: WARM_UP_JOBS });
      for (const perSecond of [size.perSecond, 0]) {
        const measure = () => shareOf(scene, ours!, runner, { ...size, perSecond });
        for (let at = 0; at < 2 * size.measures; at++) {
          // In turns: what goes before makes what comes after faster.
          const isWatched = at % 4 === 1 || at % 4 === 2;
          const pages = await Pages.open(runner.healthUrl, isWatched ? size.pages : 0);
          samples.add(nameOf(perSecond, isWatched), OURS, await measure());
          const events = await pages.close();
          if (isWatched) samples.add(EVENTS, OURS, events / size.pages / size.seconds);
        }
      }
    });
  }
  const shares = [size.perSecond, 0].flatMap((it) => [nameOf(it, false), nameOf(it, true)]);
  const rows = [...shares.map((it) => [it, "% of a core"]), [EVENTS, ""]];
  return rows.map(([name, unit]) => ({
    ...{ name: name!, unit: unit! },
    values: samples.medians(name!),
  }));
}

function nameOf(perSecond: number, isWatched: boolean): string {
  const work = perSecond === 0 ? "without jobs" : "at work";
  return `CPU of the runner ${work}, ${isWatched ? "watched" : "nobody watches"}`;
}

/** Of a core, in percent, while jobs come evenly. */
async function shareOf(
  scene: Scene,
  subject: Subject,
  runner: RunnerProcess,
  { perSecond, seconds }: WatchingSize,
): Promise<number> {
  const count = perSecond * seconds;
  const startMs = performance.now();
  const { runnerMs } = await scene.spent(subject, runner, async () => {
    if (perSecond === 0) return await delay(1000 * seconds);
    await scene.odoo.latencies({ kind: "rate", databases: [scene.database], perSecond, count });
  });
  return 100 * runnerMs / (performance.now() - startMs);
}

/** Pages as browsers have them open, as far as the runner can tell. */
class Pages {
  readonly #readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  #events = 0;

  static async open(url: string, count: number): Promise<Pages> {
    const pages = new Pages();
    for (let page = 0; page < count; page++) {
      const { body } = await fetch(`${url}/events`);
      const reader = body!.getReader();
      pages.#readers.push(reader);
      // A stream that breaks has no more events.
      pages.#count(reader).catch(() => {});
    }
    return pages;
  }

  /** Answers how many events came to all of them. */
  async close(): Promise<number> {
    await Promise.all(this.#readers.map((it) => it.cancel()));
    return this.#events;
  }

  async #count(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#events += decoder.decode(value).split("event: view\n").length - 1;
    }
  }
}
