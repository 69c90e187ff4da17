/**
 * How long, and how often. Written by the runner alone, also while it works: whoever uses one reads
 * it then, and keeps none.
 */
export interface Timing {
  /** How often to look for databases that came or went, and at what each of them is. */
  discoveryIntervalMs: number;
  heartbeatIntervalMs: number;
  heartbeatDeadlineMs: number;
  /** How long a stop waits for requests to arrive in Odoo. */
  drainTimeoutMs: number;
  /** Started jobs that may be dead are put back after this; null is never. */
  requeueStartedAfterMs: number | null;
}

/** The part of a runner's options that is timing, for itself. */
export function timingOf(options: Readonly<Timing>): Timing {
  const { discoveryIntervalMs, heartbeatIntervalMs, heartbeatDeadlineMs } = options;
  const { drainTimeoutMs, requeueStartedAfterMs } = options;
  return {
    ...{ discoveryIntervalMs, heartbeatIntervalMs, heartbeatDeadlineMs },
    ...{ drainTimeoutMs, requeueStartedAfterMs },
  };
}
