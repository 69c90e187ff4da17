import type { Hono } from "hono";
import type { ChangedState, JobChanger, JobsChange } from "../steering.ts";
import type { SteerBody, SteerGuard } from "./steer_guard.ts";
import { readName, refuseOthers } from "./steer_routes.ts";

type Action = JobsChange["action"];

/** The states that an action takes jobs out of. */
const STATES: Readonly<Record<Action, readonly ChangedState[]>> = {
  requeue: ["failed", "enqueued", "started"],
  cancel: ["pending", "wait_dependencies", "failed"],
  done: ["pending", "wait_dependencies", "failed"],
};
const UUIDS_MAX = 1_000;
const UUID_LENGTH_MAX = 200;
const WANTED = `{"action": "requeue", "database": "shop", "uuids": ["…"]} or, instead of uuids, ` +
  `"channel", "states", "olderThanSeconds"; with "dryRun" and "expected"; "states" also with uuids`;

/**
 * Adds `POST /steer/jobs`: requeues, cancels or sets done jobs of one database, by uuid or by what
 * is true of them. The answer (`JobsChanged`) says which were refused, and why.
 */
export function routeJobSteering(app: Hono, guard: SteerGuard, jobs: JobChanger): void {
  guard.post(app, "/steer/jobs", async (body, by) => {
    const wanted = readChange(body);
    const answer = await jobs.change(wanted, by);
    return { did: toldChange(wanted, answer.chosen, answer.changed), answer };
  });
}

function toldChange(wanted: JobsChange, chosen: number, changed: number): string {
  const { action, database, uuids, channel, states, olderThanMs, isDryRun } = wanted;
  const [first] = uuids;
  const which = [
    ...first === undefined ? [] : [uuids.length === 1 ? first : `${first} and others`],
    ...channel === null ? [] : [`channel ${channel}`],
    ...states === null ? [] : [states.join(" or ")],
    ...olderThanMs === null ? [] : [`for more than ${olderThanMs / 1000} s`],
  ].join(", ");
  const what = isDryRun ? `asked what ${action} would do to` : `${action} of`;
  return `${what} ${changed} of ${chosen} jobs of database ${database} (${which})`;
}

function readChange(body: SteerBody): JobsChange {
  const { action, database, uuids, channel, states, olderThanSeconds, ...rest } = body;
  const { dryRun = false, expected = null, ...others } = rest;
  refuseOthers(others, WANTED);
  if (!isAction(action)) throw wrong("action", "requeue, cancel or done is wanted");
  if (typeof dryRun !== "boolean") throw wrong("dryRun", "true or false is wanted");
  const isFiltered = channel !== undefined || olderThanSeconds !== undefined;
  const isTold = uuids === undefined ? isFiltered || states !== undefined : !isFiltered;
  if (!isTold) {
    throw new RangeError(`Cannot tell which jobs: ${WANTED} is wanted`);
  }
  const change = {
    ...{ action, database: readName("database", database), isDryRun: dryRun },
    uuids: uuids === undefined ? [] : readUuids(uuids),
    channel: channel === undefined ? null : readName("channel", channel),
    states: readStates(action, states, uuids !== undefined),
    olderThanMs: olderThanSeconds === undefined
      ? null
      : 1000 * readNumber("olderThanSeconds", olderThanSeconds, 1),
    expected: expected === null ? null : readNumber("expected", expected, 0),
  };
  const risky = (change.states ?? []).filter((it) => it === "enqueued" || it === "started");
  if (risky.length > 0 && uuids === undefined && change.olderThanMs === null) {
    throw wrong("states", `a job that is ${risky[0]} may be at work: give olderThanSeconds`);
  }
  return change;
}

function isAction(action: unknown): action is Action {
  return typeof action === "string" && Object.hasOwn(STATES, action);
}

/** Whoever names a job means it in whatever state; of all others what has failed is requeued. */
function readStates(action: Action, states: unknown, isNamed: boolean): JobsChange["states"] {
  const all = STATES[action];
  if (states === undefined) return isNamed || action !== "requeue" ? null : ["failed"];
  const given: readonly unknown[] = Array.isArray(states) ? states : [];
  const chosen = all.filter((it) => given.includes(it));
  if (given.length > 0 && chosen.length === given.length) return chosen;
  throw wrong("states", `some of ${all.join(", ")} are wanted for ${action}`);
}

function readUuids(uuids: unknown): string[] {
  const isUuid = (it: unknown) => {
    return typeof it === "string" && it !== "" && it.length <= UUID_LENGTH_MAX &&
      !/\p{Cc}/u.test(it);
  };
  const isList = Array.isArray(uuids) && uuids.length > 0 && uuids.length <= UUIDS_MAX;
  if (isList && uuids.every(isUuid)) return [...new Set<string>(uuids)];
  throw wrong("uuids", `a list of 1 to ${UUIDS_MAX} uuids is wanted`);
}

function readNumber(field: string, value: unknown, min: number): number {
  if (typeof value === "number" && value >= min && value <= 1e9) return value;
  throw wrong(field, `a number of at least ${min} is wanted`);
}

function wrong(field: string, reason: string): RangeError {
  return new RangeError(`Cannot use "${field}": ${reason}`);
}
