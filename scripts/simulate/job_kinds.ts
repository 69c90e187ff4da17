/** A kind of job on the simulated host. */
export interface JobKind {
  /** What it belongs to; null is root, as of jobs that name no channel. */
  readonly channel: string | null;
  /** Each database has a channel of its own below it, made on the fly unless it is configured. */
  readonly isPerDatabase: boolean;
  /** Jobs draw one of them. */
  readonly priorities: readonly number[];
  /** Durations are log-normal: this is the middle one, `spread` the deviation of the logarithm. */
  readonly medianMs: number;
  readonly spread: number;
  /** How many ask to be run again later, how many fail in the end, how many come with an eta. */
  readonly retriedShare: number;
  readonly failedShare: number;
  readonly laterShare: number;
}

const USUAL = {
  isPerDatabase: false,
  priorities: [10],
  spread: 1,
  retriedShare: 0.02,
  failedShare: 0.003,
  laterShare: 0,
};

const DOCUMENT: JobKind = { ...USUAL, channel: null, priorities: [5, 10], medianMs: 1_500 };
const MAIL: JobKind = { ...USUAL, channel: "mail", medianMs: 300, spread: 0.8, laterShare: 0.05 };
const SYNC: JobKind = { ...USUAL, channel: "sync", isPerDatabase: true, medianMs: 800 };
const ACCOUNTING: JobKind = {
  ...USUAL,
  channel: "accounting",
  isPerDatabase: true,
  medianMs: 1_000,
  spread: 0.8,
  failedShare: 0.0005,
};

/** What people and shops cause, and how much of it. */
export const BY_DAY: readonly { readonly kind: JobKind; readonly share: number }[] = [
  { kind: DOCUMENT, share: 0.2 },
  { kind: MAIL, share: 0.4 },
  { kind: SYNC, share: 0.3 },
  { kind: ACCOUNTING, share: 0.1 },
];
/** What the crons of all databases cause at a full hour, in the same moment. */
export const NIGHTLY: JobKind = {
  ...USUAL,
  channel: "nightly",
  priorities: [20],
  medianMs: 1_000,
};
/** What one database causes all at once: it imports a catalogue, say. */
export const FLOOD: JobKind = { ...SYNC, medianMs: 400, failedShare: 0 };

export const KINDS: readonly JobKind[] = [...BY_DAY.map((it) => it.kind), NIGHTLY, FLOOD];

/** How much of a day's jobs are crons'. */
export const NIGHTLY_SHARE = 0.2;
/** For how many of the largest databases the channel string has a sequential channel. */
export const SEQUENTIAL_COUNT = 10;

/** So many places that an average day fills half of them. */
export function workersFor(jobsADay: number): number {
  const byDay = BY_DAY.reduce((sum, { kind, share }) => sum + share * meanMs(kind), 0);
  const perJobMs = (1 - NIGHTLY_SHARE) * byDay + NIGHTLY_SHARE * meanMs(NIGHTLY);
  return Math.max(8, Math.ceil(2 * jobsADay * perJobMs / 86_400_000));
}

/** Of a log-normal distribution. */
function meanMs({ medianMs, spread }: JobKind): number {
  return medianMs * Math.exp(spread * spread / 2);
}

/**
 * The channels of a host that shares its workers with care: no kind of job can fill them all, no
 * database more than a few of them with what it synchronises, and the largest keep their books in
 * order.
 *
 * @param largest Names of the largest databases.
 */
export function channelsFor(workers: number, largest: readonly string[]): string {
  const part = (share: number) => Math.max(1, Math.floor(workers * share));
  return [
    `root:${workers}`,
    `mail:${part(0.25)}`,
    `sync:${part(0.5)}:subcapacity=${part(0.06)}`,
    `accounting:${part(0.25)}:subcapacity=1`,
    `nightly:${part(0.5)}`,
    ...largest.map((it) => `accounting.${it}:1:sequential`),
  ].join(",");
}
