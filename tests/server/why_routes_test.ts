import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createApp } from "../../src/server/app.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { RunnerStatus } from "../../src/status.ts";
import type { ChannelWhy, DatabaseWhy, Explainer, JobsWhy } from "../../src/why.ts";

const NOTHING = { nowMs: 1, answer: "", reasons: [] };
const HOSTILE = `</script><img src=x>&"'\u2028`;

/** Answers with what it was asked. */
class EchoingExplainer implements Explainer {
  readonly asked: unknown[] = [];
  wait: Promise<void> = Promise.resolve();

  async explain(database: string | null, uuid: string): Promise<JobsWhy> {
    this.asked.push({ database, uuid });
    await this.wait;
    return { uuid, jobs: [], asked: 1 };
  }

  explainChannel(channel: string): ChannelWhy | null {
    this.asked.push({ channel });
    if (channel === "unknown") return null;
    return { ...NOTHING, channel, waitsAt: null, path: [], running: [], changes: [] };
  }

  explainDatabase(database: string): DatabaseWhy {
    this.asked.push({ database });
    return { ...NOTHING, database, status: null };
  }
}

function serve() {
  const explainer = new EchoingExplainer();
  const errors: Error[] = [];
  const app = createApp(() => ({} as RunnerStatus), (error) => errors.push(error));
  routeWhy(app, explainer);
  const ask = (question: Record<string, string>) => {
    return app.request(`/why?${new URLSearchParams(question)}`);
  };
  return { app, explainer, errors, ask };
}

describe("GET /why", () => {
  it("asks about a job, in all databases or in one", async () => {
    const { explainer, ask } = serve();

    const response = await ask({ uuid: "a b&c" });
    await ask({ uuid: "a", database: "shop" });

    assertEquals(response.status, 200);
    assertEquals(await response.json(), { uuid: "a b&c", jobs: [], asked: 1 });
    assertStringIncludes(response.headers.get("content-type") ?? "", "application/json");
    assertEquals(explainer.asked, [
      { uuid: "a b&c", database: null },
      { uuid: "a", database: "shop" },
    ]);
  });

  it("asks about a channel and about a database, and says 404 for what is not there", async () => {
    const { explainer, ask } = serve();

    const statuses = [
      (await ask({ channel: "mail" })).status,
      (await ask({ channel: "unknown" })).status,
      (await ask({ database: "shop" })).status,
    ];

    assertEquals(statuses, [200, 404, 404]);
    assertEquals(explainer.asked, [
      { channel: "mail" },
      { channel: "unknown" },
      { database: "shop" },
    ]);
  });

  it("refuses what is no question, without a word of it", async () => {
    const { app, explainer } = serve();
    const questions: readonly [string, string][] = [
      ["", "is wanted"],
      ["uuid=a&channel=b", "is wanted"],
      ["database=a&channel=b", "is wanted"],
      ["uuid=", "uuid is empty"],
      [`uuid=${"x".repeat(201)}`, "uuid has more than 200 characters"],
      [`channel=${"x".repeat(1001)}`, "channel has more than 1000 characters"],
      [`database=${"x".repeat(201)}`, "database has more than 200 characters"],
      ["uuid=a&uuid=b", "uuid is given twice"],
      ["uuid=a%00b", "uuid has a control character"],
      ["uuid=a%0Ab", "uuid has a control character"],
      ["uuid=a&%3Cscript%3E=b", "a parameter is unknown"],
      ["__proto__=a", "a parameter is unknown"],
      ["constructor=a", "a parameter is unknown"],
    ];

    for (const [question, reason] of questions) {
      const response = await app.request(`/why?${question}`);
      const text = await response.text();

      assertEquals(response.status, 400, question);
      assertStringIncludes(text, reason);
      assertEquals(/script|xxx/.test(text), false);
    }
    assertEquals(explainer.asked, []);
  });

  it("answers hostile names as JSON that means nothing in HTML", async () => {
    const { ask } = serve();

    for (const name of ["uuid", "channel", "database"]) {
      const text = await (await ask({ [name]: HOSTILE })).text();

      assertEquals(JSON.parse(text)[name], HOSTILE);
      assertEquals(/[<>&\u2028]/.test(text), false);
    }
  });

  it("answers so many questions at once, and goes on afterwards", async () => {
    const { explainer, ask } = serve();
    let goOn = () => {};
    explainer.wait = new Promise((resolve) => goOn = resolve);
    const held = Array.from({ length: 16 }, () => ask({ uuid: "a" }));

    const refused = await ask({ uuid: "b" });
    goOn();
    const statuses = (await Promise.all(held)).map((it) => it.status);

    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
    assertEquals(new Set(statuses), new Set([200]));
    assertEquals((await ask({ uuid: "b" })).status, 200);
  });

  it("hides an error, and counts no question that has failed", async () => {
    const { explainer, errors, ask } = serve();
    explainer.wait = Promise.reject(new Error("secret"));

    const texts = [];
    for (let question = 0; question < 20; question++) {
      texts.push(await (await ask({ uuid: "a" })).text());
    }

    assertEquals(new Set(texts), new Set([JSON.stringify({ error: "internal error" })]));
    assertEquals(errors.length, 20);
  });

  it("is read-only, with the headers of all answers", async () => {
    const { app } = serve();

    const post = await app.request("/why?uuid=a", { method: "POST" });
    const get = await app.request("/why?uuid=a");

    assertEquals(post.status, 405);
    assertEquals(get.headers.get("x-content-type-options"), "nosniff");
    assertEquals(get.headers.get("cache-control"), "no-store");
  });
});
