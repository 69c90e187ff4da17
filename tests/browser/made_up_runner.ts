import { type Clock, SystemClock } from "../../src/clock.ts";
import { defaultConnection } from "../../src/database/connection.ts";
import { BlockingRows } from "../../src/runner/blocking_rows.ts";
import { Explanations, type ExplanationsOptions } from "../../src/runner/explanations.ts";
import { JobHistory } from "../../src/runner/job_history.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { OpenReads } from "../../src/runner/open_reads.ts";
import { RunnerOverview } from "../../src/runner/runner_overview.ts";
import type { Served } from "../../src/runner/served_databases.ts";
import { Steering } from "../../src/runner/steering.ts";
import type { Scheduler } from "../../src/scheduler/mod.ts";
import type { View } from "../../src/view.ts";
import { databaseStatus, runnerStatus } from "../support/runner_status.ts";
import { shownView } from "../support/shown_view.ts";
import { PageScene } from "./page_scene.ts";

export interface MadeUpRunnerOptions {
  readonly channels: string;
  readonly databases: readonly string[];
  readonly createScheduler?: (channels: string) => Scheduler;
}

/**
 * What a runner shows, explains and lets be steered, over databases that there are not: all of them
 * are well, unless an operator has paused them.
 */
export class MadeUpRunner {
  readonly scheduler: LiveScheduler;
  readonly steering: Steering;
  readonly overview: RunnerOverview;
  readonly #clock: Clock = new SystemClock();
  readonly #served: ReadonlyMap<string, Served>;

  constructor({ channels, databases, createScheduler }: MadeUpRunnerOptions) {
    const clock = this.#clock;
    this.scheduler = new LiveScheduler(channels, () => {}, {
      ...{ clock },
      ...createScheduler && { create: createScheduler },
    });
    this.steering = new Steering({
      ...{ clock, scheduler: this.scheduler, onDatabase: () => {}, onMore: () => {} },
      isServed: (name) => databases.includes(name),
    });
    this.#served = new Map(databases.map((name) => [name, this.#database(name)]));
    this.overview = new RunnerOverview(() => ({
      ...{ ...runnerStatus(), nowMs: clock.nowMs(), steering: this.steering.status },
      ...{ scheduler: this.scheduler, served: [...this.#served.values()] },
    }));
  }

  /** Its page. */
  serve(): Promise<PageScene> {
    const { scheduler, steering, overview } = this;
    const clock = this.#clock;
    const served = this.#served;
    const requests = { allowance: 9, status: runnerStatus().odoo };
    const why = new Explanations({
      ...{ clock, connection: defaultConnection({}), reads: new OpenReads(), scheduler, steering },
      requests: requests as ExplanationsOptions["requests"],
      ...{ history: new JobHistory(() => 0), phase: () => "running", isReading: () => false },
      ...{ served: (name) => served.get(name), databases: () => [...served.keys()] },
    });
    const { lastHour } = shownView();
    const look = (): View => {
      const { view } = overview;
      return { ...view, lastHour, steering: { ...view.steering, enabled: true } };
    };
    const finder = {
      channels: (search: string, max: number) => overview.channels(search, max),
      databases: (search: string, max: number) => overview.databases(search, max),
    };
    return PageScene.serve({ look, finder, why, steering });
  }

  stop(): void {
    this.scheduler.stop();
  }

  #database(name: string): Served {
    const { steering } = this;
    const reason = () => steering.reasonFor(name);
    const state = () => reason() === null ? "ready" : "paused";
    return {
      link: {
        get status() {
          return databaseStatus(name, state(), { reason: reason() });
        },
      },
      turn: {
        get phase() {
          return state();
        },
        inFlight: { all: () => [], counts: () => runnerStatus().inFlight },
        failedCounts: new Map(),
      },
      blocking: new BlockingRows(this),
    } as unknown as Served;
  }
}
