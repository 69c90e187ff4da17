import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readCommandLine } from "../../src/config/command_line.ts";
import { readRequeueOptions, type RequeueOptions } from "../../src/config/requeue_options.ts";
import type { Mistake } from "../../src/scheduler/errors.ts";
import { inspect } from "./fake_machine.ts";

interface Read {
  readonly options: RequeueOptions;
  readonly mistakes: readonly string[];
}

function read(...argv: string[]): Read {
  const commandLine = readCommandLine(["requeue", ...argv]);
  const mistakes: Mistake[] = [...commandLine.mistakes];
  const options = readRequeueOptions(commandLine.options, mistakes);
  return { options, mistakes: mistakes.map(({ entry, reason }) => `${entry}: ${reason}`) };
}

describe("readRequeueOptions", () => {
  it("takes failed jobs of any channel and age unless told otherwise", () => {
    assertEquals(read(), {
      options: {
        ...{ channel: null, states: ["failed"], olderThanMs: null, uuids: [] },
        ...{ isDryRun: false, isJson: false },
      },
      mistakes: [],
    });
  });

  it("takes lists, in one option or several, and units of time", () => {
    const { options, mistakes } = read(
      ...["--state=Failed, started", "--uuid=a,b", "--uuid", "c", "--older-than=1.5h"],
      ...["--channel=mail.bulk", "--dry-run", "--json"],
    );

    assertEquals(mistakes, []);
    assertEquals(options, {
      ...{ channel: "root.mail.bulk", states: ["started", "failed"], olderThanMs: 5_400_000 },
      ...{ uuids: ["a", "b", "c"], isDryRun: true, isJson: true },
    });
    const times = ["0s", "90s", "30m", "2d"].map((it) => read(`--older-than=${it}`));
    assertEquals(times.map((it) => it.options.olderThanMs), [0, 90_000, 1_800_000, 172_800_000]);
  });

  const WRONG: readonly (readonly [string, string])[] = [
    ["--older-than=60", "a number with its unit s, m, h or d is wanted"],
    ["--older-than=-1h", "a number with its unit"],
    ["--older-than=4000d", "up to 3650d"],
    ["--older-than=1h' or true", "a number with its unit"],
    ["--state=done", "some of enqueued, started, failed are wanted, as in failed"],
    ["--state=failed,pending", "some of enqueued, started, failed are wanted"],
    ["--channel=mail,sync", "the name of one channel is wanted"],
    ["--uuid=,", "uuids of jobs separated by commas are wanted"],
    ["--dry-run=perhaps", "one of true, false, 1, 0, yes, no is wanted"],
  ];
  for (const [option, reason] of WRONG) {
    it(`refuses ${option}`, () => {
      const { mistakes: [mistake = "", ...others] } = read(option);

      assertStringIncludes(mistake, reason);
      assertEquals(others, []);
    });
  }

  it("wants an age or uuids for jobs that may be at work", () => {
    const { mistakes } = read("--state=enqueued,started,failed", "--channel=mail");

    assertEquals(mistakes, [
      "--state=enqueued,started,failed: a job that is enqueued or started may be at work: say " +
      "for how long it must have been so, as in --older-than=6h, or which jobs you mean, with " +
      "--uuid",
    ]);
    assertEquals(read("--state=started", "--older-than=0s").mistakes, []);
    assertEquals(read("--state=enqueued", "--uuid=a").mistakes, []);
  });
});

describe("the settings of requeue", () => {
  it("are those of the databases, from wherever the runner has them", () => {
    const { settings, mistakes, warnings } = inspect({
      argv: ["requeue", "--db-user=me"],
      environment: {
        ODOO_QUEUE_JOB_CHANNELS: "root:0",
        ODOO_QUEUE_JOB_PORT: "x",
        PGPORT: "5433",
      },
      files: { "/home/odoo/.odoorc": "[options]\ndb_host = db\ndbfilter = ^shop" },
    });

    assertEquals([settings.dbHost, settings.dbPort, settings.dbUser, settings.dbfilter], [
      ...["db", 5433, "me", "^shop"],
    ]);
    assertEquals([mistakes, warnings], [[], []]);
  });
});
