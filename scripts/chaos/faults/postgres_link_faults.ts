import { setTimeout as delay } from "node:timers/promises";
import type { Passage, ProxiedLink, TcpProxy } from "../../faults/tcp_proxy.ts";
import { awaited } from "../patience.ts";
import type { ChaosSystem } from "../chaos_system.ts";
import { chosen, type FaultKind, secondsSince, type Wish } from "./fault_kind.ts";

const GIVEN_UP_MS = 10_000;
const FIRED_MS = 3_000;
/** Uuids, a process id, a date in seconds: a statement that the server knows goes without text. */
const CLAIM = /\{"[0-9a-f-]{36}"[^}]*\}[^]{4,20}1\d{9}/;
const CLAIMED = /UPDATE [1-9]/;

/** What happens between the leader and PostgreSQL. */
export const POSTGRES_LINK_FAULTS: readonly FaultKind[] = [
  {
    name: "half-open link to PostgreSQL",
    weight: 3,
    touches: "postgres link",
    make: withLeader(async ({ toPostgres }, { way }) => {
      const all = [...toPostgres.links];
      const links = way < 0.5 ? all : all.slice(Math.floor((2 * way - 1) * all.length)).slice(0, 1);
      if (links.length === 0) return null;
      const startMs = performance.now();
      toPostgres.swallow(links);
      const areLeft = await awaited(() => links.every(({ isLeft }) => isLeft), GIVEN_UP_MS);
      for (const link of links) link.destroy();
      const end = areLeft === null ? "not all given up" : `given up after ${secondsSince(startMs)}`;
      return `${links.length} of ${all.length} links dead, ${end}`;
    }),
  },
  {
    name: "link to PostgreSQL cut",
    weight: 2,
    touches: "postgres link",
    make: withLeader(({ toPostgres }, { way }) => {
      const count = toPostgres.links.size;
      const withReset = way < 0.5;
      toPostgres.cut({ withReset });
      return Promise.resolve(
        count === 0 ? null : `${count} links cut ${withReset ? "with" : "without"} a reset`,
      );
    }),
  },
  {
    name: "PostgreSQL refused",
    weight: 1,
    touches: "postgres link",
    make: withLeader(async ({ toPostgres }, { lastsMs }) => {
      const count = toPostgres.links.size;
      toPostgres.refuse();
      toPostgres.cut({ withReset: true });
      await delay(lastsMs);
      await toPostgres.accept();
      return count === 0 ? null : `${count} links cut, new ones refused for ${lastsMs} ms`;
    }),
  },
  {
    name: "PostgreSQL out of reach",
    weight: 1,
    touches: "postgres link",
    make: withLeader(async ({ toPostgres }, { lastsMs }) => {
      const links = [...toPostgres.links];
      toPostgres.isSwallowingNew = true;
      toPostgres.swallow();
      await delay(2_000 + lastsMs);
      toPostgres.isSwallowingNew = false;
      for (const link of toPostgres.links) link.destroy();
      return links.length === 0 ? null : `${links.length} links dead, new ones too`;
    }),
  },
  {
    name: "slow PostgreSQL",
    weight: 1,
    touches: "postgres link",
    make: withLeader(async ({ toPostgres }, { lastsMs, way }) => {
      let count = 0;
      toPostgres.filter = ({ isRequest, bytes }) => {
        if (isRequest) count++;
        return bytes;
      };
      toPostgres.delayMs = Math.round(50 + way * 250);
      const { delayMs } = toPostgres;
      await delay(lastsMs);
      toPostgres.delayMs = 0;
      toPostgres.filter = null;
      return count === 0 ? null : `${count} messages late by ${delayMs} ms`;
    }),
  },
  {
    name: "UPDATE without its answer",
    weight: 3,
    touches: "postgres link",
    make: withLeader(({ toPostgres }, wish) =>
      cutAt(
        toPostgres,
        wish,
        ({ isRequest, bytes }) => !isRequest && CLAIMED.test(bytes.toString("latin1")),
      )
    ),
  },
  {
    name: "UPDATE that never arrives",
    weight: 1,
    touches: "postgres link",
    make: withLeader(({ toPostgres }, wish) =>
      cutAt(
        toPostgres,
        wish,
        ({ isRequest, bytes }) => isRequest && CLAIM.test(bytes.toString("latin1")),
      )
    ),
  },
];

function withLeader(
  make: (leader: { readonly toPostgres: TcpProxy }, wish: Wish) => Promise<string | null>,
) {
  return async (system: ChaosSystem, wish: Wish): Promise<string | null> => {
    const leader = await system.busyLeader();
    return leader === null ? null : await make(leader, wish);
  };
}

const CUTS: readonly (readonly [string, (link: ProxiedLink) => void])[] = [
  ["a reset", (link) => link.cut({ withReset: true })],
  ["an end", (link) => link.cut({ withReset: false })],
  ["silence", (link) => link.swallow()],
];

/** Ends a link in the middle of the message that is waited for. */
async function cutAt(
  proxy: TcpProxy,
  { way }: Wish,
  isTheMoment: (passage: Passage) => boolean,
): Promise<string | null> {
  const [name, cut] = chosen(way, CUTS);
  let hit: ProxiedLink | null = null;
  proxy.filter = (passage) => {
    if (hit !== null || !isTheMoment(passage)) return passage.bytes;
    hit = passage.link;
    cut(hit);
    return null;
  };
  const link: ProxiedLink | null = await awaited(() => hit, FIRED_MS);
  proxy.filter = null;
  if (link === null) return null;
  const startMs = performance.now();
  const isLeft = await awaited(() => link.isLeft, GIVEN_UP_MS);
  link.destroy();
  return `swallowed, then ${name}; ` +
    (isLeft === null ? "the link is not given up" : `given up after ${secondsSince(startMs)}`);
}
