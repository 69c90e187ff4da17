/** How long to wait between attempts that fail one after the other. */
export interface Backoff {
  /** The longest wait before the second attempt; it doubles with every further failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The wait before the next attempt: exponential, with full jitter, so that many clients of one
 * server that came back do not return in step.
 *
 * @param failureCount how many attempts have failed in a row, 1 or more
 * @param random a number from 0 to 1, as of `Math.random`
 */
export function backoffMs(backoff: Backoff, failureCount: number, random: number): number {
  // 2 ** 1024 is Infinity, which `min` cuts as well.
  const ceilingMs = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (failureCount - 1));
  return ceilingMs * random;
}
