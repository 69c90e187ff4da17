import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { channelNames, counts, job, notifyAll, NOW, take } from "./steps.ts";

/** Which job is which, and what is done to the jobs of one database together. */
export function databasesConformance(create: CreateScheduler): void {
  describe("a job's identity", () => {
    it("is its database and its uuid together", () => {
      const pairs = [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["", ""], [
        "ab",
        "C",
      ]] as const;
      const scheduler = create("root:9");
      for (const [database, uuid] of pairs) scheduler.notify(job(uuid, { database }));

      const taken = scheduler.takeReady(NOW).map(({ database, uuid }) => [database, uuid]);

      assertEquals(taken, pairs.map((pair) => [...pair]));
    });

    const upper = "0A1B2C3D-0000-4000-8000-00000000002F";
    const uuids: readonly (readonly [string, readonly string[]])[] = [
      ["a UUID in small and in capital letters", [upper.toLowerCase(), upper]],
      ["a UUID with letters of both kinds", [upper.toLowerCase(), upper.replace("A", "a")]],
      ["a UUID with and without dashes", [
        upper.toLowerCase(),
        upper.toLowerCase().replaceAll("-", ""),
      ]],
      ["a UUID in braces or with space around", [upper, `{${upper}}`, ` ${upper}`, `${upper} `]],
      ["a UUID and a text of the same length", [
        upper.toLowerCase(),
        "g".repeat(36),
        "-".repeat(36),
      ]],
      ["an empty text", ["", " ", "0"]],
      ["a very long text", ["x".repeat(100_000), "x".repeat(100_001), "x".repeat(99_999) + "y"]],
      ["letters beyond ASCII", ["é", "e\u0301", "日本", "🙂", "🙃", "ı", "i"]],
      ["a null character", ["a", "a\0", "a\0b", "\0"]],
      ["words that objects know", ["__proto__", "constructor", "toString"]],
    ];
    for (const [what, distinct] of uuids) {
      it(`distinguishes ${what}, and comes back unchanged`, () => {
        const scheduler = create("root:99");
        notifyAll(scheduler, distinct);
        notifyAll(scheduler, distinct);

        const taken = take(scheduler, NOW);
        for (const uuid of distinct) scheduler.forget("shop", uuid);

        assertEquals(taken, distinct);
        assertEquals(counts(scheduler, "root"), [0, 0, 0, 0]);
      });
    }

    it("may be anything in a database's name too", () => {
      const databases = ["shop", "SHOP", "", "ショップ", "__proto__", "a b\0c", "x".repeat(5000)];
      const scheduler = create("root:99");
      for (const database of databases) scheduler.notify(job("a", { database }));

      const taken = scheduler.takeReady(NOW).map(({ database }) => database);

      assertEquals(taken, databases);
    });

    it("keeps two databases' jobs of one uuid apart in all that happens to them", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { database: "one", channel: "x", state: "started" }));
      scheduler.notify(job("a", { database: "two", channel: "x" }));
      scheduler.notify(job("a", { database: "three", channel: "x", state: "failed" }));
      scheduler.forget("four", "a");
      scheduler.notify(job("a", { database: "one", channel: "x", state: "done" }));

      const seen = counts(scheduler, "root.x");

      assertEquals(seen, [1, 0, 1, 0]);
    });
  });

  describe("to forget", () => {
    it("a job twice, or one never known, is nothing", () => {
      const scheduler = create("root:1");
      notifyAll(scheduler, ["a", "b"]);
      for (const uuid of ["a", "a", "c"]) scheduler.forget("shop", uuid);
      scheduler.forget("never", "b");
      scheduler.forgetDatabase("never");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    it("a database takes all its jobs out of all channels, and no other's", () => {
      const scheduler = create("root:3,mail:2");
      notifyAll(scheduler, ["1", "2"], { database: "gone", channel: "mail", state: "started" });
      notifyAll(scheduler, ["3", "4"], { database: "gone", channel: "other" });
      scheduler.notify(job("5", { database: "gone", state: "failed" }));
      scheduler.notify(job("6", { database: "gone", state: "wait_dependencies" }));
      notifyAll(scheduler, ["1", "3", "7"], { database: "stays", channel: "mail" });
      take(scheduler, NOW);
      scheduler.forgetDatabase("gone");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["1", "3"]);
      assertEquals(channelNames(scheduler), ["root", "root.mail"]);
      assertEquals(counts(scheduler, "root"), [0, 0, 0, 0]);
    });
  });

  describe("to park a database", () => {
    it("forgets its jobs but the running ones, which go on counting", () => {
      const scheduler = create("root:2,mail:1");
      scheduler.notify(job("runs", { channel: "mail" }));
      take(scheduler, NOW);
      notifyAll(scheduler, ["w1", "w2"], { channel: "mail" });
      scheduler.notify(job("failed", { channel: "mail", state: "failed" }));
      scheduler.notify(job("parked", { channel: "mail", state: "wait_dependencies" }));
      notifyAll(scheduler, ["1", "2"], { database: "other" });
      scheduler.parkDatabase("shop");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["1"]);
      assertEquals(counts(scheduler, "root.mail"), [0, 1, 0, 0]);
    });

    it("leaves no place taken by jobs that had flowed", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("runs", { database: "other", state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.parkDatabase("shop");
      scheduler.notify(job("runs", { database: "other", state: "done" }));
      scheduler.notify(job("next", { database: "other", channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["next"]);
    });

    it("keeps the arrival of what runs, and gives what comes back a new one", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("waited"));
      scheduler.notify(job("ran", { state: "started" }));
      scheduler.parkDatabase("shop");
      notifyAll(scheduler, ["waited", "ran"]);

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["ran", "waited"]);
    });
  });

  describe("a scan", () => {
    it("forgets what it has neither notified of nor touched, and says how many", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["told", "touched", "gone 1", "gone 2"]);
      scheduler.notify(job("gone 3", { state: "started" }));
      scheduler.notify(job("gone 1", { database: "other" }));
      scheduler.beginScan("shop");
      scheduler.notify(job("told"));
      scheduler.notify(job("new"));
      scheduler.touch("shop", "touched");

      const forgotten = scheduler.sweep("shop");

      assertEquals(forgotten, 3);
      assertEquals(take(scheduler, NOW), ["told", "touched", "gone 1", "new"]);
    });

    it("forgets nothing where none has begun, nor a second time", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"]);
      const without = scheduler.sweep("shop");
      scheduler.beginScan("shop");
      scheduler.touch("shop", "a");

      const swept = [scheduler.sweep("shop"), scheduler.sweep("shop"), scheduler.sweep("never")];

      assertEquals([without, ...swept], [0, 1, 0, 0]);
    });

    it("begins anew when it is begun again", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"]);
      scheduler.beginScan("shop");
      scheduler.touch("shop", "a");
      scheduler.beginScan("shop");
      scheduler.touch("shop", "b");

      const forgotten = scheduler.sweep("shop");

      assertEquals(forgotten, 1);
      assertEquals(take(scheduler, NOW), ["b"]);
    });

    it("of one database leaves the unseen jobs of another alone", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { database: "one" }));
      scheduler.notify(job("a", { database: "two" }));
      scheduler.beginScan("one");
      scheduler.beginScan("two");
      scheduler.touch("two", "a");

      const forgotten = [scheduler.sweep("two"), scheduler.sweep("one")];

      assertEquals(forgotten, [0, 1]);
    });

    it("neither sees a job because it is handed out, nor moves one because it is touched", () => {
      const scheduler = create("root:1,mail:1");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      scheduler.beginScan("shop");
      const taken = take(scheduler, NOW);
      scheduler.touch("shop", "b");
      scheduler.touch("shop", "unknown");

      const forgotten = scheduler.sweep("shop");

      assertEquals([taken, forgotten, take(scheduler, NOW)], [["a"], 1, ["b"]]);
    });

    it("keeps its marks through a new channel string", () => {
      const scheduler = create("root:9,mail:1");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      scheduler.beginScan("shop");
      scheduler.touch("shop", "b");
      scheduler.configure("root:9");

      const forgotten = scheduler.sweep("shop");

      assertEquals([forgotten, take(scheduler, NOW)], [1, ["b"]]);
    });
  });
}
