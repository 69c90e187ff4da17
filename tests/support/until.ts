import { setTimeout } from "node:timers";

const PAUSE_MS = 10;

/**
 * Asks again and again until the answer is neither false nor null, and gives it: for what tells
 * nobody when it changes, as a row of a table.
 *
 * @throws {Error} When it has not come true within `timeoutMs`; `what` says what was waited for.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  timeoutMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadlineMs = performance.now() + timeoutMs;
  while (true) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) {
      return answer as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > deadlineMs) throw new Error(`Waited in vain until ${what}`);
    await new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
