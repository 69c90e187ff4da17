import type { KnownGeneration } from "./generation.ts";
import { makeTrigger, TRIGGERS } from "./queries.ts";
import type { Row, Session } from "./session.ts";

/**
 * Bits of `pg_trigger.tgtype`: for each row, after (not before, not instead of), on which changes.
 */
const FOR_EACH_ROW = 1;
const BEFORE = 2;
const INSTEAD = 64;
const ALL_CHANGES = 4 | 8 | 16;

/** Fires for ordinary sessions: `O`rigin or `A`lways. */
const ENABLED = ["O", "A"];

/**
 * Sees to it that every change of a job notifies the channel we listen to.
 *
 * @returns What is wrong and cannot be mended by us, as a sentence for the log, or null.
 */
export async function ensureTrigger(
  session: Session,
  generation: KnownGeneration,
): Promise<string | null> {
  const triggers = await session.run(TRIGGERS);
  if (notifiesAll(triggers, generation.notifyChannel)) return null;
  if (generation.triggerMadeBy === "addon") {
    const channel = generation.notifyChannel;
    return `no enabled trigger on queue_job notifies "${channel}" of every change: ` +
      `jobs start late or never; upgrade the add-on with odoo -u ${generation.addon}`;
  }
  try {
    await session.run(makeTrigger(generation.notifyChannel));
    return null;
  } catch (error) {
    if (!session.isOpen) throw error;
    return `cannot make the trigger queue_job_notify (${
      (error as Error).message
    }): jobs start late or never; ` +
      `let the owner of the table make it, or make this role its owner`;
  }
}

/**
 * Whether the enabled triggers that notify the channel cover insert, update and delete together.
 */
export function notifiesAll(triggers: readonly Row[], notifyChannel: string): boolean {
  let covered = 0;
  for (const { enabled, type, source } of triggers) {
    const bits = Number(type);
    const isRowTrigger = (bits & FOR_EACH_ROW) !== 0 && (bits & (BEFORE | INSTEAD)) === 0;
    if (!ENABLED.includes(String(enabled)) || !isRowTrigger) continue;
    const code = String(source);
    if (/notify/i.test(code) && code.includes(`'${notifyChannel}'`)) covered |= bits & ALL_CHANGES;
  }
  return covered === ALL_CHANGES;
}
