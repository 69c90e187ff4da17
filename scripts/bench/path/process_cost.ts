import { existsSync, readFileSync } from "node:fs";

/** The kernel's clock ticks of `/proc`, 100 a second on every Linux in use. */
const TICK_MS = 10;

/** Processor time of a process so far, user and system, its ended threads included. */
export function cpuMs(processId: number): number {
  return cpuMsOf(readFileSync(statFile(processId), "utf8"));
}

/** The same; null when there is no such process any more. */
export function cpuMsUnlessEnded(processId: number): number | null {
  return existsSync(statFile(processId)) ? cpuMs(processId) : null;
}

function statFile(processId: number): string {
  return `/proc/${processId}/stat`;
}

/** The same from the text of `/proc/PID/stat`. */
export function cpuMsOf(stat: string): number {
  // The second field, the name in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory of a process, in MiB: now, and at most so far. */
export function residentMiB(processId: number): { readonly now: number; readonly peak: number } {
  return residentMiBOf(readFileSync(`/proc/${processId}/status`, "utf8"));
}

/** The same from the text of `/proc/PID/status`. */
export function residentMiBOf(status: string): { readonly now: number; readonly peak: number } {
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)![1]);
  return { now: field("VmRSS") / 1024, peak: field("VmHWM") / 1024 };
}

/** Memory of a process, what it shares with others divided among them. */
export function ownShareMiB(processId: number): number {
  const text = readFileSync(`/proc/${processId}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)![1]) / 1024;
}
