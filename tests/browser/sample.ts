import { createHash } from "node:crypto";
import { Scheduler } from "../../src/scheduler/mod.ts";
import type { View } from "../../src/view.ts";
import { UNSTEERED } from "../support/shown_view.ts";
import { databaseStatus, runnerStatus } from "../support/runner_status.ts";

const CHANNELS = [
  "root:12",
  ...["mail:4", "mail.bulk:2", "mail.reminders:1:throttle=5"],
  ...["stock:6", "stock.pickings:4", "stock.inventory:1:sequential", "stock.labels:0"],
  ...["sap:1:sequential", "export:3:paused", "export.csv:2", "import:4"],
].join(",");
/** Jobs of each channel: waiting, running, failed. */
const JOBS: Readonly<Record<string, readonly [number, number, number]>> = {
  "mail.bulk": [12_480, 2, 0],
  "mail.reminders": [38, 1, 0],
  "mail": [3, 0, 2],
  "stock.pickings": [214, 4, 0],
  "stock.inventory": [9, 0, 1],
  "stock.labels": [0, 1, 0],
  "sap": [52, 1, 0],
  "export.csv": [640, 0, 0],
  "import": [0, 2, 0],
};
const MINUTE = 60_000;

/** A shop in the afternoon, as `nowMs` is. */
export function sampleView(nowMs: number): View {
  const status = runnerStatus({ nowMs, version: "0.2.0", startedMs: nowMs - 9 * 24 * 60 * MINUTE });
  const { channels, count } = sampleScheduler(nowMs).overview({ max: 200 });
  const databases = [
    databaseStatus("archive", "recovering", {
      ...{ sinceMs: nowMs - 40_000, reason: "the connection was closed by the server" },
    }),
    databaseStatus("shop_de", "ready", {
      ...{ inFlight: 8, heardMs: nowMs - 4_000, waitingSinceMs: nowMs - 17 * MINUTE },
      sinceMs: nowMs - 60 * MINUTE,
    }),
    databaseStatus("shop_fr", "ready", {
      ...{ inFlight: 3, heardMs: nowMs - 7_000, waitingSinceMs: nowMs - 2 * MINUTE },
      sinceMs: nowMs - 60 * MINUTE,
    }),
  ];
  return {
    ...{ version: status.version, phase: status.phase, startedMs: status.startedMs, nowMs },
    odoo: { ...status.odoo, url: "http://odoo:8069" },
    scheduler: { ...status.scheduler, jobs: 13_441 },
    inFlight: { claimed: 0, asked: 11, unsure: 0, returning: 0 },
    ...{ channels, channelCount: count, databases, databaseCount: databases.length },
    databaseStates: { recovering: 1, ready: 2 },
    steering: UNSTEERED,
    lastHour: sampleHour(nowMs),
  };
}

export function sampleScheduler(nowMs: number): Scheduler {
  const scheduler = Scheduler.create(CHANNELS);
  for (const [channel, [waiting, running, failed]] of Object.entries(JOBS)) {
    const add = (count: number, state: string) => {
      for (let number = 0; number < count; number++) {
        scheduler.notify({
          ...{ database: "shop_de", uuid: sampleUuid(channel, state, number), channel, state },
          ...{ sequence: number, createdMs: nowMs - (count - number) * 80 - 30_000 },
          ...{ priority: 10, etaMs: null },
        });
      }
    };
    add(waiting, "pending");
    add(running, "started");
    add(failed, "failed");
  }
  scheduler.waits.survey(nowMs, 1_000_000);
  return scheduler;
}

/** Always the same for the same job, and of no form that anybody would doubt. */
export function sampleUuid(channel: string, state: string, number: number): string {
  const text = createHash("sha256").update(`${channel} ${state} ${number}`).digest("hex");
  const part = (from: number, to: number) => text.slice(from, to);
  return [part(0, 8), part(8, 12), `4${part(13, 16)}`, `a${part(17, 20)}`, part(20, 32)].join("-");
}

/** Busy in waves, with a peak half an hour ago. */
function sampleHour(nowMs: number): View["lastHour"] {
  const stepMs = 30_000;
  const steps = Array.from({ length: 120 }, (_, at) => at);
  const wave = (at: number) =>
    Math.max(
      0,
      2 + Math.sin(at / 7) + Math.sin(at / 2.3) / 2 + 3 * Math.exp(-((at - 62) ** 2) / 90),
    );
  const asked = steps.map((at) => Math.round(stepMs / 1_000 * 2.4 * wave(at)));
  const waitMs = steps.map((at) => 180 * wave(at) ** 2);
  return {
    ...{ stepMs, asked, answered: asked, waitMs, waitP95Ms: waitMs.map((it) => it * 3.2) },
    endMs: steps.map((at) => nowMs - (119 - at) * stepMs),
  };
}
