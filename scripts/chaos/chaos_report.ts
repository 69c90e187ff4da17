import type { StateChange } from "../demo/judge_history.ts";
import type { ChaosOptions } from "./chaos_options.ts";
import { BLOCK_ROUNDS } from "./chaos_plan.ts";
import type { ChaosRunner } from "./chaos_runner.ts";
import type { ChaosVerdict } from "./chaos_verdict.ts";

const FAULTS_SHOWN = 20;
const HISTORIES_SHOWN = 4;
const LOG_LINES_SHOWN = 60;

/** What is told at the end. */
export class ChaosReport {
  operator = { requeued: 0, putBack: 0 };
  readonly #options: ChaosOptions;
  readonly #byKind = new Map<string, number>();
  #inBlock = new Set<string>();
  /** Kinds that hit nothing in twenty rounds. */
  readonly #missing: string[] = [];
  /** The last rounds, when they are fewer than twenty: kinds may be missing there. */
  #incomplete: { readonly rounds: number; readonly missing: readonly string[] } | null = null;
  #verdict: ChaosVerdict | null = null;
  #jobs = 0;
  #seconds = 0;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  /** A fault was seen to hit something. */
  count(kind: string): void {
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
    this.#inBlock.add(kind);
  }

  /** @param kinds All that may come. */
  endBlock(kinds: readonly string[], rounds: number): void {
    const missing = kinds.filter((it) => !this.#inBlock.has(it));
    if (rounds < BLOCK_ROUNDS) this.#incomplete = { rounds, missing };
    else this.#missing.push(...missing);
    this.#inBlock = new Set();
  }

  end(verdict: ChaosVerdict, jobs: number, seconds: number): void {
    this.#verdict = verdict;
    this.#jobs = jobs;
    this.#seconds = seconds;
  }

  get isOk(): boolean {
    if (this.#verdict === null || this.#missing.length > 0) return false;
    return Object.values(this.#verdict).every((it: readonly string[]) => it.length === 0);
  }

  /** The last line. */
  json(): string {
    const { rounds, seed } = this.#options;
    const { lost = [], doubleRuns = [], overCapacity = [], outOfOrder = [] } = this.#verdict ?? {};
    const byKind = [...this.#byKind].sort(([a], [b]) => a < b ? -1 : 1);
    return JSON.stringify({
      rounds,
      faults: byKind.reduce((sum, [, count]) => sum + count, 0),
      faultsByKind: Object.fromEntries(byKind),
      jobs: this.#jobs,
      lost: lost.length,
      doubleRuns: doubleRuns.length,
      overCapacity: overCapacity.length,
      outOfOrder: outOfOrder.length,
      missing: this.#missing,
      incomplete: this.#incomplete,
      operator: this.operator,
      seconds: Math.round(this.#seconds * 10) / 10,
      seed,
    });
  }

  /** For whoever has to find out: sentences, what became of the first jobs, and both logs. */
  evidence(
    verdict: ChaosVerdict,
    history: readonly StateChange[],
    runners: readonly ChaosRunner[],
  ): string[] {
    const faults = Object.values(verdict).flat() as string[];
    const names = faults.map((it) => it.split(":")[0] as string);
    const shown = [...new Set(names.filter((it) => it.includes("/")))].slice(0, HISTORIES_SHOWN);
    return [
      ...faults.slice(0, FAULTS_SHOWN),
      ...(faults.length > FAULTS_SHOWN ? [`and ${faults.length - FAULTS_SHOWN} more`] : []),
      ...shown.flatMap((name) => historyOf(name, history)),
      ...runners.flatMap(({ name, log }) => [
        `-- the last of runner ${name}, without what it asked for`,
        ...log.filter((line) => !line.includes(" asking Odoo ")).slice(-LOG_LINES_SHOWN),
      ]),
      ...runners.flatMap(({ name, log }) => [
        `-- runner ${name} on these jobs`,
        ...log.filter((line) => shown.some((it) => line.includes(it.split("/")[1] as string))),
      ]),
      `-- seed ${this.#options.seed}`,
    ];
  }
}

function historyOf(name: string, history: readonly StateChange[]): string[] {
  const changes = history.filter(({ database, uuid }) => `${database}/${uuid}` === name);
  return [
    `-- ${name}, ${changes[0]?.channel}`,
    ...changes.map(({ atMs, oldState, newState }) =>
      `${new Date(atMs).toISOString()} ${oldState} > ${newState}`
    ),
  ];
}
