import { setTimeout as delay } from "node:timers/promises";
import { kill } from "../../demo/guarded_child.ts";
import { SingleConnection } from "../../demo/single_connection.ts";
import type { ChaosDatabase, ChaosSystem } from "../chaos_system.ts";
import { awaited, patiently } from "../patience.ts";
import { chosen, type FaultKind } from "./fault_kind.ts";

const AGAIN_MS = 8_000;
const LOOP_PAUSE_MS = 100;

/** What happens to PostgreSQL itself, and what its administrators do. */
export const SERVER_FAULTS: readonly FaultKind[] = [
  {
    name: "backend terminated",
    weight: 2,
    touches: "server",
    async make(system, { way }) {
      await system.busyLeader();
      const processIds = await ourBackends(system);
      if (processIds.length === 0) return null;
      const count = await terminate(system, [chosen(way, processIds)]);
      return count === 0 ? null : `1 of ${processIds.length} backends terminated`;
    },
  },
  {
    name: "backends terminated in a loop",
    weight: 1,
    touches: "server",
    async make(system, { lastsMs }) {
      await system.busyLeader();
      let count = 0;
      for (const endMs = performance.now() + lastsMs; performance.now() < endMs;) {
        count += await terminate(system, await ourBackends(system));
        await delay(LOOP_PAUSE_MS);
      }
      return count === 0 ? null : `${count} backends terminated`;
    },
  },
  {
    name: "backend killed",
    weight: 1,
    touches: "server",
    async make(system, { way }) {
      await system.busyLeader();
      const processIds = await ourBackends(system);
      if (processIds.length === 0) return null;
      if (!kill(chosen(way, processIds))) return null;
      await delay(LOOP_PAUSE_MS);
      const left = new Set(await ourBackends(system));
      const lost = processIds.filter((it) => !left.has(it)).length;
      return `${lost} of ${processIds.length} backends died, the server recovers`;
    },
  },
  {
    name: "PostgreSQL restarted",
    weight: 1,
    touches: "server",
    async make(system, { lastsMs, way }) {
      await system.busyLeader();
      const count = (await ourBackends(system)).length;
      const how = way < 0.5 ? "SIGINT" : "SIGQUIT";
      await system.cluster.restart(how, Math.min(lastsMs, 1_000));
      return count === 0 ? null : `${count} backends ended by ${how}`;
    },
  },
  {
    name: "database read-only",
    weight: 1,
    touches: "server",
    async make(system, { lastsMs, way }) {
      await system.busyLeader();
      const { data: { name } } = chosen(way, system.databases);
      await setReadOnly(system, name, true);
      const isBack = await awaited(
        async () => (await ourBackends(system, name)).length > 0,
        AGAIN_MS,
      );
      await delay(lastsMs);
      await setReadOnly(system, name, false);
      return isBack === null ? null : `${name} was read-only for ${lastsMs} ms of a session`;
    },
  },
  {
    name: "table locked",
    weight: 1,
    touches: "rows",
    async make(system, { way }) {
      await system.busyLeader();
      const { data: { name } } = chosen(way, system.databases);
      const waiting = await whileLocked(system, name, () => delay(1_000));
      return waiting === 0 ? null : `${waiting} backends waited for ${name}'s queue_job`;
    },
  },
  {
    name: "add-on upgraded",
    weight: 1,
    touches: "rows",
    async make(system, { lastsMs, way }) {
      await system.busyLeader();
      const database = chosen(way, system.databases);
      const { name } = database.data;
      const isSaid = pauseOf(system, name);
      await setAddonState(database, "to upgrade");
      const isPaused = await awaited(isSaid, AGAIN_MS);
      // A runner that takes the lead now is not to look into the database, and cannot count.
      system.unserved.push({ database: name, sinceMs: await serverMs(system) });
      await whileLocked(system, name, () => delay(lastsMs));
      await setAddonState(database, "installed");
      return isPaused === null ? null : `${name} waited for its upgrade`;
    },
  },
];

/** Whether one of the runners says from now on that it waits for the upgrade of a database. */
function pauseOf({ runners }: ChaosSystem, name: string): () => boolean {
  const before = runners.map((runner) => ({ runner, lineCount: runner.lineCount }));
  const wanted = new RegExp(` ${name} .*: paused: `);
  return () => {
    return before.some(({ runner, lineCount }) =>
      runner.linesFrom(lineCount).some((it) => wanted.test(it))
    );
  };
}

/** The runners' backends, the oldest first. */
async function ourBackends(system: ChaosSystem, database: string | null = null) {
  const rows = await system.ask((sql) =>
    sql<{ pid: number }[]>`
      select pid from pg_stat_activity
      where application_name like 'odoo_jobrunner%'
        and ${database ?? ""}::text in ('', datname::text)
      order by backend_start`
  );
  return rows.map(({ pid }) => pid);
}

async function serverMs(system: ChaosSystem): Promise<number> {
  const [row] = await system.ask((sql) =>
    sql<{ ms: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`
  );
  return row!.ms;
}

/** Answers how many of them there still were. */
async function terminate(system: ChaosSystem, processIds: readonly number[]): Promise<number> {
  const list = `{${processIds.join(",")}}`;
  const rows = await system.ask((sql) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity where pid = any(${list}::int[])`
  );
  return rows.length;
}

/** For all sessions, those that are open too, as a failover makes it. */
async function setReadOnly(system: ChaosSystem, name: string, isOn: boolean): Promise<void> {
  await system.ask(async (sql) => {
    await sql.unsafe(
      `alter database "${name}" ` +
        (isOn ? "set default_transaction_read_only = on" : "reset default_transaction_read_only"),
    );
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  });
}

/** Holds the table as an upgrade does; answers how many backends waited for it. */
async function whileLocked(
  system: ChaosSystem,
  name: string,
  meanwhile: () => Promise<void>,
): Promise<number> {
  return await patiently(async () => {
    const upgrade = new SingleConnection(system.cluster, name, "upgrade");
    try {
      return await upgrade.run(async (sql) => {
        await sql`set lock_timeout = '2s'`;
        await sql`begin`;
        await sql`lock table queue_job in access exclusive mode`;
        await meanwhile();
        const [row] = await sql`
          select count(*)::int as waiting from pg_stat_activity
          where datname = ${name} and wait_event_type = 'Lock'`;
        await sql`rollback`;
        return Number(row?.["waiting"]);
      });
    } finally {
      await upgrade.end();
    }
  });
}

async function setAddonState({ data, odoo }: ChaosDatabase, state: string): Promise<void> {
  await patiently(() =>
    data.run((sql) =>
      sql`update ir_module_module set state = ${state} where name = ${odoo.generation.addon}`
    )
  );
}
