import { readLogHandler, readLogLevel } from "../log_level.ts";
import type { LogLevel } from "../log_level.ts";
import { fullChannelName } from "../scheduler/channel_config.ts";
import { isPostgresUri } from "./postgres_uri.ts";

/**
 * Each reader turns the text of a setting into its value, or throws a RangeError that says what is
 * wanted.
 */

export function text(value: string): string {
  return value;
}

export function port(example: number): (value: string) => number {
  return wholeNumber("a port", 1, 65535, example);
}

export function portOrAny(value: string): number {
  return wholeNumber("a port (0 = any free one)", 0, 65535, 8070)(value);
}

function wholeNumber(
  what: string,
  min: number,
  max: number,
  example: number,
): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new RangeError(`${what} is a whole number from ${min} to ${max}, as in ${example}`);
  };
}

/** Seconds in the setting, milliseconds in the program. */
export function seconds(min: number, example: number): (value: string) => number {
  const max = 86_400;
  return (value) => {
    const number = Number(value);
    if (/^\d+(\.\d+)?$/.test(value) && number >= min && number <= max) {
      return Math.round(number * 1000);
    }
    throw new RangeError(`a number of seconds from ${min} to ${max} is wanted, as in ${example}`);
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LONGEST_DAYS = 3_650;

/** `90s` or `1.5h`; milliseconds in the program. */
export function duration(value: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) ?? [];
  const ms = Number(number) * (UNIT_MS[unit ?? ""] ?? NaN);
  if (ms <= LONGEST_DAYS * UNIT_MS["d"]!) return Math.round(ms);
  throw new RangeError(
    `a number with its unit s, m, h or d is wanted, up to ${LONGEST_DAYS}d, as in 90s or 1h`,
  );
}

/** A reader of certain words alone. */
type WordReader<T> = ((value: string) => T) & { readonly words: readonly string[] };

/** The words that a reader takes; none if it takes others too. */
export function wordsOf(reader: ((value: string) => unknown) & { words?: unknown }): string[] {
  return Array.isArray(reader.words) ? reader.words : [];
}

export function oneOf<T extends string>(...words: readonly [T, ...T[]]): WordReader<T> {
  const read = (value: string) => {
    const word = words.find((it) => it === value.toLowerCase());
    if (word !== undefined) return word;
    throw new RangeError(`one of ${words.join(", ")} is wanted, as in ${words[0]}`);
  };
  return Object.assign(read, { words });
}

export function someOf<T extends string>(...words: readonly [T, ...T[]]): WordReader<T[]> {
  const read = (value: string) => {
    const given = names(value.toLowerCase());
    const chosen = words.filter((it) => given.includes(it));
    if (given.length > 0 && chosen.length === given.length) return chosen;
    throw new RangeError(`some of ${words.join(", ")} are wanted, as in ${words.at(-1)}`);
  };
  return Object.assign(read, { words });
}

const YES_OR_NO = oneOf("true", "false", "1", "0", "yes", "no");

export const flag: WordReader<boolean> = Object.assign(
  (value: string) => /^(true|1|yes)$/.test(YES_OR_NO(value)),
  { words: ["true", "false"] },
);

/** An interface that stands for all of them is reached at `localhost`. */
export function host(value: string): string {
  const name = value.replace(/^\[(.*)\]$/, "$1");
  if (name === "0.0.0.0" || name === "::") return "localhost";
  const host = interfaceName(name);
  if (URL.canParse(`http://${host.includes(":") ? `[${host}]` : host}`)) return host;
  throw new RangeError("a host that a URL can hold is wanted: an IPv6 address without its zone");
}

export function interfaceName(value: string): string {
  const isAddress = /^[0-9a-f.:]+(%\w+)?$/i.test(value) && value.split(":").length > 2;
  if (isAddress || /^[\p{L}\p{N}_.-]+$/u.test(value)) return value;
  throw new RangeError(
    "a host name or address alone is wanted, as in odoo.example.com or 10.0.0.7",
  );
}

/** Host names, or directories of a Unix socket. */
export function databaseHosts(value: string): string {
  const hosts = value.split(",").map((it) => it.trim());
  return hosts.map((it) => it.startsWith("/") ? it : interfaceName(it.replace(/^\[(.*)\]$/, "$1")))
    .join(",");
}

/** One for all hosts, or one for each. */
export function ports(example: number): (value: string) => number | number[] {
  return (value) => {
    const list = value.split(",").map((it) => port(example)(it.trim()));
    return list.length === 1 ? list[0]! : list;
  };
}

export function names(value: string): string[] {
  return [...new Set(value.split(/[,\n]/).map((it) => it.trim()).filter((it) => it !== ""))];
}

/** The full name of a channel. */
export function channel(value: string): string {
  if (value !== "" && !value.includes(",")) return fullChannelName(value);
  throw new RangeError("the name of one channel is wanted, as in mail or root.mail.bulk");
}

export function oneName(value: string): string {
  if (value !== "") return value;
  throw new RangeError("a name is wanted");
}

/** Without what does not belong to a server's address. */
export function httpUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url && isHttp && url.search === "" && url.hash === "") return url.href.replace(/\/+$/, "");
  throw new RangeError("the address of a health server is wanted, as in http://runner:8070");
}

export function uuids(value: string): string[] {
  const list = names(value);
  if (list.length > 0) return list;
  throw new RangeError(
    "uuids of jobs separated by commas are wanted, as in a5f69320-0120-48f8-a607-dd3bde054e87",
  );
}

/** Database names, or URIs of them. */
export function databases(value: string): string[] {
  const list = names(value);
  if (/password\s*=/i.test(value) && !list.some(isPostgresUri)) {
    throw new RangeError("a database is named, or given as in postgres://odoo@db/shop");
  }
  if (list.some(isPostgresUri) && list.some((it) => !isPostgresUri(it) && it.includes("@"))) {
    throw new RangeError("a comma in a database URI is written %2C");
  }
  const wrong = list.find((it) => it.includes("://") && !isPostgresUri(it));
  const torn = list.some(isPostgresUri) && list.some((it) => !isPostgresUri(it) && /@/.test(it));
  if (torn) throw new RangeError("a comma in a database URI is written %2C");
  if (list.length > 0 && wrong === undefined) return list;
  throw new RangeError("database names separated by commas are wanted, as in shop,crm");
}

export function logLevel(value: string): LogLevel {
  const level = readLogLevel(value);
  if (level !== null) return level;
  throw new RangeError("one of debug, info, warning, error, critical is wanted, as in info");
}

export function logHandlers(value: string): string[] {
  const handlers = names(value);
  if (handlers.every((it) => readLogHandler(it) !== null)) return handlers;
  throw new RangeError(
    "a log handler is a logger and its level, as in odoo.addons.queue_job:DEBUG or :DEBUG",
  );
}

/** At least a minute; a number alone is seconds. */
export function longDuration(value: string): number {
  const ms = duration(/^\d+(\.\d+)?$/.test(value) ? `${value}s` : value);
  if (ms >= UNIT_MS["m"]!) return ms;
  throw new RangeError("a minute or more is wanted, as in 2h");
}
