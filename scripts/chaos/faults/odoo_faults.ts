import { setTimeout as delay } from "node:timers/promises";
import { kill } from "../../demo/guarded_child.ts";
import type { ChaosRunner } from "../chaos_runner.ts";
import type { ChaosSystem } from "../chaos_system.ts";
import { awaited } from "../patience.ts";
import { chosen, type FaultKind, type Wish } from "./fault_kind.ts";

const WORKING_MS = 6_000;

/** What happens to Odoo and on the way to it. */
export const ODOO_FAULTS: readonly FaultKind[] = [
  {
    name: "half-open link to Odoo",
    weight: 2,
    touches: "odoo link",
    make: whileAsking(async ({ toOdoo }, open, { lastsMs }) => {
      const links = [...toOdoo.links];
      toOdoo.swallow(links);
      await delay(lastsMs);
      // What keepalive finds out after a while.
      for (const link of links) link.destroy();
      return `${open} requests open, dead for ${lastsMs} ms`;
    }),
  },
  {
    name: "link to Odoo cut",
    weight: 2,
    touches: "odoo link",
    make: whileAsking(({ toOdoo }, open, { way }) => {
      const withReset = way < 0.5;
      toOdoo.cut({ withReset });
      return Promise.resolve(
        `${open} requests open, cut ${withReset ? "with" : "without"} a reset`,
      );
    }),
  },
  {
    name: "Odoo refused",
    weight: 1,
    touches: "odoo link",
    make: whileAsking(async ({ toOdoo }, open, { lastsMs }) => {
      toOdoo.refuse();
      await delay(lastsMs);
      await toOdoo.accept();
      return `${open} requests open, new ones refused for ${lastsMs} ms`;
    }),
  },
  {
    name: "slow Odoo",
    weight: 1,
    touches: "odoo link",
    make: whileAsking(async ({ toOdoo }, _open, { lastsMs, way }) => {
      const before = toOdoo.connectionCount;
      toOdoo.delayMs = Math.round(50 + way * 250);
      const { delayMs } = toOdoo;
      await delay(lastsMs);
      toOdoo.delayMs = 0;
      const count = toOdoo.connectionCount - before;
      return count === 0 ? null : `${count} requests late by ${delayMs} ms`;
    }),
  },
  {
    name: "proxy answers for Odoo",
    weight: 2,
    touches: "odoo link",
    make: whileAsking(async ({ front }, _open, { lastsMs, way }) => {
      const own = chosen(way, [
        { status: 502, isPassedOn: false },
        { status: 503, isPassedOn: false },
        { status: 502, isPassedOn: true },
        { status: 504, isPassedOn: true },
      ]);
      let count = 0;
      front.answerFor = () => {
        count++;
        return own;
      };
      await awaited(() => count > 0, WORKING_MS);
      await delay(lastsMs);
      front.answerFor = null;
      const where = own.isPassedOn ? "while Odoo goes on" : "without asking Odoo";
      return count === 0 ? null : `${count} requests answered ${own.status} ${where}`;
    }),
  },
  {
    name: "worker killed",
    weight: 3,
    touches: "odoo",
    async make(system, { way }) {
      const processIds = await awaited(() => {
        const working = system.odoos.flatMap(({ workers }) => workers?.working ?? []);
        return working.length > 0 && working.map(({ processId }) => processId);
      }, WORKING_MS);
      if (processIds === null) return null;
      const processId = chosen(way, processIds);
      if (!kill(processId)) return null;
      return `worker ${processId} died in the middle of a job`;
    },
  },
  {
    name: "Odoo stopped",
    weight: 1,
    touches: "odoo",
    async make(system, { lastsMs, way }) {
      const odoos = way < 0.5 ? system.odoos : [chosen(2 * way - 1, system.odoos)];
      const working = () => odoos.flatMap(({ workers }) => workers?.working ?? []);
      await awaited(() => working().length > 0, WORKING_MS);
      const count = working().length;
      await Promise.all(odoos.map((it) => it.stop()));
      await delay(lastsMs);
      await Promise.all(odoos.map((it) => it.start()));
      return count === 0 ? null : `${odoos.length} away for ${lastsMs} ms, ${count} jobs died`;
    },
  },
];

/** With the leader, while requests of it are open. */
function whileAsking(
  make: (leader: ChaosRunner, open: number, wish: Wish) => Promise<string | null>,
) {
  return async (system: ChaosSystem, wish: Wish): Promise<string | null> => {
    const leader = await system.busyLeader();
    const open = leader?.openRequests ?? 0;
    return leader === null || open === 0 ? null : await make(leader, open, wish);
  };
}
