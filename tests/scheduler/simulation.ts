import { ModelScheduler } from "./model.ts";
import type { CreateScheduler, SchedulerLike } from "./scheduler_like.ts";
import { History } from "./simulation/history.ts";
import { answerTo, channelsOf, type Step } from "./simulation/steps.ts";

/** A history in which the model and the subject disagree, cut down to the steps that it takes. */
export interface Difference {
  readonly seed: number;
  readonly channels: string;
  readonly steps: readonly Step[];
  /** What differs after the last of the steps. */
  readonly what: string;
  /** Number of the step (from 1) in the whole history. */
  readonly stepNumber: number;
}

export interface SimulationOptions {
  readonly create: CreateScheduler;
  readonly firstSeed: number;
  readonly histories: number;
  readonly noteProgress?: (played: number) => void;
}

/**
 * Plays random histories on the model and on a subject, and answers with the first difference, or
 * null.
 */
export function simulate(options: SimulationOptions): Difference | null {
  const { create, firstSeed, histories, noteProgress } = options;
  for (let played = 0; played < histories; played++) {
    const difference = playHistory(firstSeed + played, create);
    if (difference !== null) return difference;
    noteProgress?.(played + 1);
  }
  return null;
}

/**
 * Plays the history of one seed, and compares every answer, count and invariant after every step.
 */
export function playHistory(seed: number, create: CreateScheduler): Difference | null {
  const history = new History(seed);
  const { channels, length } = history;
  const model = ModelScheduler.create(channels);
  const subject = create(channels);
  const steps: Step[] = [];
  while (steps.length < length) {
    const step = history.nextStep();
    steps.push(step);
    const { answer, difference } = played(step, model, subject);
    if (difference !== null) {
      return {
        seed,
        stepNumber: steps.length,
        ...cutDown({ channels, steps }, create, difference),
      };
    }
    if (step.call === "takeReady") history.noteTaken(JSON.parse(answer));
  }
  return null;
}

/** A difference in words: the seed that repeats it, and the steps that lead to it. */
export function told(difference: Difference): string {
  const { seed, stepNumber, channels, steps, what } = difference;
  return [
    `SEED=${seed} differs from the model at step ${stepNumber}. The steps it takes:`,
    JSON.stringify({ channels }),
    ...steps.map((step) => JSON.stringify(step)),
    what,
  ].join("\n");
}

interface Played {
  readonly answer: string;
  readonly difference: string | null;
}

function played(step: Step, model: SchedulerLike, subject: SchedulerLike): Played {
  const answer = answerTo(step, model);
  model.checkInvariants();
  const different = (what: string, expected: string, got: string): Played => ({
    answer,
    difference: `${what}\n  model:   ${expected}\n  subject: ${got}`,
  });
  const got = answerTo(step, subject);
  if (got !== answer) return different(`${step.call} answers`, answer, got);
  const [expectedChannels, gotChannels] = [channelsOf(model), channelsOf(subject)];
  if (gotChannels !== expectedChannels) {
    return different("channels() answers", expectedChannels, gotChannels);
  }
  try {
    subject.checkInvariants();
  } catch (error) {
    return different("checkInvariants() throws", "nothing", String(error));
  }
  return { answer, difference: null };
}

interface Replay {
  readonly channels: string;
  readonly steps: readonly Step[];
}

/** Leaves out all steps without which a difference, not necessarily the same one, still shows. */
function cutDown(replay: Replay, create: CreateScheduler, what: string): Replay & { what: string } {
  let shortest = { ...replay, what };
  for (let size = replay.steps.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from + size < shortest.steps.length;) {
      const steps = shortest.steps.toSpliced(from, size);
      const shorter = replayed({ channels: replay.channels, steps }, create);
      if (shorter === null) from += size;
      else shortest = shorter;
    }
  }
  return shortest;
}

/** Plays steps up to the first difference; null when there is none. */
function replayed(
  { channels, steps }: Replay,
  create: CreateScheduler,
): Replay & { what: string } | null {
  const model = ModelScheduler.create(channels);
  const subject = create(channels);
  for (const [index, step] of steps.entries()) {
    const { difference } = played(step, model, subject);
    if (difference !== null) {
      return { channels, steps: steps.slice(0, index + 1), what: difference };
    }
  }
  return null;
}
