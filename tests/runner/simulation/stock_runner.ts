import type { Random } from "../../scheduler/random.ts";
import type { FakeClock } from "../../support/fake_clock.ts";
import type { Auditor } from "./auditor.ts";
import { type Event, mayHappen, type Trace } from "./event.ts";
import type { JobTable } from "./job_table.ts";
import type { Odoo } from "./odoo.ts";
import type { OdooRequest } from "./odoo_request.ts";

export interface StockRunnerOptions {
  readonly tables: readonly JobTable[];
  readonly odoo: Odoo;
  readonly auditor: Auditor;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly trace: Trace;
}

/**
 * Odoo's own job runner at work beside ours: it takes no lock, writes `enqueued` without looking,
 * and waits a second for the answer.
 */
export class StockRunner {
  readonly #options: StockRunnerOptions;
  #requests: OdooRequest[] = [];
  #count = 0;

  constructor(options: StockRunnerOptions) {
    this.#options = options;
  }

  events(): Event[] {
    const { random, tables } = this.#options;
    const table = random.pick(tables);
    const events: Event[] = [];
    const may = mayHappen(events, `stock runner for ${table.database}`);
    const free = table.all().filter((it) => !it.isHeld);
    const pending = free.filter((it) => it.state === "pending");
    const choice = random.chance(0.8) ? pending : free;
    if (choice.length > 0) {
      may("outside", 0.6, "enqueues", () => this.#enqueue(table, random.pick(choice).uuid));
    }
    if (this.#requests.length > 0) may("progress", 2, "waits no longer", () => this.leave());
    return events;
  }

  /** It waits for no answers any more. */
  leave(): void {
    for (const request of this.#requests) request.abandon();
    this.#requests = [];
  }

  #enqueue(table: JobTable, uuid: string): void {
    const { odoo, auditor, clock, trace } = this.#options;
    const job = table.get(uuid)!;
    trace.note(`  ${table.database}/${uuid} ${job.state}`);
    auditor.noteOutside(table, uuid);
    job.foreignMark = ++this.#count;
    // To be told from ours: dates of ours are whole seconds.
    const seconds = Math.floor(clock.nowMs() / 1000);
    table.write(job, { state: "enqueued", enqueuedMs: seconds * 1000 + this.#count / 1000 });
    const request = odoo.open(table, uuid, () => {});
    request.isExcused = true;
    request.isOurs = false;
    auditor.noteLeft(table, uuid);
    this.#requests.push(request);
  }
}
