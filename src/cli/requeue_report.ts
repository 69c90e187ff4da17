import type { RequeueOptions } from "../config/requeue_options.ts";
import type { ChangedJob } from "../database/requeue.ts";
import { readable, textTable } from "./text_table.ts";

/** How many jobs of one channel and state were set back, or left alone and why. */
interface Count {
  readonly channel: string;
  readonly state: string;
  requeued: number;
  atWork: number;
  held: number;
}

const COLUMN_OF = { changed: "requeued", "at work": "atWork", held: "held" } as const;

/** What a requeue did to one database. */
export class RequeueTally {
  generation: string | null = null;
  failure: string | null = null;
  readonly notes: string[] = [];
  /** Of the jobs that the database knows, among those that were asked for by uuid. */
  readonly uuids = new Set<string>();
  readonly #counts = new Map<string, Count>();

  constructor(readonly database: string) {}

  add({ channel, state, outcome }: ChangedJob): void {
    const key = JSON.stringify([channel, state]);
    let count = this.#counts.get(key);
    if (!count) {
      this.#counts.set(key, count = { channel, state, requeued: 0, atWork: 0, held: 0 });
    }
    count[COLUMN_OF[outcome]]++;
  }

  /** By channel and state. */
  get counts(): Count[] {
    return [...this.#counts].sort(([a], [b]) => a < b ? -1 : 1).map(([, count]) => count);
  }

  requeuedIn(state: string): number {
    return sum(this.counts.filter((it) => it.state === state)).requeued;
  }
}

/** For people: what was done in each channel, what was left alone, and all together. */
export function drawRequeue(
  tallies: readonly RequeueTally[],
  { isDryRun, uuids }: RequeueOptions,
): string {
  const { requeued, atWork, held } = sum(tallies.flatMap((it) => it.counts));
  const count = tallies.filter((it) => it.generation !== null).length;
  const where = count === 1 ? "1 database" : `${count} databases`;
  const lines = [
    ...countTable(tallies, isDryRun),
    ...atWork > 0 ? ["At work: a worker of Odoo runs the job, or began less than 10 s ago"] : [],
    ...held > 0 ? ["Held: a transaction holds or has changed the row; call again for these"] : [],
    ...unknownUuids(tallies, uuids).map((it) => `No database has job ${readable(it)}`),
    isDryRun
      ? `Nothing is changed: ${jobs(requeued)} in ${where} would be requeued`
      : `Requeued: ${jobs(requeued)} in ${where}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Without a change nothing is locked, and nobody knows which rows are held. */
function countTable(tallies: readonly RequeueTally[], isDryRun: boolean): string[] {
  const all = sum(tallies.flatMap((it) => it.counts));
  const cells = ({ requeued, atWork, held }: Numbers) => {
    return isDryRun ? [requeued, atWork] : [requeued, atWork, held];
  };
  const rows = tallies.flatMap(({ database, counts }) => {
    return counts.map((it) => [readable(database), readable(it.channel), it.state, ...cells(it)]);
  });
  if (rows.length === 0) return [];
  const head = isDryRun ? ["to requeue", "at work"] : ["requeued", "at work", "held"];
  const table = [["database", "channel", "state", ...head], ...rows, [
    "all",
    "",
    "",
    ...cells(all),
  ]];
  return [...textTable(table), ""];
}

/** For programs: the same on one line. */
export function requeueJson(
  tallies: readonly RequeueTally[],
  { isDryRun, uuids }: RequeueOptions,
): string {
  const databases = tallies.map((it) => ({
    database: it.database,
    generation: it.generation,
    ...sum(it.counts),
    channels: it.counts,
    notes: it.notes,
    error: it.failure,
  }));
  const all = sum(tallies.flatMap((it) => it.counts));
  const unknown = unknownUuids(tallies, uuids);
  return `${JSON.stringify({ dryRun: isDryRun, ...all, databases, unknownUuids: unknown })}\n`;
}

type Numbers = Pick<Count, "requeued" | "atWork" | "held">;

function sum(counts: readonly Numbers[]): Numbers {
  const all = { requeued: 0, atWork: 0, held: 0 };
  for (const { requeued, atWork, held } of counts) {
    all.requeued += requeued;
    all.atWork += atWork;
    all.held += held;
  }
  return all;
}

function jobs(count: number): string {
  return count === 1 ? "1 job" : `${count} jobs`;
}

/** Jobs that were asked for and that no database knows, when all could be asked. */
function unknownUuids(tallies: readonly RequeueTally[], uuids: readonly string[]): string[] {
  if (tallies.some((it) => it.failure !== null)) return [];
  return uuids.filter((uuid) => !tallies.some((it) => it.uuids.has(uuid)));
}
