import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { type Clock, SystemClock, type Timer } from "../../src/clock.ts";
import { type ProxiedLink, TcpProxy } from "../../scripts/faults/tcp_proxy.ts";
import { type TestDatabase, TestPostgres } from "./test_postgres.ts";
import { TestRunner, type TestRunnerOptions } from "./test_runner.ts";
import { until } from "./until.ts";

export const HEARTBEAT_MS = 150;
export const DEADLINE_MS = 600;

/**
 * PostgreSQL and Odoo, real both, and a proxy before each of them: what a runner is put into, to
 * see what it makes of a fault.
 */
export class FaultScene {
  private constructor(
    readonly postgres: TestPostgres,
    readonly odoo: StandInOdoo,
    readonly toPostgres: TcpProxy,
    readonly toOdoo: TcpProxy,
  ) {}

  /** @param options `isOwn`: with a PostgreSQL that no other test uses, to be harmed. */
  static async start(
    generation = "16.0",
    options: { readonly isOwn?: boolean } = {},
  ): Promise<FaultScene> {
    const postgres = await TestPostgres.start(options);
    const { server } = postgres;
    const odoo = await StandInOdoo.start({
      ...{ generation: generationNamed(generation), server, workers: 2 },
    });
    const toPostgres = await TcpProxy.before(server);
    const toOdoo = await TcpProxy.before({ host: "127.0.0.1", port: odoo.port });
    return new FaultScene(postgres, odoo, toPostgres, toOdoo);
  }

  /** A runner that reaches both through their proxies. */
  run(databases: TestRunnerOptions["databases"], options: Partial<TestRunnerOptions> = {}) {
    return TestRunner.start(this.postgres, {
      databases,
      port: this.toOdoo.port,
      connection: {
        ...this.postgres.connection,
        ...{ host: "127.0.0.1", port: this.toPostgres.port },
      },
      heartbeatIntervalMs: HEARTBEAT_MS,
      heartbeatDeadlineMs: DEADLINE_MS,
      ...options,
    });
  }

  /** The runner's connections to one database. */
  linksTo({ name }: { readonly name: string }): ProxiedLink[] {
    return [...this.toPostgres.links].filter((it) => it.opening.includes(`database\0${name}\0`));
  }

  requestsOf({ name }: TestDatabase, uuid: string) {
    return this.odoo.requests.of({ database: name, uuid });
  }

  /** How often each job has run, and how many requests were open for it at once at most. */
  runsOf(database: TestDatabase, uuids: readonly string[]): string[] {
    const counts = uuids.map((it) => this.requestsOf(database, it));
    return [...new Set(counts.map((it) => `${it.runs} run, ${it.maxOpen} open`))];
  }

  /** Undoes what tests have done to the proxies. Resolves when no backend of ours is left. */
  async calm(): Promise<void> {
    for (const proxy of [this.toPostgres, this.toOdoo]) {
      proxy.filter = null;
      proxy.delayMs = 0;
      proxy.isSwallowingNew = false;
      for (const link of proxy.links) link.destroy();
      await proxy.accept();
    }
    await until("no backend is left", async () => await this.postgres.backends() === 0);
  }

  async stop(): Promise<void> {
    await this.calm();
    await this.toPostgres.stop();
    await this.toOdoo.stop();
    await this.odoo.stop();
    await this.postgres.stop();
  }
}

/** Once and not again. */
export const ONCE = ["1 run, 1 open"];

/** The database in which the lock of the group lives. */
export const LEADER = { name: "postgres" };

/** A clock for which some waits are shorter than for all others: those that are constants. */
export class HastyClock implements Clock {
  readonly #clock = new SystemClock();
  readonly #shortened: ReadonlyMap<number, number>;

  /** @param shortened Waits, by what they are elsewhere. */
  constructor(shortened: Readonly<Record<number, number>>) {
    this.#shortened = new Map(Object.entries(shortened).map(([from, to]) => [Number(from), to]));
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#clock.after(this.#shortened.get(delayMs) ?? delayMs, callback);
  }

  align(serverMs: number, sentMs: number): void {
    this.#clock.align(serverMs, sentMs);
  }

  onStep(callback: (aheadMs: number) => void): void {
    this.#clock.onStep(callback);
  }
}
