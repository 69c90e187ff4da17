import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CHANNELS_MAX } from "../../src/metrics/channel_families.ts";
import { NAMES_MAX } from "../../src/metrics/counts_by_name.ts";
import { exposed } from "../../src/metrics/exposition.ts";
import { familiesOf } from "../../src/metrics/families.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import type { RunnerStatus } from "../../src/status.ts";
import { channelStatus, databaseStatus, runnerStatus } from "../support/runner_status.ts";
import { HAS_PROMTOOL, promtool, scraped } from "../support/scraped.ts";

async function metricsOf(changes: Partial<RunnerStatus>, recorder = new Recorder()) {
  return scraped(await exposed(familiesOf(runnerStatus(changes), recorder)));
}

function labelsOf(channel: string, root: boolean, leaf: boolean): string {
  return `{channel="${channel}",root="${root}",leaf="${leaf}"}`;
}

describe("familiesOf", () => {
  it("shows channels as the add-on's draft does: those that run count up to root", async () => {
    const channels = [
      channelStatus("root", { capacity: 4, running: 1 }),
      channelStatus("root.mail", { capacity: 2, waiting: 7, failed: 3 }),
      channelStatus("root.mail.bulk", { running: 2, parked: 5 }),
    ];

    const metrics = await metricsOf({ channels });

    const of = (name: string) =>
      [
        labelsOf("root", true, false),
        labelsOf("root.mail", false, false),
        labelsOf("root.mail.bulk", false, true),
      ].map((labels) => metrics.get(`queue_job_channel_${name}${labels}`));
    assertEquals(of("capacity"), [4, 2, Infinity]);
    assertEquals(of("pending"), [0, 7, 0]);
    assertEquals(of("running"), [3, 2, 2]);
    assertEquals(of("failed"), [0, 3, 0]);
    assertEquals(of("waiting_dependencies"), [0, 0, 5]);
    assertEquals(metrics.get("queue_job_jobs_to_do"), 1 + 7 + 3 + 2 + 5);
  });

  it("shows how long the oldest jobs wait, by channel and by database", async () => {
    const metrics = await metricsOf({
      nowMs: 100_000,
      channels: [channelStatus("root", { waitingSinceMs: 40_000 })],
      databases: [
        databaseStatus("shop", "ready", { waitingSinceMs: 70_000, heardMs: 99_000 }),
        databaseStatus("crm", "standby", { heardMs: 1_000 }),
      ],
    });

    const oldest = "odoo_jobrunner_database_oldest_waiting_seconds";
    const channel = labelsOf("root", true, true);
    assertEquals(metrics.get(`odoo_jobrunner_channel_oldest_waiting_seconds${channel}`), 60);
    assertEquals([`${oldest}{db="shop"}`, `${oldest}{db="crm"}`].map((it) => metrics.get(it)), [
      30,
      0,
    ]);
    // What another runner holds need not be heard.
    const heard = [...metrics].filter(([name]) => name.startsWith("odoo_jobrunner_listen_age"));
    assertEquals(heard, [[`odoo_jobrunner_listen_age_seconds{db="shop"}`, 1]]);
  });

  it("shows the channels with the most jobs, and all others together", async () => {
    const channels = Array.from({ length: CHANNELS_MAX + 100 }, (_, number) => {
      return channelStatus(`root.c${number}`, { waiting: number, running: 1, waitingSinceMs: 500 });
    });

    const metrics = await metricsOf({ channels });

    const shown = [...metrics.keys()].filter((it) => it.startsWith("queue_job_channel_pending"));
    const others = labelsOf("(others)", false, false);
    assertEquals(shown.length, CHANNELS_MAX + 1);
    assertEquals(metrics.get(`queue_job_channel_pending${others}`), 99 * 100 / 2);
    assertEquals(metrics.get(`queue_job_channel_running${others}`), 100);
    assertEquals(metrics.get(`odoo_jobrunner_channel_oldest_waiting_seconds${others}`), 1.5);
    assertEquals(metrics.has(`queue_job_channel_capacity${others}`), false);
  });

  it("shows some databases one by one, those in trouble first, and counts all", async () => {
    const databases = Array.from({ length: NAMES_MAX + 100 }, (_, number) => {
      return databaseStatus(`db${number}`, number < NAMES_MAX + 99 ? "ready" : "quarantined", {
        heardMs: 1_000,
      });
    });

    const metrics = await metricsOf({ databases });

    const states = [...metrics.keys()].filter((it) => it.includes("_database_state{"));
    assertEquals(states.length, NAMES_MAX);
    assertEquals(states[0], `odoo_jobrunner_database_state{db="db299",state="quarantined"}`);
    assertEquals(metrics.get(`odoo_jobrunner_databases{state="ready"}`), NAMES_MAX + 99);
    assertEquals(metrics.get(`odoo_jobrunner_databases{state="paused"}`), 0);
    assertEquals(metrics.get(`odoo_jobrunner_listen_age_seconds{db="(others)"}`), 1);
  });

  it("shows waits that the scheduler has counted by bits as a histogram", async () => {
    const counts = Array.from({ length: 33 }, () => 0);
    [counts[0], counts[8], counts[9], counts[32]] = [1, 2, 4, 8];

    const metrics = await metricsOf({ takenWaits: { counts, totalMs: 1_500 } });

    const name = "odoo_jobrunner_job_wait_seconds";
    const of = (it: string) => metrics.get(`${name}_${it}`);
    assertEquals(
      [`bucket{le="0.256"}`, `bucket{le="0.512"}`, `bucket{le="16777.216"}`].map(of),
      [3, 7, 7],
    );
    assertEquals([`bucket{le="+Inf"}`, "count", "sum"].map(of), [15, 15, 1.5]);
  });

  it("tells the leader from one that stands by, and an Odoo that is away", async () => {
    const odoo = { ...runnerStatus().odoo, open: false };
    const metrics = await metricsOf({ phase: "standby", odoo });

    assertEquals(metrics.get("odoo_jobrunner_leader"), 0);
    assertEquals(metrics.get("odoo_jobrunner_odoo_up"), 0);
    assertEquals((await metricsOf({})).get("odoo_jobrunner_leader"), 1);
  });

  it("says nothing twice, whatever databases and channels are called", async () => {
    const names = [`a"b`, "line\nend", "back\\slash", `{}`, "ä€😀", ""];
    const recorder = new Recorder();
    for (const name of names) recorder.asked(name);
    const text = await exposed(familiesOf(
      runnerStatus({
        channels: names.map((it) => channelStatus(`root.${it}`)),
        databases: names.map((it) => databaseStatus(it, "ready", { heardMs: 1 })),
      }),
      recorder,
    ));

    const lines = text.split("\n").filter((it) => it !== "" && !it.startsWith("#"));
    assertEquals(scraped(text).size, lines.length);
    if (HAS_PROMTOOL) assertEquals(promtool(["check", "metrics"], text), "");
  });
});
