import { assertEquals } from "@std/assert";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HAS_BROWSER, TestBrowser } from "../browser/browser.ts";
import { AskedRunner } from "./asked_runner.ts";
import { type TestDatabase, TestPostgres } from "./test_postgres.ts";
import { TestRunner, type TestRunnerOptions } from "./test_runner.ts";
import { until } from "./until.ts";

/** For a job that is at work until its test has ended. */
export const AT_WORK = { plan: { workMs: 60_000 } };

interface Served {
  readonly database: TestDatabase;
  readonly asked: AskedRunner;
}

/** PostgreSQL and Odoo, real both, for runners that are asked in all ways why jobs do not run. */
export class WhyScene {
  readonly #runners: AskedRunner[] = [];

  private constructor(
    readonly postgres: TestPostgres,
    readonly odoo: StandInOdoo,
    readonly channels: string,
    readonly browser: TestBrowser | null,
  ) {}

  /** @param channels Of runners that are given no others. */
  static async start(channels: string): Promise<WhyScene> {
    const postgres = await TestPostgres.start();
    // Elsewhere server and command line alone are asked.
    const browser = HAS_BROWSER ? await TestBrowser.start() : null;
    return new WhyScene(postgres, await startOdoo(postgres, 8), channels, browser);
  }

  /** Another Odoo, for the test to stop. */
  startOdoo(workers: number): Promise<StandInOdoo> {
    return startOdoo(this.postgres, workers);
  }

  /** Runs a runner until the test has ended. */
  async run(
    databases: readonly TestDatabase[],
    options: Partial<TestRunnerOptions> = {},
  ): Promise<AskedRunner> {
    const { postgres, odoo, channels, browser } = this;
    const test = TestRunner.start(postgres, { databases, port: odoo.port, channels, ...options });
    const asked = await AskedRunner.serve(test, browser);
    this.#runners.push(asked);
    return asked;
  }

  /** The same for a new database of Odoo 16, which it leads. */
  async serve(options: Partial<TestRunnerOptions> = {}): Promise<Served> {
    const database = await this.postgres.database("16.0");
    const asked = await this.run([database], options);
    await asked.test.untilReady(database);
    return { database, asked };
  }

  async untilWorking({ name }: TestDatabase, uuid: string): Promise<void> {
    await until(`job ${uuid} works`, () => {
      return this.odoo.requests.of({ database: name, uuid }).working === 1;
    });
  }

  /** After a test: ends its runners, the last one first; they leave nothing behind. */
  async calm(): Promise<void> {
    for (const asked of this.#runners.splice(0).toReversed()) await asked.stop();
    assertEquals(await this.postgres.backends(), 0);
  }

  async stop(): Promise<void> {
    await this.browser?.stop();
    await this.odoo.stop();
    await this.postgres.stop();
  }
}

function startOdoo({ server }: TestPostgres, workers: number): Promise<StandInOdoo> {
  return StandInOdoo.start({ generation: generationNamed("16.0"), server, workers });
}
