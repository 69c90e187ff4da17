import type { DatabaseState, RunnerStatus } from "../status.ts";

/** On the way to being served, or back to it. */
const UNSETTLED: readonly DatabaseState[] = ["connecting", "scanning", "recovering", "quarantined"];

type Readiness =
  & Pick<RunnerStatus, "phase" | "databases">
  & Partial<Pick<RunnerStatus, "scheduler">>;

/**
 * Whether the process does what it is there for. It does
 *
 * - while it stands by for another runner, since it takes over without further ado;
 * - while it runs and serves at least one database: one bad database of 500 is told in `/status`,
 *   and taking the other 499 out of service would not cure it;
 * - while it runs and has no database on the way: all of them are paused, without the add-on, or
 *   another runner's, or there is none.
 *
 * It does not before it has reached its first database, while its scheduler waits to be made anew,
 * and when it stops. An Odoo that is away
 * does not count: the runner waits for it, and is of no use to it stopped.
 */
export function isReady({ phase, databases, scheduler }: Readiness): boolean {
  if (phase === "standby") return true;
  if (phase !== "running" || scheduler?.state === "trapped") return false;
  return databases.some((it) => it.state === "ready") ||
    !databases.some((it) => UNSETTLED.includes(it.state));
}
