import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { CORE } from "./core_player.ts";
import { PLAIN } from "./plain_player.ts";
import { PlayingProcess } from "./playing_process.ts";
import { FEW_CHANNELS, MANY_CHANNELS, type Play, type Scenario, SCENARIOS } from "./scenarios.ts";
import { SCHEDULER } from "./scheduler_player.ts";
import { SUBJECTS } from "./subjects.ts";

const STOCK = "stock";
/** A play of ours takes 50 ms where a stock one takes seconds: a single one would be chance. */
export const PLAYS_A_TURN = 3;
export const CORE_COLUMNS = [
  ...SUBJECTS.map((it) => it.name),
  STOCK,
  ...[CORE.name, SCHEDULER.name].map((it) => `${STOCK} / ${it}`),
  ...[CORE.name, SCHEDULER.name].map((it) => `${PLAIN.name} / ${it}`),
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
  const players = new Map<string, PlayingProcess>();
  const plays = new Map<string, Play[]>();
  try {
    for (const subject of SUBJECTS) {
      players.set(subject.name, await PlayingProcess.ofSubject(subject, scenario));
    }
    if (options.stock !== null) players.set(STOCK, PlayingProcess.ofStock(scenario, options));
    for (const [name, player] of players) {
      await takeTurn(name, player); // warms up
      plays.set(name, []);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const [name, player] of players) plays.get(name)!.push(...await takeTurn(name, player));
    }
  } finally {
    for (const player of players.values()) player.stop();
  }
  checkAgreement(scenario, plays);
  const microseconds = Object.fromEntries([...plays].map(([name, all]) => {
    return [name, median(all.map((it) => it.elapsedMs * 1000 / it.events))];
  }));
  return { name: scenario.name, unit: "µs", values: withRatios(microseconds) };
}

async function takeTurn(name: string, player: PlayingProcess): Promise<Play[]> {
  const plays: Play[] = [];
  const count = name === STOCK ? 1 : PLAYS_A_TURN;
  while (plays.length < count) plays.push(await player.play());
  return plays;
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
    [`${PLAIN.name} / ${SCHEDULER.name}`]: ratio(PLAIN.name, SCHEDULER.name),
  };
}

/** A scheduler that hands out other jobs, or in another order, is not comparable. */
function checkAgreement({ name }: Scenario, plays: ReadonlyMap<string, readonly Play[]>): void {
  const sums = new Set([...plays.values()].flat().map((it) => it.checksum));
  if (sums.size > 1) throw new Error(`The schedulers do not agree on "${name}"`);
}
