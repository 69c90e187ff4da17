import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { ShownHistory } from "../../src/view.ts";
import { closedPort } from "../support/http_server.ts";
import { ProcessScene } from "../support/process_scene.ts";
import { scraped } from "../support/scraped.ts";
import { until } from "../support/until.ts";

describe("the metrics of the process", () => {
  let scene: ProcessScene;

  beforeAll(async () => {
    scene = await ProcessScene.start();
  });
  afterEach(() => scene.calm());
  afterAll(() => scene.stop());

  async function get(url: string): Promise<Response> {
    return await fetch(url, { headers: { connection: "close" } });
  }

  it("show what it did, at both of its ports", async () => {
    const database = await scene.postgres.database("16.0");
    const metricsPort = String(await closedPort());
    const host = await scene.serve(database, {
      environment: { ODOO_QUEUE_JOB_METRICS_PORT: metricsPort },
      mayWrite: false,
    });
    const [, url] = await host.untilLine(/health server: (http:\/\/127\.0\.0\.1:\d+)\/status/);
    await host.untilLine(/database connections ready/);
    await database.untilState(await database.addJob({ channel: "mail" }), "done");

    const metrics = await until("the answer is counted", async () => {
      const response = await get(`${url}/metrics`);
      assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
      const found = scraped(await response.text());
      return found.get(`odoo_jobrunner_requests_total{outcome="finished"}`) === 1 && found;
    });

    const db = `{db="${database.name}"}`;
    const labels = `{channel="root.mail",root="false",leaf="true"}`;
    assertEquals(metrics.get(`queue_job_channel_capacity${labels}`), 1);
    assertEquals(metrics.get(`queue_job_jobs_scheduled_total${db}`), 1);
    assertEquals(metrics.get("odoo_jobrunner_leader"), 1);
    assertEquals(
      metrics.get(`odoo_jobrunner_database_state{db="${database.name}",state="ready"}`),
      1,
    );
    assertEquals(metrics.get("odoo_jobrunner_job_wait_seconds_count"), 1);
    assertEquals(metrics.get("odoo_jobrunner_decision_to_answer_seconds_count"), 1);
    assertEquals(metrics.get(`odoo_jobrunner_statement_jobs_total{kind="claim"}`), 1);
    // Its insertion, and its claim at least.
    assertEquals(metrics.get("odoo_jobrunner_notifications_total")! >= 2, true);
    assertEquals(metrics.get("odoo_jobrunner_commit_to_decision_seconds_count")! >= 1, true);
    assertEquals(metrics.get(`odoo_jobrunner_listen_age_seconds${db}`)! < 60, true);
    assertEquals(metrics.get("process_resident_memory_bytes")! > 1_000_000, true);

    await database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await until("that is counted", async () => {
      const found = scraped(await (await get(`${url}/metrics`)).text());
      return found.get(`odoo_jobrunner_database_reconnects_total${db}`) === 1;
    });

    const other = await get(`http://127.0.0.1:${metricsPort}/`);
    assertEquals(scraped(await other.text()).get("odoo_jobrunner_leader"), 1);
    const history = await until("the job is history", async () => {
      const shown = await (await get(`${url}/history`)).json() as ShownHistory;
      return shown.asked.some((it) => it === 1) && shown;
    }, 60_000);
    assertEquals(history.answered.reduce((a, b) => a + b), 1);
    assertEquals(history.endMs.length, history.waitMs.length);
  });
});
