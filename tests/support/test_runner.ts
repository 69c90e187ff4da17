import { assertEquals } from "@std/assert";
import { SystemClock } from "../../src/clock.ts";
import { ConnectorRunner } from "../../src/runner/connector_runner.ts";
import type { RunnerOptions } from "../../src/runner/runner_options.ts";
import { LogLines } from "./log_lines.ts";
import type { TestDatabase, TestPostgres } from "./test_postgres.ts";
import { until } from "./until.ts";

export interface TestRunnerOptions extends Partial<Omit<RunnerOptions, "databases">> {
  readonly databases: readonly TestDatabase[] | null;
  /** Of Odoo. */
  readonly port: number;
  readonly channels?: string;
}

/** A real runner in this process, that must leave nothing behind. */
export class TestRunner {
  readonly clock = new SystemClock();
  readonly log = new LogLines();
  readonly runner: ConnectorRunner;

  constructor(
    postgres: TestPostgres,
    { databases, port, channels, ...options }: TestRunnerOptions,
  ) {
    this.runner = new ConnectorRunner(port, channels ?? "root:4", {
      endpoint: {
        ...{ scheme: "http", host: "127.0.0.1", user: null, password: null, ca: null },
        verify: true,
      },
      connection: postgres.connection,
      databases: databases?.map((it) => it.name) ?? null,
      clock: this.clock,
      // Short waits, but no busy loops.
      random: () => 0.1,
      logger: this.log.logger,
      ...options,
    });
  }

  static start(postgres: TestPostgres, options: TestRunnerOptions): TestRunner {
    const test = new TestRunner(postgres, options);
    test.runner.start();
    return test;
  }

  stateOf({ name }: { readonly name: string }): string | undefined {
    return this.runner.status.databases.find((it) => it.name === name)?.state;
  }

  async untilReady(...databases: readonly TestDatabase[]): Promise<void> {
    for (const database of databases) {
      await until(`${database.name} is ready`, () => this.stateOf(database) === "ready");
    }
  }

  async stop(): Promise<void> {
    await this.runner.stop();
    assertEquals(this.clock.openTimers, 0);
  }
}
