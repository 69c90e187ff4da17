import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { FoundJobs, JobFinder, JobQuestion } from "../../src/job_list.ts";
import { createApp } from "../../src/server/app.ts";
import { routeJobs } from "../../src/server/jobs_routes.ts";
import type { RunnerStatus } from "../../src/status.ts";

const HOSTILE = `</script><img src=x>&"'\u2028`;
const NONE = { database: null, uuid: null, channel: null, state: null };
const NOTHING: FoundJobs = { jobs: [], asked: 1, problems: [], problemCount: 0, isCut: false };

/** Finds one job that is as it was asked for. */
class EchoingFinder implements JobFinder {
  readonly asked: JobQuestion[] = [];
  wait: Promise<void> = Promise.resolve();

  async find(question: JobQuestion): Promise<FoundJobs | null> {
    this.asked.push(question);
    await this.wait;
    if (question.database === "unknown") return null;
    return { ...NOTHING, problems: [{ database: "shop", problem: question.uuid ?? "" }] };
  }
}

function serve() {
  const finder = new EchoingFinder();
  const app = createApp(() => ({} as RunnerStatus));
  routeJobs(app, finder);
  return { app, finder, ask: (question: string) => app.request(`/jobs?${question}`) };
}

describe("GET /jobs", () => {
  it("looks for jobs by all that is said of them", async () => {
    const { finder, ask } = serve();

    const statuses = [
      (await ask("")).status,
      (await ask("database=shop&uuid=a&channel=mail&state=failed&limit=100")).status,
      (await ask("database=unknown")).status,
    ];

    assertEquals(statuses, [200, 200, 404]);
    assertEquals(finder.asked.slice(0, 2), [
      { ...NONE, limit: 50 },
      { database: "shop", uuid: "a", channel: "root.mail", state: "failed", limit: 100 },
    ]);
  });

  it("refuses what is no question, without a word of it", async () => {
    const { finder, ask } = serve();
    const questions: readonly [string, string][] = [
      ["limit=0", "limit is no number from 1 to 100"],
      ["limit=101", "limit is no number from 1 to 100"],
      ["limit=1.5", "limit is no number"],
      ["limit=1000", "limit has more than 3 characters"],
      ["state=", "state is empty"],
      [`uuid=${"x".repeat(201)}`, "uuid has more than 200 characters"],
      ["channel=a&channel=b", "channel is given twice"],
      ["uuid=a%00b", "uuid has a control character"],
      ["%3Cscript%3E=b", "a parameter is unknown"],
      ["__proto__=a", "a parameter is unknown"],
    ];

    for (const [question, reason] of questions) {
      const response = await ask(question);
      const text = await response.text();

      assertEquals(response.status, 400, question);
      assertStringIncludes(text, reason);
      assertEquals(/script|xxx/.test(text), false);
    }
    assertEquals(finder.asked, []);
  });

  it("answers hostile texts as JSON that means nothing in HTML", async () => {
    const { ask } = serve();

    const text = await (await ask(new URLSearchParams({ uuid: HOSTILE }).toString())).text();

    assertEquals(JSON.parse(text).problems[0].problem, HOSTILE);
    assertEquals(/[<>&\u2028]/.test(text), false);
  });

  it("answers so many questions at once, and goes on afterwards", async () => {
    const { finder, ask } = serve();
    let goOn = () => {};
    finder.wait = new Promise((resolve) => goOn = resolve);
    const held = Array.from({ length: 8 }, () => ask(""));

    const refused = await ask("");
    goOn();
    const statuses = (await Promise.all(held)).map((it) => it.status);

    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
    assertEquals(new Set(statuses), new Set([200]));
    assertEquals((await ask("")).status, 200);
  });
});
