import type { Machine } from "./machine.ts";
import { rootCapacity } from "./odoo_limits.ts";
import type { Settings } from "./setting.ts";

/** Linux says there how many files and sockets this process may have open. */
const LIMITS_FILE = "/proc/self/limits";
/** Listed databases, the lead, the log, the runtime, and who asks the health server. */
const SLACK = 150;

/** Warns where the process may open fewer descriptors than jobs may run at once. */
export function descriptorWarnings(
  { channels, databases }: Pick<Settings, "channels" | "databases">,
  machine: Machine,
): string[] {
  const limit = softLimit(machine);
  const capacity = rootCapacity(channels);
  if (limit === null || typeof capacity !== "number") return [];
  const wanted = capacity + (databases?.length ?? 0) + SLACK;
  if (wanted <= limit) return [];
  return [
    `the capacity of root is ${capacity}, but this process may open ${limit} files and sockets, ` +
    "of which each running job and each database takes one: raise the limit (ulimit -n, " +
    `LimitNOFILE= of systemd) to ${wanted} or more`,
  ];
}

/** Null where it is not told. */
function softLimit(machine: Machine): number | null {
  try {
    const match = /^Max open files +(\d+)/m.exec(machine.readFile(LIMITS_FILE) ?? "");
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}
