import process from "node:process";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CORES, type Implementation } from "./implementations.ts";
import { ModelScheduler } from "./model.ts";
import { playHistory, simulate, told } from "./simulation.ts";
import { BROKEN } from "./simulation/broken.ts";
import { History } from "./simulation/history.ts";
import type { CreateScheduler, Explained, SchedulerLike } from "./scheduler_like.ts";
import { answerTo } from "./simulation/steps.ts";

// SEED=n plays that history alone; npm run simulate plays many.
const seed = process.env["SEED"];
const played = seed === undefined
  ? { firstSeed: 1, histories: 1000 }
  : { firstSeed: Number(seed), histories: 1 };

describe("a random history", () => {
  for (const { name, create } of CORES) {
    it(`has the same answers from ${name} as from the model`, () => {
      const difference = simulate({ create, ...played });

      assert(difference === null, difference === null ? "" : told(difference));
    });
  }
});

describe("an explanation in a random history", () => {
  const all: readonly Implementation[] = [
    { name: "the model", create: (it) => ModelScheduler.create(it) },
    ...CORES,
  ];
  for (const { name, create } of all) {
    it(`of ${name} says that a job is ready exactly when the next decision takes it`, () => {
      const seen = { ready: 0, waiting: 0 };
      for (let number = 1; number <= 200; number++) {
        for (const { explained, taken } of decisionsOf(number, create)) {
          const ready = explained.filter((it) => it.state === "ready").map((it) => it.key);
          const waiting = explained.filter((it) => it.state === "waiting");
          seen.ready += ready.length;
          seen.waiting += waiting.length;
          assertEquals(ready.sort(), taken.sort(), `history ${number}`);
          assert(waiting.every((it) => it.reasons.length > 0), `history ${number}`);
        }
      }

      assert(seen.ready > 1000 && seen.waiting > 1000, JSON.stringify(seen));
    });
  }
});

describe("simulate", () => {
  it("finds no difference between the model and itself", () => {
    const difference = simulate({
      create: (it) => ModelScheduler.create(it),
      firstSeed: 1,
      histories: 20,
    });

    assertEquals(difference, null);
  });

  for (const { name, create } of BROKEN) {
    it(`finds a scheduler that ${name}`, () => {
      const difference = simulate({ create, firstSeed: 1, histories: 300 });

      assert(difference !== null);
      assert(difference.steps.length <= 20, "the history is cut down");
    });
  }

  it("says by which seed and steps a difference is found", () => {
    const [broken] = BROKEN;
    assert(broken !== undefined);
    const difference = simulate({ create: broken.create, firstSeed: 1, histories: 300 });
    assert(difference !== null);

    const text = told(difference);
    const again = playHistory(difference.seed, broken.create);

    assertStringIncludes(text, `SEED=${difference.seed} `);
    assertStringIncludes(text, '"call":"takeReady"');
    assertEquals(again, difference);
  });
});

describe("History", () => {
  it("repeats itself for a seed", () => {
    const [one, other] = [stepsOf(5), stepsOf(5)];

    assertEquals(one, other);
  });

  it("reaches what the rules are about", () => {
    const seen = { handedOut: 0, finiteWakeups: 0, waitedFor: 0, refused: 0, swept: 0 };
    for (let number = 1; number <= 250; number++) {
      for (const { call, answer, nowMs } of stepsOf(number)) {
        if (call === "takeReady" && answer !== "[]") seen.handedOut++;
        if (call === "wakeupAtMs" && answer !== "Infinity") seen.finiteWakeups++;
        if (call === "wakeupAtMs" && Number(answer) > nowMs && answer !== "Infinity") {
          seen.waitedFor++;
        }
        if (answer.startsWith("throws")) seen.refused++;
        if (call === "sweep" && answer !== "0") seen.swept++;
      }
    }

    for (const [what, count] of Object.entries(seen)) assert(count >= 50, `${what}: ${count}`);
  });
});

/** The calls and answers of a history, as the model plays it. */
function stepsOf(number: number): { call: string; answer: string; nowMs: number }[] {
  const history = new History(number);
  const model = ModelScheduler.create(history.channels);
  return Array.from({ length: history.length }, () => {
    const step = history.nextStep();
    const answer = answerTo(step, model);
    if (step.call === "takeReady") history.noteTaken(JSON.parse(answer));
    return { call: step.call, answer, nowMs: "nowMs" in step ? step.nowMs : 0 };
  });
}

interface Decision {
  readonly explained: readonly (Explained & { key: string })[];
  readonly taken: string[];
}

/** Every decision of a history without a maximum, and what was said of each job right before. */
function decisionsOf(number: number, create: CreateScheduler): Decision[] {
  const history = new History(number);
  const scheduler = create(history.channels);
  const known = new Map<string, [string, string]>();
  const decisions: Decision[] = [];
  for (let step = 0; step < history.length; step++) {
    const next = history.nextStep();
    if (next.call === "notify") {
      const { database, uuid } = next.job;
      known.set(JSON.stringify([database, uuid]), [database, uuid]);
    }
    const isDecision = next.call === "takeReady" && next.max === null;
    const explained = isDecision ? explainAll(scheduler, known, next.nowMs) : [];
    const answer = answerTo(next, scheduler);
    if (next.call !== "takeReady") continue;
    const taken: [string, string][] = JSON.parse(answer);
    history.noteTaken(taken);
    if (isDecision) decisions.push({ explained, taken: taken.map((it) => JSON.stringify(it)) });
  }
  return decisions;
}

function explainAll(
  scheduler: SchedulerLike,
  known: ReadonlyMap<string, [string, string]>,
  nowMs: number,
) {
  return [...known].map(([key, [database, uuid]]) => {
    return { key, ...scheduler.explain(database, uuid, nowMs) };
  });
}
