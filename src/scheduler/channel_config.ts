import { ConfigError, type Mistake } from "./errors.ts";
import { nearestWord } from "./nearest_word.ts";

/** One channel as configured. */
export interface ChannelConfig {
  /** Full name: `root`, `root.mail.bulk`. */
  readonly name: string;
  /** Null is unlimited. 0 is possible for root alone: run nothing. */
  readonly capacity: number | null;
  readonly sequential: boolean;
  /** Between two releases; 0 is none. */
  readonly throttleMs: number;
  /** Capacity of the channels that are made on the fly directly below this one. */
  readonly subcapacity: number | null;
  readonly paused: boolean;
}

/** What an operator changes of a channel, whatever the channel string says. */
export interface ChannelChange {
  /** Of no effect on a sequential channel, whose capacity is 1. */
  readonly capacity?: number;
  readonly paused?: boolean;
}

/**
 * The channel tree of a channel string: root first, parents before children, none missing between.
 */
export interface ChannelPlan {
  readonly channels: readonly ChannelConfig[];
  readonly warnings: readonly string[];
}

const ROOT = "root";
/** The core counts in signed 32-bit numbers. */
const CAPACITY_MAX = 2 ** 31 - 1;
/** What is longer is a file given by mistake, and would be shown with each mistake in it. */
const ENTRY_LENGTH_MAX = 1000;
/** The known keys, each with a right example. */
const EXAMPLE_OF: ReadonlyMap<string, string> = new Map([
  ["sequential", "sequential"],
  ["throttle", "throttle=2"],
  ["subcapacity", "subcapacity=1"],
  ["paused", "paused"],
]);

/**
 * Reads a channel string: `name[:capacity[:key[=value]]…]`, separated by commas or line ends.
 *
 * @param text Such as `root:4,mail:2,mail.bulk:1:sequential:throttle=2`.
 * @param options `strict` makes mistakes of unknown keys, which are warnings otherwise.
 * @throws {ConfigError} With every mistake of the string.
 */
export function parseChannels(text: string, options: { strict?: boolean } = {}): ChannelPlan {
  const mistakes: Mistake[] = [];
  const warnings: string[] = [];
  const channels = new Map<string, ChannelConfig>([[ROOT, { ...unlimited(ROOT), capacity: 1 }]]);
  const entryOf = new Map<string, string>();
  for (const entry of text.split(/[,\r\n]/).map((it) => it.trim())) {
    if (entry === "") continue;
    if (entry.length > ENTRY_LENGTH_MAX) {
      const reason = `an entry has at most ${ENTRY_LENGTH_MAX} characters, as in "mail:2"`;
      mistakes.push({ entry: entry.slice(0, 40), reason });
      continue;
    }
    const reader = new EntryReader(entry, options.strict ?? false);
    const channel = reader.read();
    mistakes.push(...[...new Set(reader.mistakes)].map((reason) => ({ entry, reason })));
    warnings.push(...reader.warnings.map((warning) => `CHANNELS="${entry}": ${warning}`));
    if (reader.mistakes.length > 0) continue;
    const earlier = entryOf.get(channel.name);
    if (earlier !== undefined) {
      warnings.push(`CHANNELS="${entry}": replaces "${earlier}" for the same channel`);
    }
    entryOf.set(channel.name, entry);
    for (const parent of ancestors(channel.name)) {
      if (!channels.has(parent)) channels.set(parent, unlimited(parent));
    }
    channels.set(channel.name, channel);
  }
  if (mistakes.length > 0) throw new ConfigError("CHANNELS=", mistakes);
  return { channels: [...channels.values()], warnings };
}

/** The channel with a change, if any, laid over it. */
export function changedChannel(
  channel: ChannelConfig,
  change: ChannelChange | undefined,
): ChannelConfig {
  const { capacity = channel.capacity, paused = channel.paused } = change ?? {};
  return { ...channel, capacity: channel.sequential ? channel.capacity : capacity, paused };
}

/** A channel's name with `root.` before it, which may be left out; no name is root. */
export function fullChannelName(name: string | null): string {
  if (name === null || name === "" || name === ROOT) return ROOT;
  return name.startsWith(`${ROOT}.`) ? name : `${ROOT}.${name}`;
}

/** Reads one entry, and notes what is wrong with it. What it reads counts only without mistakes. */
class EntryReader {
  readonly mistakes: string[] = [];
  readonly warnings: string[] = [];
  readonly #strict: boolean;
  readonly #parts: readonly string[];
  readonly #name: string;

  constructor(entry: string, strict: boolean) {
    this.#strict = strict;
    this.#parts = entry.split(":").map((it) => it.trim());
    this.#name = this.#parts[0] ?? "";
  }

  read(): ChannelConfig {
    this.#checkName();
    const keysFrom = isKey(this.#parts[1] ?? "") ? 1 : 2;
    const keys = this.#keys(this.#parts.slice(keysFrom));
    const sequential = this.#flag("sequential", keys);
    const capacity = this.#capacity(keysFrom === 2 ? this.#parts[1] : undefined, keys);
    if (sequential && capacity !== 1 && !Number.isNaN(capacity)) {
      this.#refuse("a sequential channel has capacity 1", "1:sequential");
    }
    return {
      name: fullChannelName(this.#name),
      capacity,
      sequential,
      throttleMs: this.#throttleMs(keys.get("throttle")),
      subcapacity: this.#subcapacity(keys.get("subcapacity")),
      paused: this.#flag("paused", keys),
    };
  }

  #checkName(): void {
    if (this.#name.split(".").some((part) => part.trim() === "")) {
      this.#refuse("a name has no empty part", "2");
    } else if (this.#name.includes("=")) {
      const [head = ""] = this.#name.split("=");
      this.warnings.push(`"=" is part of the name; a capacity is given as in "${head.trim()}:2"`);
    }
  }

  #keys(parts: readonly string[]): Keys {
    const keys = new Map<string, string | null>();
    for (const part of parts) {
      const equals = part.indexOf("=");
      const key = equals < 0 ? part : part.slice(0, equals).trim();
      if (keys.has(key)) {
        const example = `1:${EXAMPLE_OF.get(key) ?? part}`;
        this.#refuse(`the key "${key}" stands once in an entry`, example);
      } else if (!isKey(key)) this.#meetUnknownKey(key);
      keys.set(key, equals < 0 ? null : part.slice(equals + 1).trim());
    }
    return keys;
  }

  /** A key of tomorrow must not stop a start in production. */
  #meetUnknownKey(key: string): void {
    const nearest = nearestWord(key, EXAMPLE_OF.keys());
    const known = nearest === null
      ? `known are ${[...EXAMPLE_OF.keys()].join(", ")}, as in "${this.#example("1:sequential")}"`
      : `meant may be "${this.#example(`1:${EXAMPLE_OF.get(nearest)}`)}"`;
    const reason = `the key "${key}" is unknown, ${known}`;
    if (this.#strict) this.mistakes.push(reason);
    else this.warnings.push(`${reason}; it is ignored`);
  }

  /**
   * Null is unlimited, NaN not readable. `text` is undefined when the entry has no place for it.
   */
  #capacity(text: string | undefined, keys: Keys): number | null {
    const isRoot = fullChannelName(this.#name) === ROOT;
    if (text === undefined || text === "") {
      if (keys.has("sequential")) return 1;
      if (keys.has("subcapacity")) return isRoot ? 1 : null;
      const [key] = keys.keys();
      if (this.#parts.length > 1) {
        const rest = key === undefined ? "1" : `1:${EXAMPLE_OF.get(key) ?? key}`;
        this.#refuse("a capacity comes after the name", rest);
      }
      return 1;
    }
    const capacity = wholeNumber(text);
    if (Number.isNaN(capacity)) {
      this.#refuse(`a capacity is a whole number up to ${CAPACITY_MAX}`, "2");
    } else if (capacity === 0 && !isRoot) {
      const paused = this.#example("1:paused");
      this.warnings.push(`capacity 0 is no limit of its own; to stop it write "${paused}"`);
      return null;
    }
    return capacity;
  }

  #flag(key: string, keys: Keys): boolean {
    const value = keys.get(key)?.toLowerCase() ?? String(keys.has(key));
    if (value !== "true" && value !== "false") {
      this.#refuse(`${key} is true or false`, `1:${key}=true`);
    }
    return value === "true";
  }

  #throttleMs(value: string | null | undefined): number {
    if (value === undefined) return 0;
    const throttleMs = Math.round(Number(value) * 1000);
    if (/^\d+(\.\d+)?$/.test(value ?? "") && Number.isSafeInteger(throttleMs)) return throttleMs;
    this.#refuse("a throttle is a number of seconds", "1:throttle=2");
    return 0;
  }

  #subcapacity(value: string | null | undefined): number | null {
    if (value === undefined) return null;
    const subcapacity = wholeNumber(value ?? "");
    if (Number.isNaN(subcapacity)) {
      this.#refuse("a subcapacity is a whole number", "4:subcapacity=1");
    } else if (subcapacity === 0) {
      this.warnings.push("subcapacity 0 is no limit for the channels made below this one");
    }
    return subcapacity === 0 ? null : subcapacity;
  }

  #refuse(reason: string, rest: string): void {
    this.mistakes.push(`${reason}, as in "${this.#example(rest)}"`);
  }

  /** An entry for this channel that is right, even where the name is not. */
  #example(rest: string): string {
    const name = this.#name.split(".").filter((part) => part.trim() !== "").join(".");
    return `${name || "mail"}:${rest}`;
  }
}

/** The keys of an entry with their values; null is a key without a value. */
type Keys = ReadonlyMap<string, string | null>;

function isKey(part: string): boolean {
  const [key = ""] = part.split("=");
  return EXAMPLE_OF.has(key.trim());
}

/** Not negative, without a sign, and not too large for the core; else NaN. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) && Number(text) <= CAPACITY_MAX ? Number(text) : NaN;
}

function unlimited(name: string): ChannelConfig {
  const none = { sequential: false, throttleMs: 0, subcapacity: null, paused: false };
  return { name, capacity: null, ...none };
}

/** The channels above one, root first. */
function ancestors(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}
