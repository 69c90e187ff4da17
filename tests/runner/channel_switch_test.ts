import { assertEquals, assertThrows } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { ChannelSwitch } from "../../src/runner/channel_switch.ts";
import { ConfigError } from "../../src/scheduler/mod.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

const MAIL = { channel: "mail" };

describe("ChannelSwitch", () => {
  let driven: DrivenTurn;
  let channels: ChannelSwitch;

  beforeEach(() => {
    driven = new DrivenTurn("root:4,mail:0,root.sms:0");
    const { clock, scheduler, turn } = driven;
    channels = new ChannelSwitch({ clock, scheduler, turns: () => [turn] });
    channels.noteRead();
  });

  /** The jobs that are taken now. */
  function taken(): string[] {
    const uuids: string[] = [];
    driven.scheduler.takeEach(driven.clock.nowMs(), Infinity, (_, uuid) => void uuids.push(uuid));
    return uuids;
  }

  const failedOf = (name: string) =>
    driven.scheduler.channels().find((it) => it.name === name)?.failed;

  it("lets nothing through a new sequential channel before its failed jobs are read", () => {
    const waiting = [row("a", "pending", MAIL)];
    driven.becomeReady([...waiting, row("b", "pending", { channel: "sms" })]);

    channels.configure("root:4,mail:1:sequential");

    assertEquals([taken(), channels.isReading], [["b"], true]);
    driven.answer("scanCounted", { rows: [row("f", "failed", MAIL)] });
    driven.answerAll(waiting);
    channels.noteRead();
    assertEquals([taken(), channels.isReading, failedOf("root.mail")], [[], false, 1]);
  });

  it("lets its jobs through when none has failed, and leaves nothing behind", () => {
    const waiting = [row("a", "pending", MAIL)];
    driven.becomeReady(waiting);
    channels.configure("root:4,mail:1:sequential");
    assertEquals(taken(), []);

    driven.answerAll(waiting);
    channels.noteRead();

    assertEquals([taken(), failedOf("root.mail")], [["a"], 0]);
    assertEquals(driven.scheduler.status.jobs, 1);
  });

  it("waits ten seconds for databases that are not read", () => {
    driven.becomeReady([row("a", "pending", MAIL)]);
    channels.configure("root:4,mail:1:sequential");

    driven.clock.advance(9_999);
    assertEquals(taken(), []);
    driven.clock.advance(1);

    assertEquals(taken(), ["a"]);
  });

  it("reads nothing again where no channel has become sequential", () => {
    driven.becomeReady([row("a", "pending", MAIL)]);

    channels.configure("root:1,mail:1");

    assertEquals([driven.turn.phase, channels.isReading, taken()], ["ready", false, ["a"]]);
  });

  it("changes nothing where the string is wrong", () => {
    driven.becomeReady([row("a", "pending", MAIL)]);

    assertThrows(() => channels.configure("root:1,mail:1:sequential,sms:x"), ConfigError, "sms:x");

    assertEquals([driven.turn.phase, taken()], ["ready", ["a"]]);
  });
});
