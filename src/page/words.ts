import { duration } from "../sentences.ts";

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `1,204,332` */
export function count(value: number): string {
  return COUNT.format(value);
}

/** `1.2M`, where there is little room. */
export function short(value: number): string {
  return value < 10_000 ? count(value) : SHORT.format(value);
}

/** `3 jobs`, `1 job` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `3 min`: how long something has lasted. */
export function since(sinceMs: number, nowMs: number): string {
  return duration(Math.max(0, nowMs - sinceMs));
}

/** `3 min`, and milliseconds where it is short. */
export function lasting(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : duration(ms);
}

/** `2026-11-25 14:03:10` of this place. */
export function dateTime(timeMs: number): string {
  const it = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${it.getFullYear()}-${two(it.getMonth() + 1)}-${two(it.getDate())}`;
  return `${date} ${two(it.getHours())}:${two(it.getMinutes())}:${two(it.getSeconds())}`;
}

/** `14:03` */
export function timeOfDay(timeMs: number): string {
  return dateTime(timeMs).slice(11, 16);
}

/** `root.mail` without `root.`, where all are below root. */
export function shortChannel(name: string): string {
  return name.startsWith("root.") ? name.slice("root.".length) : name;
}
