import { existsSync, statfsSync } from "node:fs";

const SHARED_MEMORY = "/dev/shm";
/** A server with the databases of one test takes some hundred MB, and several run at a time. */
const WANTED_BYTES = 4 * 1024 ** 3;

/**
 * A folder in memory, or null where there is none with much room. For what makes and removes
 * databases all the time, of 300 files each: on ext4 without a journal a new file looks through all
 * that were removed in the last minutes.
 */
export function memoryFolder(): string | null {
  if (!existsSync(SHARED_MEMORY)) return null;
  const { bavail, bsize } = statfsSync(SHARED_MEMORY);
  return bavail * bsize >= WANTED_BYTES ? SHARED_MEMORY : null;
}
