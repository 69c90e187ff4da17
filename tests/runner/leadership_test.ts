import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { setImmediate } from "node:timers/promises";
import type { Database, SessionEvents } from "../../src/database/database.ts";
import { type Session, SessionLost } from "../../src/database/session.ts";
import { type Group, Leadership } from "../../src/runner/leadership.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogLines } from "../support/log_lines.ts";

const TERMINATED = new SessionLost("57P01", "terminated by an administrator");

/** A database whose sessions hear what they say, and hold the lock of the group. */
class LockDatabase {
  readonly name: string;
  readonly openedMs: number[] = [];
  /** Groups that another runner leads. */
  readonly taken = new Set<string>();
  /** Groups whose lock is ours. */
  readonly held = new Set<string>();
  readonly #clock: FakeClock;
  readonly #isForUs: boolean;
  #events: SessionEvents = {};

  constructor(name: string, clock: FakeClock, isForUs = true) {
    this.name = name;
    this.#clock = clock;
    this.#isForUs = isForUs;
  }

  // deno-lint-ignore require-await
  async openSession(events: SessionEvents): Promise<Session> {
    if (!this.#isForUs) throw Object.assign(new Error("no right"), { code: "42501" });
    this.openedMs.push(this.#clock.nowMs());
    this.#events = events;
    const session = {
      isOpen: true,
      isBehindPooler: false,
      // deno-lint-ignore require-await
      run: async (text: string) => {
        if (text.includes("pg_notify")) events.onNotify?.("", "");
        return [{ nowMs: this.#clock.nowMs() }];
      },
      abandon: () => {},
      end: () => {
        this.held.clear();
        return Promise.resolve();
      },
    };
    return session as unknown as Session;
  }

  lockGroup(_session: Session, group: string): Promise<boolean> {
    const isFree = !this.taken.has(group);
    if (isFree) this.held.add(group);
    return Promise.resolve(isFree);
  }

  unlockGroup(_session: Session, group: string): Promise<void> {
    this.held.delete(group);
    return Promise.resolve();
  }

  terminate(): void {
    this.#events.onLost?.(TERMINATED);
  }
}

function groupOf(name: string, databases: readonly LockDatabase[]): Group {
  return { name, databases: databases as unknown as readonly Database[] };
}

describe("Leadership", () => {
  let told: string[];

  beforeEach(() => {
    told = [];
  });

  /** @param random 1: each pause is as long as it may be. */
  function start(clock: FakeClock, databases: readonly LockDatabase[], random = 0): Leadership {
    const leadership = new Leadership({
      ...{ clock, random: () => random, logger: new LogLines().logger("runner") },
      timing: { heartbeatIntervalMs: 10_000, heartbeatDeadlineMs: 5_000 },
      group: groupOf("a", databases),
      onLead: () => told.push("leads"),
      onStandBy: () => told.push("stands by"),
      onLose: (reason) => {
        told.push(reason);
        return Promise.resolve();
      },
    });
    leadership.start();
    return leadership;
  }

  /** All that follows at once, and what is due by then. */
  async function pass(clock: FakeClock, ms: number): Promise<void> {
    await setImmediate();
    clock.advance(ms);
    await setImmediate();
    clock.advance(0);
    await setImmediate();
  }

  it("is back at once when its session in the maintenance database was terminated", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    const leadership = start(clock, [postgres, new LockDatabase("shop", clock)]);
    await pass(clock, 0);

    postgres.terminate();
    await pass(clock, 0);

    assertEquals(postgres.openedMs, [0, 0]);
    await leadership.stop();
  });

  it("keeps out of Odoo's way where its lock lives in a database of Odoo's", async () => {
    const clock = new FakeClock();
    const shop = new LockDatabase("shop", clock);
    const leadership = start(clock, [new LockDatabase("postgres", clock, false), shop]);
    await pass(clock, 0);

    shop.terminate();
    await pass(clock, 2_999);
    const meanwhile = [...shop.openedMs];
    await pass(clock, 1);

    assertEquals([meanwhile, shop.openedMs], [[0], [0, 3_000]]);
    await leadership.stop();
  });

  it("comes back less and less often while its session ends again and again", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    const leadership = start(clock, [postgres], 1);
    await pass(clock, 0);

    for (let loss = 0; loss < 7; loss++) {
      postgres.terminate();
      for (let ms = 0; ms < 5_000 && postgres.openedMs.length < loss + 2; ms += 250) {
        await pass(clock, 250);
      }
    }

    const pauses = postgres.openedMs.slice(1).map((ms, it) => ms - postgres.openedMs[it]!);
    assertEquals(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    await leadership.stop();
  });

  it("comes back soon again after it has led for a while", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    const leadership = start(clock, [postgres], 1);
    await pass(clock, 0);
    postgres.terminate();
    await pass(clock, 250);
    postgres.terminate();
    await pass(clock, 500);

    await pass(clock, 15_000);
    postgres.terminate();
    await pass(clock, 250);

    assertEquals(postgres.openedMs, [0, 250, 750, 16_000]);
    await leadership.stop();
  });

  it("goes on leading when other databases are chosen, with their lock instead", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    const leadership = start(clock, [postgres]);
    await pass(clock, 0);

    leadership.regroup(groupOf("b", [postgres, new LockDatabase("crm", clock)]));
    await pass(clock, 0);

    assertEquals([told, [...postgres.held], postgres.openedMs], [["leads"], ["b"], [0]]);
    await leadership.stop();
  });

  it("stands by when another runner leads those databases", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    postgres.taken.add("b");
    const leadership = start(clock, [postgres]);
    await pass(clock, 0);

    leadership.regroup(groupOf("b", [postgres]));
    await pass(clock, 0);
    const meanwhile = [...postgres.held];
    postgres.taken.clear();
    await pass(clock, 1_000);

    const reason = "another one leads the databases that are chosen now";
    assertEquals(told, ["leads", reason, "stands by", "leads"]);
    assertEquals([meanwhile, [...postgres.held]], [[], ["b"]]);
    await leadership.stop();
  });

  it("waits for the lock of the databases that are chosen while it stands by", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock);
    postgres.taken.add("a");
    const leadership = start(clock, [postgres]);
    await pass(clock, 0);

    leadership.regroup(groupOf("b", [postgres]));
    await pass(clock, 1_000);

    assertEquals([told, [...postgres.held]], [["stands by", "leads"], ["b"]]);
    await leadership.stop();
  });

  it("begins anew where the lock lives in a database that may not be chosen any more", async () => {
    const clock = new FakeClock();
    const postgres = new LockDatabase("postgres", clock, false);
    const [shop, crm] = [new LockDatabase("shop", clock), new LockDatabase("crm", clock)];
    const leadership = start(clock, [postgres, shop]);
    await pass(clock, 0);

    leadership.regroup(groupOf("b", [postgres, crm]));
    await pass(clock, 0);

    assertEquals(told, ["leads", "other databases are chosen", "leads"]);
    assertEquals([[...shop.held], [...crm.held]], [[], ["b"]]);
    await leadership.stop();
  });
});
