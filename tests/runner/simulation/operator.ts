import type { Statement } from "../../../src/database/statement.ts";
import type { Steering } from "../../../src/runner/steering.ts";
import type { SteerTarget } from "../../../src/steering.ts";
import type { Random } from "../../scheduler/random.ts";
import type { ChannelRules } from "./channel_rules.ts";
import { type Event, mayHappen } from "./event.ts";
import { Violation } from "./violation.ts";

export interface OperatorOptions {
  readonly steering: Steering;
  readonly databases: readonly string[];
  readonly rules: ChannelRules;
  readonly random: Random;
}

/** What takes a job, reads for it, or writes rows that nobody has in hand. */
const UNWANTED: readonly Statement["kind"][] = [
  "claim",
  "scanWaiting",
  "requeueLost",
  "requeueStarted",
];

/**
 * Somebody who pauses and resumes what the runner does, and watches that it keeps to that: nothing
 * that is paused is taken, and of a paused database no row is touched that is not in hand.
 */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #paused = new Map<string, SteerTarget>();

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  events(): Event[] {
    const { steering, random, databases, rules } = this.#options;
    const events: Event[] = [];
    const target = random.pick<SteerTarget>([
      { what: "database", name: random.pick(databases) },
      { what: "channel", name: random.pick(rules.names) },
      { what: "everything", name: null },
    ]);
    const key = keyOf(target.what, target.name);
    if (!this.#paused.has(key)) {
      mayHappen(events, key)("outside", 0.04, "is paused by an operator", () => {
        this.#paused.set(key, target);
        steering.pause(target, "operator");
      });
    }
    if (this.#paused.size > 0) {
      const [resumedKey, resumed] = random.pick([...this.#paused]);
      const may = mayHappen(events, resumedKey);
      may("outside", 1, "is resumed by an operator", () => this.#resume(resumed));
    }
    return events;
  }

  resumeAll(): void {
    for (const target of [...this.#paused.values()]) this.#resume(target);
  }

  noteTaken(database: string, uuid: string, channel: string): void {
    const line = this.#options.rules.lineOf(channel);
    const keys = [
      keyOf("everything", null),
      keyOf("database", database),
      ...line.map((it) => keyOf("channel", it)),
    ];
    const paused = keys.find((it) => this.#paused.has(it));
    if (paused) throw new Violation(`${database}/${uuid} is taken although ${paused} is paused`);
  }

  noteSent(database: string, { kind }: Statement): void {
    if (!this.#paused.has(keyOf("database", database)) || !UNWANTED.includes(kind)) return;
    throw new Violation(`${kind} is sent although ${database} is paused`);
  }

  #resume(target: SteerTarget): void {
    this.#paused.delete(keyOf(target.what, target.name));
    this.#options.steering.resume(target, "operator");
  }
}

function keyOf(what: SteerTarget["what"], name: string | null): string {
  return name === null ? what : `${what} ${name}`;
}
