import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("globalThis.gc ?? null") as (() => void) | null;

/**
 * Before each play, so that none pays for another's. Answers whether it was done: not every runtime
 * lets itself be told.
 */
export function collectGarbage(): boolean {
  gc?.();
  return gc !== null;
}

/**
 * How long work takes, in milliseconds of the thread that does it. Both clocks say too much: that
 * on the wall where the machine is busy with others, that of the process where the runtime compiles
 * and cleans up in other threads. The lesser is nearest.
 */
export function milliseconds(work: () => void): number {
  const [began, used] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(used);
  return Math.min(performance.now() - began, (user + system) / 1000);
}
