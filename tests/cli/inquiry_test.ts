import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { DatabaseState, RunnerStatus } from "../../src/status.ts";
import type { Explainer, JobWhy, Reason, RunningJob } from "../../src/why.ts";
import { told, toldChange } from "../../src/sentences.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { closedPort, TestServer } from "../support/http_server.ts";

const HOSTILE = "evil\u001b[2J\u202e";
const NONE = { count: 0, oldest: [] };

const RESUMED = "resumed by anna, paused by the settings, capacity by ben";

function statusWith(changes: Partial<RunnerStatus> = {}, ...states: DatabaseState[]): RunnerStatus {
  return {
    ...{ version: "1.2.3", phase: "running", startedMs: 0, nowMs: 600_000 },
    databases: states.map((state, index) => ({
      ...{ name: `db${index}`, state, reason: state === "ready" ? null : HOSTILE, sinceMs: 0 },
      ...{ generation: "queue_job 16.0", inFlight: 2, stranded: NONE, suspectedDead: NONE },
      ...{ heardMs: 0, waitingSinceMs: null },
    })),
    channels: [
      {
        ...{ name: "root", capacity: 4, sequential: false, throttle: null, paused: false },
        ...{ waiting: 7, running: 2, failed: 1, parked: 0, waitingSinceMs: null },
      },
      {
        ...{ name: "root.mail", capacity: null, sequential: false, throttle: 2, paused: true },
        ...{ waiting: 0, running: 0, failed: 0, parked: 0, waitingSinceMs: null },
      },
    ],
    odoo: { url: "http://localhost:8069", open: true, reason: null, sinceMs: 0, waiting: 3 },
    inFlight: { claimed: 0, asked: 2, unsure: 0, returning: 0 },
    takenWaits: { counts: [], totalMs: 0 },
    steering: { paused: [], resumed: [], capacities: [] },
    scheduler: { state: "deciding", reason: null, jobs: 9, memoryBytes: 0, trapCount: 0 },
    ...changes,
  };
}

function jobWhy(database: string, uuid: string, ...reasons: Reason[]): JobWhy {
  return {
    ...{ database, uuid, nowMs: 0, answer: "", row: null, known: "waiting", waitsAt: "root" },
    history: [],
    reasons: reasons.map((it) => told(it, 0)),
    path: [{ ...statusWith().channels[0]!, taken: 4 }],
  };
}

describe("a question to the running process", () => {
  let served: Served | null = null;
  const clock = new SystemClock();

  afterEach(async () => {
    await served?.close();
    served = null;
    assertEquals(clock.openTimers, 0);
  });

  async function serveAnswers(explainer: Partial<Explainer>, status = statusWith({}, "ready")) {
    const app = createApp(() => status);
    routeWhy(app, explainer as Explainer);
    served = await serve({ app, host: "127.0.0.1", port: 0, clock });
  }

  async function run(...argv: string[]) {
    let output = "";
    let errors = "";
    const where = served ? [`--health-port=${served.port}`] : [];
    const code = await runCommand(fakeMachine({ argv: [...argv, ...where] }), "1.2.3", {
      write: (text) => output += text,
      writeError: (text) => errors += text,
    });
    return { code, output, errors };
  }

  const answering = (...jobs: JobWhy[]): Partial<Explainer> => ({
    explain: (_, uuid) => Promise.resolve({ uuid, jobs, asked: 3 }),
  });

  it("says all reasons of a job, and its way, and answers 3", async () => {
    const reason = { kind: "full", channel: "root", taken: 4, capacity: 4, sequential: false };
    const job = jobWhy("shop", "a", { kind: "reading" }, reason as Reason);
    const detail = HOSTILE;
    const seen = { atMs: 0, event: "answered", detail, text: `over: ${detail}` } as const;
    await serveAnswers(answering({ ...job, history: [seen] }));

    const { code, output, errors } = await run("why", "a");

    assertEquals([code, errors], [3, ""]);
    assertEquals(
      output,
      `Job a of database shop
  the jobs of all databases are read first
  channel root is full (4 of 4)

  channel  taken  capacity  waiting  running  failed
> root         4         4        7        2       1

Seen by this job runner:
  1970-01-01T00:00:00.000Z  "over: evil\\u001b[2J\\u{202e}"
`,
    );
  });

  it("writes the answer as JSON, with the same exit code", async () => {
    const job = jobWhy("shop", "a", { kind: "paused", channel: "root" });
    await serveAnswers(answering(job));

    const { code, output } = await run("why", "--json", "a");

    assertEquals([code, JSON.parse(output)], [3, { uuid: "a", jobs: [job], asked: 3 }]);
  });

  it("answers 0 when nothing holds it back, and 4 when there is none", async () => {
    const seen = [];
    for (
      const reason of [
        { kind: "next" },
        { kind: "runs", sinceMs: 0 },
        { kind: "over", state: "done", sinceMs: 0 },
        { kind: "inHands", state: "asked", sinceMs: 0 },
        { kind: "inHands", state: "returning", sinceMs: 0 },
        { kind: "missing" },
        { kind: "unreadable", problem: "refused" },
        { kind: "database", state: "unserved", reason: null, sinceMs: null },
      ] as const
    ) {
      await serveAnswers(answering(jobWhy("shop", "a", reason)));
      seen.push((await run("why", "a")).code);
      await served?.close();
    }
    await serveAnswers(answering());
    const none = await run("why", "--uuid=a", "--database=shop");

    assertEquals(seen, [0, 0, 0, 0, 3, 4, 1, 4]);
    assertEquals([none.code, none.output], [4, "No job a in 3 databases\n"]);
  });

  it("asks about channels and databases", async () => {
    const asked: string[] = [];
    const nothing = { nowMs: 0, answer: "", reasons: [], waitsAt: null, path: [] };
    const paused = [told({ kind: "paused", channel: HOSTILE }, 0)];
    const changes = [toldChange({ kind: "capacity", capacity: 7, by: HOSTILE, sinceMs: 0 })];
    const running: RunningJob[] = [
      { database: "shop", uuid: HOSTILE, channel: "root", state: "asked", sinceMs: -5_000 },
      { database: "shop", uuid: "b", channel: "root", state: "claimed", sinceMs: null },
    ];
    await serveAnswers({
      explainChannel: (channel) => {
        asked.push(channel);
        return channel.endsWith("no")
          ? null
          : { ...nothing, channel, reasons: paused, running, changes };
      },
      explainDatabase: (database) => {
        asked.push(database);
        const status = database === "no" ? null : statusWith({}, "ready").databases[0]!;
        return { ...nothing, database, status };
      },
    });

    const channels = [await run("why", "--channel=mail"), await run("why", "--channel=no")];
    const databases = [await run("why", "-d", "shop"), await run("why", "--database=no")];

    assertEquals(asked, ["root.mail", "root.no", "shop", "no"]);
    assertEquals([...channels, ...databases].map((it) => it.code), [3, 4, 0, 4]);
    assertEquals(channels[0]!.output.includes("\u001b"), false);
    assertStringIncludes(channels[0]!.output, '\n  "its capacity is 7 by evil');
    assertStringIncludes(
      channels[0]!.output.replaceAll(/evil[^ ]*/g, "…"),
      "\nWhat takes its places, the first of them:\n" +
        '  "… of database shop, asked for 5 s"\n  b of database shop, claimed\n',
    );
    assertStringIncludes(channels[1]!.output, "knows no channel root.no");
    assertStringIncludes(databases[0]!.output, "Database shop\n  nothing holds it back\n");
  });

  it("shows the status at one look", async () => {
    const wish = { by: "anna", sinceMs: 0 };
    const steering = {
      paused: [{ what: "channel", name: "root.mail", ...wish }],
      resumed: [{ what: "channel", name: "root", ...wish }],
      capacities: [{ channel: "root", capacity: 4, by: "ben", sinceMs: 0 }],
    } as const;
    await serveAnswers({}, statusWith({ steering }, "ready", "recovering"));

    const { code, output } = await run("status");

    assertEquals(code, 3);
    assertEquals(output.includes("\u001b") || output.includes("\u202e"), false);
    assertEquals(
      output.replace(/"evil.*/, "…").replace(RESUMED, "RESUMED"),
      `odoo-jobrunner 1.2.3, up for 10 min: leading
Odoo at http://localhost:8069: there, 3 jobs wait for a worker
Scheduler deciding; 9 jobs known, 2 in hand

database  state       since   add-on          in hand  reason
db0       ready       10 min  queue_job 16.0        2
db1       recovering  10 min  queue_job 16.0        2  …

channel  capacity  running  waiting  failed  parked
root     4               2        7       1       0  RESUMED
  mail   no limit        0        0       0       0  throttle 2 s, paused by anna
`,
    );
  });

  it("answers by the status whether all is well", async () => {
    const codes = [];
    const odoo = { ...statusWith().odoo, open: false, reason: "refused" };
    const scheduler = { ...statusWith().scheduler, state: "trapped", reason: "x" } as const;
    for (
      const status of [
        statusWith({}, "ready", "standby", "ignored", "paused", "scanning"),
        statusWith({ phase: "standby" }),
        statusWith({ phase: "starting" }),
        statusWith({ odoo }, "ready"),
        statusWith({ scheduler }, "ready"),
        statusWith({}, "ready", "foreign"),
      ]
    ) {
      await serveAnswers({}, status);
      const { code, output } = await run("status", "--json");
      assertEquals(JSON.parse(output), JSON.parse(JSON.stringify(status)));
      codes.push(code);
      await served?.close();
    }

    assertEquals(codes, [0, 0, 3, 3, 3, 3]);
  });

  it("answers 1 when nobody can be asked, or somebody else answers", async () => {
    const port = await closedPort();
    const stranger = await TestServer.onRequest(({ response }) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Odoo</h1>");
    });

    const absent = await run("status", `--url=http://127.0.0.1:${port}`);
    const other = await run("why", "a", `--url=http://127.0.0.1:${stranger.port}`);
    await stranger.close();

    assertEquals([absent.code, other.code], [1, 1]);
    assertMatch(absent.errors, /^Cannot ask the job runner at http:\/\/127.0.0.1:\d+: \S/);
    assertStringIncludes(other.errors, "who answers is no job runner");
  });

  it("says what is wrong with the question, and answers 2", async () => {
    const argvs = [
      ["why"],
      ["why", "a", "--channel=b"],
      ["why", "--uuid="],
      ["why", "a", "--url=ftp://x"],
      ["status", "--url=x"],
      ["status", "a"],
    ];

    for (const argv of argvs) {
      const { code, output, errors } = await run(...argv);

      assertEquals([code, output], [2, ""], argv.join(" "));
      assertMatch(errors, /^Cannot use "/);
    }
  });

  it("explains itself, its exit codes too", async () => {
    for (const command of ["why", "status"]) {
      const { code, output } = await run(command, "--help");

      assertEquals(code, 0);
      assertMatch(output, /\nEXIT STATUS\n {4}0 {2}\S[^]*\n {4}3 {2}/);
      assertStringIncludes(output, "\n    --health-port PORT\n");
    }
  });
});
