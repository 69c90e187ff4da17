import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { notifiesAll } from "../../src/database/trigger.ts";

/** As `create trigger … after insert or update or delete … for each row` is stored. */
const ALL_CHANGES_OF_ROWS = 1 | 4 | 8 | 16;

const trigger = {
  name: "queue_job_notify",
  enabled: "O",
  type: ALL_CHANGES_OF_ROWS,
  source: "begin perform pg_notify('queue_job', new.uuid); return null; end",
};

describe("notifiesAll", () => {
  it("is content with the add-on's trigger", () => {
    assertEquals(notifiesAll([trigger], "queue_job"), true);
    assertEquals(notifiesAll([{ ...trigger, enabled: "A" }], "queue_job"), true);
  });

  it("is content with several triggers that together tell of every change", () => {
    const inserts = { ...trigger, type: 1 | 4 };
    const others = { ...trigger, type: 1 | 8 | 16 };

    assertEquals(notifiesAll([inserts, others], "queue_job"), true);
    assertEquals(notifiesAll([inserts], "queue_job"), false);
  });

  it("wants a trigger", () => {
    assertEquals(notifiesAll([], "queue_job"), false);
  });

  it("does not count a trigger that is disabled, or fires in replicas alone", () => {
    assertEquals(notifiesAll([{ ...trigger, enabled: "D" }], "queue_job"), false);
    assertEquals(notifiesAll([{ ...trigger, enabled: "R" }], "queue_job"), false);
  });

  it("does not count a trigger that notifies another channel", () => {
    assertEquals(notifiesAll([trigger], "connector"), false);
    const other = { ...trigger, source: "perform pg_notify('queue_job_lock', new.uuid);" };
    assertEquals(notifiesAll([other], "queue_job"), false);
  });

  it("does not count a trigger that only names the channel", () => {
    assertEquals(notifiesAll([{ ...trigger, source: "select 'queue_job'" }], "queue_job"), false);
  });

  it("misses an event that no trigger tells of", () => {
    for (const missing of [4, 8, 16]) {
      const type = ALL_CHANGES_OF_ROWS & ~missing;

      assertEquals(notifiesAll([{ ...trigger, type }], "queue_job"), false);
    }
  });

  it("does not count a trigger for statements: it knows no uuid", () => {
    assertEquals(notifiesAll([{ ...trigger, type: 4 | 8 | 16 }], "queue_job"), false);
  });

  it("does not count a trigger that runs before or instead of the change", () => {
    assertEquals(notifiesAll([{ ...trigger, type: trigger.type | 2 }], "queue_job"), false);
    assertEquals(notifiesAll([{ ...trigger, type: trigger.type | 64 }], "queue_job"), false);
  });
});
