import { setTimeout as delay } from "node:timers/promises";
import { type ChaosSystem, SIDE, SIDE_COPY } from "../chaos_system.ts";
import { awaited, patiently } from "../patience.ts";
import type { FaultKind } from "./fault_kind.ts";

const DISCOVERED_MS = 8_000;

/** What Odoo's database manager does to one database while all others work. */
export const SIDE_FAULTS: readonly FaultKind[] = [
  {
    name: "database dropped and made anew",
    weight: 1,
    touches: "side",
    async make(system, { lastsMs }) {
      await awaited(async () => await sessionsOf(system, SIDE) > 0, DISCOVERED_MS);
      const sessions = await sessionsOf(system, SIDE);
      await system.dropSide();
      await delay(lastsMs);
      await system.createSide();
      return sessions === 0 ? null : `${sessions} sessions ended with it`;
    },
  },
  {
    name: "database cloned",
    weight: 1,
    touches: "side",
    async make(system, { lastsMs }) {
      const sessions = await sessionsOf(system, SIDE);
      await patiently(async () => {
        // As Odoo does: whoever is connected again at once makes it fail.
        await system.ask((sql) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${SIDE}`
        );
        await system.cluster.createDatabase(SIDE_COPY, SIDE);
      });
      const isServed = await awaited(
        async () => await sessionsOf(system, SIDE_COPY) > 0,
        DISCOVERED_MS,
      );
      await delay(lastsMs);
      await patiently(() => system.cluster.dropDatabase(SIDE_COPY));
      if (sessions === 0 && isServed === null) return null;
      return `${sessions} sessions ended, its copy ${isServed === null ? "not " : ""}served`;
    },
  },
];

async function sessionsOf(system: ChaosSystem, database: string): Promise<number> {
  const rows = await system.ask((sql) =>
    sql`select 1 from pg_stat_activity
      where datname = ${database} and application_name like 'odoo_jobrunner%'`
  );
  return rows.length;
}
