import type { Auditor } from "./auditor.ts";
import type { May, Trace } from "./event.ts";
import type { JobTable, TableJob } from "./job_table.ts";
import type { Odoo } from "./odoo.ts";
import type { OdooRequest } from "./odoo_request.ts";

export interface RivalOptions {
  readonly table: JobTable;
  readonly odoo: Odoo;
  readonly auditor: Auditor;
  readonly nowMs: () => number;
  readonly trace: Trace;
}

/**
 * Another runner of our kind, which leads a database while ours does not, and dies: what it has
 * asked for goes on, and what it has claimed is left.
 */
export class Rival {
  readonly #options: RivalOptions;
  readonly #requests: OdooRequest[] = [];

  constructor(options: RivalOptions) {
    this.#options = options;
  }

  events(may: May, end: () => void): void {
    const { table, nowMs } = this.#options;
    const due = table.all().filter((it) =>
      it.state === "pending" && !it.isHeld && (it.etaMs ?? 0) <= nowMs()
    );
    if (due[0]) may("fault", 0.4, "another leader claims a job", () => this.#claim(due[0]!));
    may("progress", 0.3, "the other leader dies", () => {
      for (const request of this.#requests) request.abandon();
      end();
    });
  }

  #claim(job: TableJob): void {
    const { table, odoo, auditor, nowMs, trace } = this.#options;
    trace.note(`  ${table.database}/${job.uuid}`);
    auditor.noteRival(table, job.uuid);
    const enqueuedMs = Math.floor(nowMs() / 1000) * 1000 + 250;
    table.write(job, { state: "enqueued", enqueuedMs });
    const request = odoo.open(table, job.uuid, () => {});
    request.isOurs = false;
    this.#requests.push(request);
  }
}
