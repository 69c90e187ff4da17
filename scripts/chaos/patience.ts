import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 50;
const PATIENCE_MS = 30_000;

/** Asks again and again until the answer is neither false nor null; null when it never was. */
export async function awaited<T>(
  ask: () => T | Promise<T>,
  timeoutMs: number,
): Promise<Exclude<T, false | null> | null> {
  const deadlineMs = performance.now() + timeoutMs;
  while (true) {
    const answer = await ask();
    if (answer !== false && answer !== null) return answer as Exclude<T, false | null>;
    if (performance.now() > deadlineMs) return null;
    await delay(PAUSE_MS);
  }
}

/**
 * Carries out what any of the faults may disturb, until it goes through. It may be carried out more
 * than once.
 *
 * @throws {Error} the last failure, when none of the tries of half a minute went through
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadlineMs || isOurMistake(error)) throw error;
      await delay(2 * PAUSE_MS);
    }
  }
}

/** SQL that no waiting makes right. */
function isOurMistake(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^42/.test(String(error.code));
}
