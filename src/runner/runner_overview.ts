import type { DatabaseState, DatabaseStatus } from "../status.ts";
import type { SteeringStatus } from "../steering.ts";
import type {
  FoundChannels,
  FoundDatabases,
  OverviewFinder,
  RunnerView,
  SteeringView,
} from "../view.ts";
import {
  databaseStatusOf,
  failedByChannel,
  inFlightOf,
  type StatusParts,
} from "./runner_status.ts";

const CHANNELS_MAX = 200;
const DATABASES_MAX = 200;
/** What operators have changed, of each kind. */
const WISHES_MAX = 200;
/** Nothing is wrong with a database in one of these. */
const CALM: readonly DatabaseState[] = ["ready", "standby", "ignored"];

/** What people look at of a runner: bounded, whatever the number of channels and databases. */
export class RunnerOverview implements OverviewFinder {
  readonly #parts: () => StatusParts;

  constructor(parts: () => StatusParts) {
    this.#parts = parts;
  }

  get view(): RunnerView {
    const { served, scheduler, ...own } = this.#parts();
    const { channels, count: channelCount } = this.channels("", CHANNELS_MAX);
    const databases = this.#databases();
    return {
      ...{ ...own, channels, channelCount },
      scheduler: scheduler.status,
      inFlight: inFlightOf(served),
      databases: databases.slice(0, DATABASES_MAX),
      databaseCount: databases.length,
      databaseStates: countByState(databases),
      steering: shownSteering(own.steering),
    };
  }

  /** Channels whose name contains a text, the fullest of them, with all above them. */
  channels(search: string, max: number): FoundChannels {
    const { served, scheduler } = this.#parts();
    return scheduler.overview({ max, search, failed: failedByChannel(served) });
  }

  /** Databases whose name contains a text, those in trouble first. */
  databases(search: string, max: number): FoundDatabases {
    const wanted = search.toLowerCase();
    const found = this.#databases().filter(({ name }) => name.toLowerCase().includes(wanted));
    return { databases: found.slice(0, max), count: found.length };
  }

  #databases(): DatabaseStatus[] {
    const { served, scheduler } = this.#parts();
    return served.map((it) => databaseStatusOf(it, scheduler)).sort(inOrder);
  }
}

/** Whether anything can be changed is for the server to say. */
function shownSteering({ paused, resumed, capacities }: SteeringStatus): SteeringView {
  return {
    enabled: false,
    paused: paused.slice(0, WISHES_MAX),
    pausedCount: paused.length,
    resumed: resumed.slice(0, WISHES_MAX),
    resumedCount: resumed.length,
    capacities: capacities.slice(0, WISHES_MAX),
    capacityCount: capacities.length,
  };
}

/** Trouble first, then work, then those that do nothing; by name among each other. */
function inOrder(a: DatabaseStatus, b: DatabaseStatus): number {
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function rank({ state, stranded, suspectedDead, ...it }: DatabaseStatus): number {
  if (!CALM.includes(state)) return 0;
  if (stranded.count + suspectedDead.count > 0) return 1;
  if (it.inFlight > 0 || it.waitingSinceMs !== null) return 2;
  return state === "ready" ? 3 : 4;
}

function countByState(databases: readonly DatabaseStatus[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of databases) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
