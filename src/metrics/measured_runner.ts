import type { Clock } from "../clock.ts";
import type { TakenWaits } from "../scheduler/mod.ts";
import type { RunnerStatus } from "../status.ts";
import { exposed } from "./exposition.ts";
import { familiesOf } from "./families.ts";
import type { RunnerView, ShownHistory, View } from "../view.ts";
import { History } from "./history.ts";
import type { Recorder } from "./recorder.ts";

/** As much of a runner as is measured. */
export interface Measurable {
  readonly status: RunnerStatus;
  readonly overview: { readonly view: RunnerView };
  readonly takenWaits: TakenWaits;
}

export interface MeasuredRunnerOptions {
  readonly runner: Measurable;
  /** What the runner tells of its work. */
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/** All that is measured of a runner: now, since its start, and over the last hour. */
export class MeasuredRunner {
  readonly #options: MeasuredRunnerOptions;
  readonly #history: History;

  constructor(options: MeasuredRunnerOptions) {
    const { runner, recorder, clock } = this.#options = options;
    this.#history = new History({
      clock,
      totals: () => ({
        ...{ asked: recorder.askedCount, answered: recorder.answeredCount },
        waits: runner.takenWaits,
      }),
    });
  }

  /** Keeps a history from now on. */
  start(): void {
    this.#history.start();
  }

  stop(): void {
    this.#history.stop();
  }

  /** In Prometheus' text format. */
  readonly metrics = (): Promise<string> => {
    const { runner, recorder } = this.#options;
    return exposed(familiesOf(runner.status, recorder));
  };

  readonly history = (): ShownHistory => this.#history.shown;

  /** What people look at. */
  readonly view = (): View => ({
    ...this.#options.runner.overview.view,
    lastHour: this.#history.coarse,
  });
}
