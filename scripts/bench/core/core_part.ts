import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { CORE } from "./core_player.ts";
import { PLAIN } from "./plain_player.ts";
import {
  churn,
  drain,
  eta,
  load,
  manyChannels,
  type Play,
  type Scenario,
  wakeup,
} from "./scenarios.ts";
import { SCHEDULER } from "./scheduler_player.ts";
import { playStock } from "./stock_subject.ts";
import { collectGarbage } from "./stopwatch.ts";

const SUBJECTS = [CORE, SCHEDULER, PLAIN] as const;
const STOCK = "stock";
export const CORE_COLUMNS = [
  ...SUBJECTS.map((it) => it.name),
  STOCK,
  ...[CORE.name, SCHEDULER.name].map((it) => `${STOCK} / ${it}`),
  `${PLAIN.name} / ${CORE.name}`,
];

const FEW_CHANNELS = manyChannels(100, 20_000, 2_000);
const MANY_CHANNELS = manyChannels(10_000, 20_000, 50);
const SCENARIOS: readonly Scenario[] = [
  load(10_000),
  load(100_000),
  load(1_000_000),
  drain(100_000, 4),
  drain(100_000, 100),
  churn(100_000),
  eta(100_000),
  FEW_CHANNELS,
  manyChannels(1_000, 20_000, 500),
  MANY_CHANNELS,
  wakeup(10_000, 50),
];

/** The rules alone, played by the core, the package, plain TypeScript and the stock scheduler. */
export async function measureCore(options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) rows.push(await measure(scenario, options));
  return [...rows, growth(rows)];
}

/** How much more an event costs where there are a hundred times as many channels. */
function growth(rows: readonly Row[]): Row {
  const valuesOf = ({ name }: Scenario) => rows.find((it) => it.name === name)!.values;
  const [few, many] = [valuesOf(FEW_CHANNELS), valuesOf(MANY_CHANNELS)];
  const subjects = [...SUBJECTS.map((it) => it.name), STOCK];
  const values = Object.fromEntries(subjects.map((name) => {
    return [name, few[name] && many[name] ? many[name] / few[name] : null];
  }));
  return { name: "10000 channels against 100", unit: "×", values };
}

/** Microseconds an event. The subjects take turns, so that a busy moment meets all of them. */
async function measure(scenario: Scenario, options: BenchOptions): Promise<Row> {
  const plays = new Map<string, Play[]>();
  const note = (name: string, play: Play) => {
    plays.set(name, [...(plays.get(name) ?? []), play]);
  };
  const jobs = scenario.jobs();
  for (const subject of SUBJECTS) scenario.play(subject, jobs); // warms up
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of SUBJECTS) {
      collectGarbage();
      note(subject.name, scenario.play(subject, jobs));
    }
    if (options.stock !== null) {
      note(STOCK, await playStock({ folder: options.stock, python: options.python }, scenario));
    }
  }
  checkAgreement(scenario, plays);
  const microseconds = Object.fromEntries([...plays].map(([name, all]) => {
    return [name, median(all.map((it) => it.elapsedMs * 1000 / it.events))];
  }));
  return { name: scenario.name, unit: "µs", values: withRatios(microseconds) };
}

function withRatios(values: Readonly<Record<string, number>>): Row["values"] {
  const ratio = (a: string, b: string) => {
    const [over, under] = [values[a], values[b]];
    return over === undefined || under === undefined ? null : over / under;
  };
  return {
    ...values,
    [`${STOCK} / ${CORE.name}`]: ratio(STOCK, CORE.name),
    [`${STOCK} / ${SCHEDULER.name}`]: ratio(STOCK, SCHEDULER.name),
    [`${PLAIN.name} / ${CORE.name}`]: ratio(PLAIN.name, CORE.name),
  };
}

/** A scheduler that hands out other jobs, or in another order, is not comparable. */
function checkAgreement({ name }: Scenario, plays: ReadonlyMap<string, readonly Play[]>): void {
  const sums = new Set([...plays.values()].flat().map((it) => it.checksum));
  if (sums.size > 1) throw new Error(`The schedulers do not agree on "${name}"`);
}
