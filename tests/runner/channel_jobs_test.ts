import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { ChannelJobs } from "../../src/runner/channel_jobs.ts";
import type { Served } from "../../src/runner/served_databases.ts";
import type { Reason } from "../../src/why.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

const FAILED: Reason = { kind: "failed", channel: "root.line", failed: 1 };

describe("ChannelJobs", () => {
  let driven: DrivenTurn;
  let jobs: ChannelJobs;

  beforeEach(() => {
    driven = new DrivenTurn("root:9,mail:2,line:1:sequential");
    const { turn, blocking, scheduler } = driven;
    const served = { turn, blocking } as Served;
    jobs = new ChannelJobs({ scheduler, databases: () => ["shop"], served: () => served });
  });

  function read(uuid: string, state: string, channel: string): void {
    driven.turn.notified(uuid);
    driven.answer("read", { rows: [row(uuid, state, { channel, enqueuedMs: 7 })] });
  }

  const running = (channel: string) =>
    jobs.runningIn(channel).map((it) => `${it.uuid} ${it.state}`);

  it("names what an earlier runner has left, before what is in our hands", () => {
    driven.becomeReady([
      row("old", "started", { channel: "mail", enqueuedMs: 7 }),
      row("other", "enqueued", { enqueuedMs: 5 }),
      row("mine", "pending", { channel: "mail.bulk" }),
    ]);

    driven.ask("mine");

    assertEquals(running("root.mail"), ["old started", "mine asked"]);
    assertEquals(running("root"), ["other enqueued", "old started", "mine asked"]);
    assertEquals(jobs.runningIn("root.mail")[0], {
      ...{ database: "shop", uuid: "old", channel: "root.mail", state: "started", sinceMs: 7 },
    });
  });

  it("names a job that is in our hands once, whatever its row says", () => {
    driven.becomeReady([row("mine", "pending", { channel: "mail" })]);
    driven.ask("mine");

    read("mine", "started", "mail");

    assertEquals(running("root.mail"), ["mine asked"]);
  });

  it("does not name what has been requeued, is over or is gone", () => {
    driven.becomeReady(
      ["a", "b", "c"].map((uuid) => row(uuid, "started", { channel: "mail" })),
    );

    read("a", "pending", "mail");
    read("b", "done", "mail");
    driven.turn.notified("c");
    driven.answer("read");

    assertEquals(running("root.mail"), []);
  });

  it("does not name what another scan has not found any more", () => {
    driven.becomeReady([row("a", "started", { channel: "mail" })]);

    driven.turn.lost();
    driven.becomeReady([]);

    assertEquals([running("root.mail"), [...driven.blocking.all()]], [[], []]);
  });

  it("names the first that failed in a sequential channel, until it is no longer so", () => {
    driven.becomeReady([]);
    read("elsewhere", "failed", "mail");
    read("a", "failed", "line");
    read("b", "failed", "root.line");

    const seen = [jobs.named(FAILED)];
    read("a", "done", "line");
    seen.push(jobs.named(FAILED));
    read("b", "cancelled", "line");
    seen.push(jobs.named(FAILED));

    const first = (uuid: string) => ({ ...FAILED, first: { database: "shop", uuid } });
    assertEquals(seen, [first("a"), first("b"), FAILED]);
  });

  it("names a job that failed in our hands", () => {
    driven.becomeReady([row("a", "pending", { channel: "line" })]);
    driven.ask("a");

    read("a", "failed", "line");
    driven.turn.answered("a", { kind: "failed", status: 500 });

    assertEquals(jobs.named(FAILED), { ...FAILED, first: { database: "shop", uuid: "a" } });
  });

  it("names no failed job that the core does not know any more", () => {
    driven.becomeReady([]);
    read("a", "failed", "line");

    driven.turn.lost();

    assertEquals(jobs.named(FAILED), FAILED);
  });
});
