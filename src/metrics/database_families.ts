import type { DatabaseState, DatabaseStatus } from "../status.ts";
import { NAMES_MAX, OTHER } from "./counts_by_name.ts";
import { type Family, gauge, labelled, type Sample } from "./sample.ts";

const STATES: readonly DatabaseState[] = [
  ...["connecting", "scanning", "ready", "standby", "recovering"] as const,
  ...["quarantined", "foreign", "paused", "ignored"] as const,
];
/** Those of which we must hear. */
const LISTENING: readonly DatabaseState[] = ["scanning", "ready", "foreign"];

/** The state of databases, how long their jobs wait, and when each was heard last. */
export function databaseFamilies(databases: readonly DatabaseStatus[], nowMs: number): Family[] {
  const counts = new Map<string, number>(STATES.map((it) => [it, 0]));
  for (const { state } of databases) counts.set(state, counts.get(state)! + 1);
  const ageOf = (sinceMs: number | null) => sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs);
  const byTrouble = [...databases].sort((a, b) =>
    Number(a.state === "ready") - Number(b.state === "ready") ||
    ageOf(b.waitingSinceMs) - ageOf(a.waitingSinceMs)
  );
  const listening = byTrouble.filter((it) => LISTENING.includes(it.state) && it.heardMs !== null);
  return [
    gauge(
      "odoo_jobrunner_databases",
      "Databases by their state",
      labelled("state", counts),
    ),
    gauge(
      "odoo_jobrunner_database_state",
      "1 for the state that a database is in",
      byTrouble.slice(0, NAMES_MAX)
        .map(({ name, state }) => ({ labels: { db: name, state }, value: 1 })),
    ),
    gauge(
      "odoo_jobrunner_database_oldest_waiting_seconds",
      "How long the job waits that has been due for longest; looked for every few seconds",
      longest(byTrouble, (it) => ageOf(it.waitingSinceMs)),
    ),
    gauge(
      "odoo_jobrunner_listen_age_seconds",
      "Since the connection last proved that it hears: by a change, or by a NOTIFY to ourselves",
      longest(listening, (it) => ageOf(it.heardMs)),
    ),
  ];
}

/** The first one by one, and the longest of all others. */
function longest(
  databases: readonly DatabaseStatus[],
  ms: (it: DatabaseStatus) => number,
): Sample[] {
  const shown = databases.slice(0, NAMES_MAX);
  const rest = databases.slice(NAMES_MAX);
  const samples = labelled("db", shown.map((it) => [it.name, ms(it) / 1000] as const));
  if (rest.length === 0) return samples;
  const value = rest.reduce((most, it) => Math.max(most, ms(it)), 0) / 1000;
  return [...samples, { labels: { db: OTHER }, value }];
}
