import { WAIT_CLASSES } from "./abi";
import { Job } from "./records";

/**
 * How long jobs had waited when they were handed out: counted by the bits of milliseconds, so that
 * it costs next to nothing.
 */
const counts: usize = memory.data(4 * WAIT_CLASSES);
let totalMs: f64 = 0;

/** Since when a job waits: when it was created, or its eta where that came later; or -Infinity. */
export function waitsSince(job: Job): f64 {
  return max(job.createdMs, job.etaMs);
}

/** A job is handed out. */
export function noteWait(job: Job, nowMs: f64): void {
  const waitedMs = min(max(nowMs - waitsSince(job), 0), <f64> u32.MAX_VALUE);
  // Without a date nobody knows.
  if (waitsSince(job) == -Infinity) return;
  totalMs += waitedMs;
  const count = counts + (<usize> (32 - clz<u32>(<u32> waitedMs)) << 2);
  store<u32>(count, load<u32>(count) + 1);
}

/** Jobs handed out that had waited for less than `1 << waitClass` ms, and not for half of it. */
export function waitCountOf(waitClass: i32): u32 {
  return <u32> waitClass < <u32> WAIT_CLASSES ? load<u32>(counts + (<usize> waitClass << 2)) : 0;
}

/** How long all jobs together had waited that were handed out. */
export function waitTotal(): f64 {
  return totalMs;
}
