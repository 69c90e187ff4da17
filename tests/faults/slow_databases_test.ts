import { assert, assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const BARRIER_MS = 10_000;
/** All slots for making sessions, and one more. */
const MANY = 9;

describe("a database that hangs", () => {
  let scene: FaultScene;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** Whoever asks what the database is has to wait; answers how to let it go. */
  async function lockModules({ sql }: TestDatabase): Promise<() => Promise<void>> {
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table ir_module_module in access exclusive mode`;
    return async () => {
      await holder`rollback`;
      holder.release();
    };
  }

  /** New connections to these hang before the first answer. */
  function hang(databases: readonly { readonly name: string }[]): void {
    scene.toPostgres.filter = ({ link, bytes }) => {
      return databases.some(({ name }) => link.opening.includes(`\0${name}\0`)) ? null : bytes;
    };
  }

  it("at the start keeps no other waiting longer than the barrier", async () => {
    const slow = await scene.postgres.database("16.0");
    const good = await scene.postgres.database("16.0");
    const letGo = await lockModules(slow);
    test = scene.run([slow, good], { clock: new HastyClock({ [BARRIER_MS]: 1_000 }) });

    const uuid = await good.addJob();
    await good.untilState(uuid, "done");
    const state = test.stateOf(slow);
    const late = await slow.addJob();
    await letGo();

    await slow.untilState(late, "done");
    assertEquals(state, "connecting");
    assertEquals(scene.runsOf(good, [uuid]), ONCE);
  });

  it("gives its slot to others, however many hang", async () => {
    const hanging = Array.from({ length: MANY }, (_, index) => ({ name: `hanging${index}` }));
    const good = await scene.postgres.database("16.0");
    hang(hanging);
    test = scene.run([...hanging as TestDatabase[], good], {
      clock: new HastyClock({ [BARRIER_MS]: 2_000 }),
    });

    const uuid = await good.addJob();
    await good.untilState(uuid, "done");

    assertEquals(hanging.map((it) => test.stateOf(it)), hanging.map(() => "connecting"));
  });

  it("is one of eight that are connected at the same time", async () => {
    const hanging = Array.from({ length: 2 * MANY }, (_, index) => ({ name: `missing${index}` }));
    const links = () => hanging.reduce((sum, it) => sum + scene.linksTo(it).length, 0);
    let most = 0;
    let isHanging = true;
    scene.toPostgres.filter = ({ link, bytes }) => {
      most = Math.max(most, links());
      const isOne = hanging.some(({ name }) => link.opening.includes(`\0${name}\0`));
      return isOne && isHanging ? null : bytes;
    };
    // A slot is kept for as long as it takes.
    test = scene.run(hanging as TestDatabase[], { clock: new HastyClock({ 1_000: 60_000 }) });
    await until("all slots are taken", () => links() === MANY - 1);

    isHanging = false;
    for (const it of hanging) scene.linksTo(it).forEach((link) => link.cut({ withReset: true }));
    const failed = (it: { name: string }) => test.stateOf(it) === "recovering";
    await until("all have been tried", () => hanging.every(failed));

    assertEquals(most, MANY - 1);
  });

  it("does not keep a stop waiting, whatever it hangs in", async () => {
    const connecting = await scene.postgres.database("16.0");
    const preparing = await scene.postgres.database("16.0");
    const letGo = await lockModules(preparing);
    hang([connecting]);
    test = scene.run([connecting, preparing]);
    await until("one is asked what it is", async () => {
      const rows = await scene.postgres.admin`
        select 1 from pg_stat_activity where wait_event_type = 'Lock'
        and datname = ${preparing.name} and application_name like 'odoo_jobrunner%'`;
      return rows.length > 0;
    });
    await until("one is being connected", () => scene.linksTo(connecting).length > 0);

    const beginMs = performance.now();
    await test.stop();
    const tookMs = performance.now() - beginMs;
    await letGo();

    // Connecting alone may take 5 s, a statement 20.
    assert(tookMs < 4_000, `the stop took ${Math.round(tookMs)} ms`);
  });

  it("hinders no other when it is the one in which databases are listed", async () => {
    const database = await scene.postgres.database("16.0");
    test = scene.run(null, {
      databaseFilter: new RegExp(`^${database.name}$`),
      discoveryIntervalMs: 50,
    });
    await test.untilReady(database);
    const isListing = (opening: string) => opening.includes("odoo_jobrunner_discovery");
    scene.toPostgres.filter = ({ link, bytes }) => isListing(link.opening) ? null : bytes;
    await until("the list hangs", () => {
      return [...scene.toPostgres.links].some((it) => isListing(it.opening));
    });

    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    const beginMs = performance.now();
    await test.stop();

    assert(performance.now() - beginMs < 4_000, "the stop waits for the list");
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });
});
