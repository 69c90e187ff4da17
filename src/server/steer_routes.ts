import type { Hono } from "hono";
import type { RunnerPhase } from "../status.ts";
import type { Steerer, SteerTarget } from "../steering.ts";
import type { SteerBody, SteerGuard } from "./steer_guard.ts";

/** Whom the routes steer. */
export interface Steered {
  readonly status: { readonly phase: RunnerPhase };
  readonly steering: Steerer;
}

const TARGET = `{"everything": true}, {"channel": "mail"} or {"database": "shop"}`;
const NAME_LENGTH_MAX = 1_000;

/**
 * Adds what changes a runner at work, until its process ends. All take JSON by POST, with the token
 * (`SteerGuard`) and maybe `"by"`, who wants it.
 *
 * - `/steer/pause`, `/steer/resume`: `{"everything": true}`, `{"channel": …}`, `{"database": …}`.
 * - `/steer/capacity`: `{"channel": …, "capacity": 4}`, null is back to the channel string's.
 *
 * The answer has the runner's phase, and all that is changed (`SteeringStatus`).
 */
export function routeSteering(app: Hono, guard: SteerGuard, runner: Steered): void {
  const answer = () => ({ phase: runner.status.phase, steering: runner.steering.status });
  for (const action of ["pause", "resume"] as const) {
    guard.post(app, `/steer/${action}`, (body, by) => {
      const target = readTarget(body);
      runner.steering[action](target, by);
      const what = target.name === null ? "everything" : `${target.what} ${target.name}`;
      return { did: `${action}d ${what}`, answer: answer() };
    });
  }
  guard.post(app, "/steer/capacity", (body, by) => {
    const { channel, capacity, ...others } = body;
    refuseOthers(others, `{"channel": "mail", "capacity": 4}`);
    if (capacity !== null && typeof capacity !== "number") {
      throw new RangeError(`Cannot use "capacity": a number or null is wanted`);
    }
    const name = readName("channel", channel);
    runner.steering.changeCapacity(name, capacity, by);
    const now = capacity === null ? "as configured" : capacity;
    return { did: `capacity of channel ${name} ${now}`, answer: answer() };
  });
}

function readTarget(body: SteerBody): SteerTarget {
  const { everything, channel, database, ...others } = body;
  refuseOthers(others, TARGET);
  if (Object.keys(body).length !== 1) throw new RangeError(`Cannot tell what: ${TARGET} is wanted`);
  if (channel !== undefined) return { what: "channel", name: readName("channel", channel) };
  if (database !== undefined) return { what: "database", name: readName("database", database) };
  if (everything === true) return { what: "everything", name: null };
  throw new RangeError(`Cannot use "everything": true is wanted`);
}

/** A field that nobody reads may be a wrong word for one that matters. */
export function refuseOthers(others: object, wanted: string): void {
  if (Object.keys(others).length === 0) return;
  throw new RangeError(`Cannot use a field that is not known: ${wanted} is wanted`);
}

export function readName(field: string, name: unknown): string {
  const isName = typeof name === "string" && name !== "" && name.length <= NAME_LENGTH_MAX &&
    !/\p{Cc}/u.test(name);
  if (isName) return name;
  throw new RangeError(`Cannot use "${field}": a name is wanted`);
}
