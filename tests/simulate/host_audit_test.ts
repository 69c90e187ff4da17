import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HostAudit, type HostFaults } from "../../scripts/simulate/host_audit.ts";
import { HostDatabases } from "../../scripts/simulate/host_databases.ts";
import { HostJob } from "../../scripts/simulate/host_job.ts";
import { KINDS } from "../../scripts/simulate/job_kinds.ts";

const [database] = new HostDatabases(1).all;
let sequence = 0;

function newJob(channel: string, etaMs: number | null = null): HostJob {
  const kind = KINDS.find((it) => it.channel === channel)!;
  const outcome = { durationMs: 1, retries: 0, isFailing: false };
  const plan = { database: database!, kind, createdMs: 0, priority: 10, etaMs, ...outcome };
  return new HostJob(plan, ++sequence);
}

function arrived(audit: HostAudit, ...jobs: readonly HostJob[]): void {
  for (const job of jobs) audit.arrived(job);
}

/** Those that are not 0. */
function faultsOf({ faults }: HostAudit): Partial<HostFaults> {
  return Object.fromEntries(Object.entries(faults).filter(([, count]) => count > 0));
}

describe("HostAudit", () => {
  it("sees a job that is handed out while it runs", () => {
    const audit = new HostAudit("root:9");
    const job = newJob("mail");
    arrived(audit, job);

    audit.taken(job, 0);
    job.state = "started";
    audit.taken(job, 0);

    assertEquals(faultsOf(audit), { doubleRuns: 1 });
  });

  it("sees one that is not due", () => {
    const audit = new HostAudit("root:9");

    audit.taken(newJob("mail", 5), 4);

    assertEquals(faultsOf(audit), { tooEarly: 1 });
  });

  it("sees too many in a channel, in one above it, in one made on the fly", () => {
    const channels = ["root:9,mail:1", "root:1", "root:9,sync:9:subcapacity=1"];
    const names = ["mail", "mail", "sync"];

    const faults = channels.map((it, index) => {
      const audit = new HostAudit(it);
      for (let count = 0; count < 2; count++) audit.taken(newJob(names[index]!), 0);
      return faultsOf(audit);
    });

    assertEquals(faults, Array(3).fill({ overCapacity: 1 }));
  });

  it("knows that a run which has ended leaves its place", () => {
    const audit = new HostAudit("root:1");
    const job = newJob("mail");

    audit.taken(job, 0);
    audit.ended(job);
    audit.taken(newJob("mail"), 0);

    assertEquals(faultsOf(audit), {});
  });

  it("sees one that was passed over", () => {
    const audit = new HostAudit("root:9");
    const [first, second] = [newJob("mail"), newJob("mail")];

    audit.taken(second, 0);
    audit.taken(first, 0);

    assertEquals(faultsOf(audit), { outOfOrder: 1 });
  });

  it("sees one of a sequential channel that runs before an earlier one is over", () => {
    const audit = new HostAudit("root:9,accounting.customer1:1:sequential");
    const [first, second, third] = [1, 2, 3].map(() => newJob("accounting"));
    arrived(audit, first!, second!, third!);

    audit.taken(first!, 0);
    audit.ended(first!);
    audit.taken(second!, 0);
    audit.ended(second!);
    audit.isOver(first!);
    audit.isOver(second!);
    audit.taken(third!, 0);

    assertEquals(faultsOf(audit), { outOfOrder: 1 });
  });

  it("compares numbers, and counts what is left", () => {
    const audit = new HostAudit("root:9");

    audit.compare(3, 2);
    audit.compare(3, 3);
    audit.leftWaiting(4);

    assertEquals(faultsOf(audit), { miscounts: 1, lost: 4 });
  });
});
