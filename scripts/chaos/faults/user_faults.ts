import { setTimeout as delay } from "node:timers/promises";
import { SingleConnection } from "../../demo/single_connection.ts";
import type { ChaosDatabase, ChaosSystem } from "../chaos_system.ts";
import { patiently } from "../patience.ts";
import { chosen, type FaultKind } from "./fault_kind.ts";
import { writeOnAndOn } from "./user_write.ts";

const ROWS = 8;

/** What users and crons write into rows, or hold, while the runner works with them. */
export const USER_FAULTS: readonly FaultKind[] = [
  {
    name: "rows locked by a user",
    weight: 2,
    touches: "rows",
    async make(system, { lastsMs, way }) {
      const { data: { name } } = chosen(way, system.databases);
      const count = await patiently(() => holdRows(system, name, lastsMs));
      return count === 0 ? null : `${count} waiting jobs of ${name} held for ${lastsMs} ms`;
    },
  },
  {
    name: "jobs cancelled",
    weight: 2,
    touches: "rows",
    needs: ({ databases }) => databases.some(canCancel),
    make: (system, { way, lastsMs }) =>
      writeOnAndOn(system, chosen(way, system.databases.filter(canCancel)), {
        ends: ["cancelled"],
        change: (sql) => sql`state = 'cancelled', date_cancelled = now() at time zone 'utc'`,
        from: ["pending", "enqueued", "failed"],
        lastsMs,
      }),
  },
  {
    name: "jobs set to done",
    weight: 1,
    touches: "rows",
    make: (system, { way, lastsMs }) =>
      writeOnAndOn(system, chosen(way, system.databases), {
        ends: ["done"],
        change: (sql) => sql`state = 'done', date_done = now() at time zone 'utc'`,
        from: ["pending", "enqueued", "failed"],
        lastsMs,
      }),
  },
  {
    name: "jobs requeued",
    weight: 2,
    touches: "rows",
    needs: ({ databases }) => databases.some(isGuarded),
    make: (system, { way, lastsMs }) =>
      writeOnAndOn(system, chosen(way, system.databases.filter(isGuarded)), {
        ends: [],
        change: (sql) =>
          sql`state = 'pending', retry = 0, date_enqueued = null, date_started = null,
            date_done = null, exc_info = null`,
        from: ["enqueued", "done", "failed"],
        lastsMs,
      }),
  },
  {
    name: "jobs deleted",
    weight: 1,
    touches: "rows",
    make: (system, { way, lastsMs }) =>
      writeOnAndOn(system, chosen(way, system.databases), {
        ends: [null],
        change: null,
        from: ["pending", "enqueued", "failed"],
        lastsMs,
      }),
  },
  {
    name: "garbage collector cron",
    weight: 2,
    touches: "rows",
    needs: ({ databases }) => databases.some(isGuarded),
    async make(system, { way }) {
      await system.busyLeader();
      return await writeOnAndOn(system, chosen(way, system.databases.filter(isGuarded)), {
        ends: [],
        change: (sql) => sql`state = 'pending', date_enqueued = null, date_started = null`,
        from: ["enqueued"],
        lastsMs: 0,
      });
    },
  },
  {
    name: "flood of notifications",
    weight: 1,
    touches: "rows",
    async make(system, { way }) {
      await system.busyLeader();
      const { data } = chosen(way, system.databases);
      // The second is more than the runner takes in one by one.
      const count = way < 0.5 ? 5_000 : 60_000;
      const channel = "queue_job";
      await patiently(() =>
        data.run((sql) =>
          sql`select count(pg_notify(${channel}, gen_random_uuid()::text))
            from generate_series(1, ${count}::int)`
        )
      );
      return `${count} of one transaction in ${data.name}`;
    },
  },
];

/** Before 12.0 nothing keeps a job from being started twice that was put back while Odoo has it. */
function isGuarded({ odoo }: ChaosDatabase): boolean {
  return odoo.generation.startGuard !== "none";
}

function canCancel({ odoo }: ChaosDatabase): boolean {
  return odoo.generation.hasDependencies;
}

/** Not in the sequential channel, whose order a held row would stop. */
async function holdRows(system: ChaosSystem, name: string, lastsMs: number): Promise<number> {
  const user = new SingleConnection(system.cluster, name, "user");
  try {
    return await user.run(async (sql) => {
      await sql`begin`;
      const rows = await sql<{ uuid: string }[]>`
        select uuid from queue_job
        where state = 'pending' and channel is distinct from 'root.accounting'
        order by id limit ${ROWS} for update skip locked`;
      system.disturb(name, rows.map(({ uuid }) => uuid));
      await delay(lastsMs);
      await sql`rollback`;
      return rows.length;
    });
  } finally {
    await user.end();
  }
}
