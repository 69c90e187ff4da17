import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HostProcess } from "./host_process.ts";
import { type TestDatabase, TestPostgres } from "./test_postgres.ts";
import { until } from "./until.ts";

export interface ServeOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly mayWrite?: boolean;
}

/** The process as an administrator starts it, between a PostgreSQL and a stand-in for Odoo 16.0. */
export class ProcessScene {
  #host: HostProcess | null = null;

  private constructor(readonly postgres: TestPostgres, readonly odoo: StandInOdoo) {}

  static async start(): Promise<ProcessScene> {
    const postgres = await TestPostgres.start();
    const { server } = postgres;
    const generation = generationNamed("16.0");
    return new ProcessScene(postgres, await StandInOdoo.start({ generation, server, workers: 1 }));
  }

  /** Runs the process for one database. */
  serve({ name }: TestDatabase, options: ServeOptions = {}): Promise<HostProcess> {
    const { args = [], environment = {}, mayWrite = true } = options;
    return this.run(
      [
        ...["--database", name, "--host", "127.0.0.1", "--port", String(this.odoo.port)],
        ...["--channels", "root:2,mail:1", "--health-port", "0", ...args],
      ],
      { ...this.postgres.server.environment(), ...environment },
      { mayWrite },
    );
  }

  /** Runs the process as `HostProcess.start` does. */
  async run(...how: Parameters<typeof HostProcess.start>): Promise<HostProcess> {
    return this.#host = await HostProcess.start(...how);
  }

  /** After a test: ends the process, which leaves nothing behind. */
  async calm(): Promise<void> {
    await this.#host?.stop();
    this.#host = null;
    await until("its backends are gone", async () => await this.postgres.backends() === 0);
  }

  async stop(): Promise<void> {
    await this.odoo.stop();
    await this.postgres.stop();
  }
}
