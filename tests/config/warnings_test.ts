import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Environment } from "../../src/config/sources.ts";
import { inspectFile } from "./fake_machine.ts";

const FILE = "/home/odoo/.odoorc";

/** The warnings of a file, beside that of missing channels. */
function warnings(text: string, environment: Environment = {}): readonly string[] {
  return inspectFile(text, { environment, argv: ["--channels=root:4"] }).warnings;
}

describe("a name that is not read", () => {
  it("is told with the section that it looks like", () => {
    for (const name of ["queue-job", "queuejob", "Queue_Job", "queue_jobs", "queue"]) {
      assertEquals(warnings(`[${name}]\nchannels = root:4\n`), [
        `${FILE} [${name}] is not read, meant may be [queue_job]`,
      ]);
    }
    assertEquals(warnings("[connector]\n"), [
      `${FILE} [connector] is not read, meant may be [options-connector]`,
    ]);
    assertEquals(warnings("[job_runner]\n"), [
      `${FILE} [job_runner] is not read, meant may be [jobrunner]`,
    ]);
  });

  it("is told with the key that it looks like", () => {
    assertEquals(warnings("[queue_job]\nchanels = root:4\n"), [
      `${FILE} [queue_job] chanels is not read, meant may be channels`,
    ]);
    assertEquals(warnings("[jobrunner]\ndb_hots = x\ncolour = red\n"), [
      `${FILE} [jobrunner] db_hots is not read, meant may be db_host`,
      `${FILE} [jobrunner] colour is not read`,
    ]);
  });

  it("is told when it stands in [options] and belongs elsewhere", () => {
    assertEquals(warnings("[options]\nchannels = root:4\njobrunner_db_host = db\n"), [
      `${FILE} [options] channels is not read there, channels stands in [queue_job]`,
      `${FILE} [options] jobrunner_db_host is not read there, jobrunner_db_host stands in ` +
      "[queue_job]",
    ]);
  });

  it("is told when it is a variable", () => {
    const environment = {
      ODOO_QUEUE_JOB_CHANNEL: "root:4",
      ODOO_JOBRUNNER_COLOUR: "red",
      ODOO_VERSION: "16.0",
      ODOO_QUEUE_JOB_PORT: "8069",
    };

    assertEquals(warnings("", environment), [
      "ODOO_QUEUE_JOB_CHANNEL is not read, meant may be ODOO_QUEUE_JOB_CHANNELS",
      "ODOO_JOBRUNNER_COLOUR is not read",
    ]);
  });

  it("is passed over when it looks like none of ours", () => {
    const file = "[options]\naddons_path = /x\nadmin_passwd = y\nproxy_mode = True\n" +
      "[queue_job]\nfuture = 1\n[base_import]\nx = 1\n[server_environment]\ny = 2\n";

    assertEquals(warnings(file), []);
  });
});

describe("limits of Odoo", () => {
  it("are told when its threads have too few connections", () => {
    assertEquals(warnings("[options]\ndb_maxconn = 3\n"), [
      "the capacity of root is 4, but Odoo without workers has 3 database connections " +
      "(db_maxconn): jobs beyond them fail",
    ]);
    assertEquals(warnings("[options]\nworkers = 0\n"), []);
  });

  it("are told when it has too few workers", () => {
    assertEquals(warnings("[options]\nworkers = 2\n"), [
      "the capacity of root is 4, but Odoo has 2 workers: jobs beyond them wait, and users with " +
      "them",
    ]);
  });

  it("are told when it ends long jobs", () => {
    assertEquals(warnings("[options]\nworkers = 4\nlimit_time_real = 120\n"), [
      "Odoo ends every job after 120 seconds: raise limit_time_real above the longest job",
    ]);
    assertEquals(warnings("[options]\nworkers = 4\nlimit_time_real = 3600\n"), []);
  });

  it("are told when a job may be taken for dead while it runs", () => {
    const told = (text: string, after: string) =>
      warnings(`[options]\nworkers = 4\n${text}[jobrunner]\nrequeue_started_after = ${after}\n`);
    const start = "may be set back while they run: Odoo ";

    assertStringIncludes(told("", "90")[0] ?? "", `${start}lets a job run for 120 seconds`);
    assertStringIncludes(
      told("limit_time_real = 7200\n", "1h").at(0) ?? "",
      `${start}lets a job run for 7200 seconds`,
    );
    assertStringIncludes(
      told("limit_time_real = 0\n", "1h").at(0) ?? "",
      `${start}sets no limit to a job`,
    );
    assertEquals(told("limit_time_real = 3600\n", "1h"), []);
    assertEquals(told("", "2m"), []);
  });
});
