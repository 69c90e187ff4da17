import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CHANNEL_NONE, JobState, NO_DATE, Status, UNLIMITED } from "../../assembly/abi.ts";
import type { CoreExports } from "../../src/scheduler/core_exports.ts";
import { coreWithPages } from "./limited_memory.ts";

const ROOT = 0;
const MAIL = 1;
const BULK = 2;
const LINE = 3;

/** The core as a host without our JavaScript calls it: `mail`, `mail.bulk`, `line`. */
function coreWithChannels(): CoreExports {
  const abort = () => {
    throw new Error("the core has aborted");
  };
  const { exports } = new WebAssembly.Instance(coreWithPages(100), { env: { abort } });
  const core = exports as unknown as CoreExports;
  core.configureChannel(ROOT, CHANNEL_NONE, 1, 0, 0);
  core.configureChannel(MAIL, ROOT, UNLIMITED, 0, 0);
  core.configureChannel(BULK, MAIL, UNLIMITED, 0, 0);
  core.configureChannel(LINE, ROOT, UNLIMITED, 0, 0);
  return core;
}

function notify(core: CoreExports, channel: number, etaMs: number): number {
  return core.notify(0, 0, 0, 0, channel, channel, 1, NO_DATE, 10, etaMs, JobState.Waiting);
}

describe("the core, called by any host", () => {
  it("moves a channel with subchannels only while jobs are lifted", () => {
    const core = coreWithChannels();

    assertEquals(core.configureChannel(MAIL, LINE, UNLIMITED, 0, 0), Status.ChannelInUse);
    core.beginConfiguration();
    assertEquals(core.configureChannel(MAIL, LINE, UNLIMITED, 0, 0), Status.Ok);
    core.endConfiguration();

    core.checkInvariants();
  });

  it("removes no channel while jobs are lifted, whose jobs nobody counts then", () => {
    const core = coreWithChannels();
    notify(core, LINE, 0);

    core.beginConfiguration();
    assertEquals(core.removeChannel(LINE), Status.ChannelInUse);
    core.endConfiguration();

    core.checkInvariants();
    assertEquals(core.takeReady(1, 10), 1);
  });

  it("takes the two zeros for one time", () => {
    const core = coreWithChannels();
    notify(core, MAIL, 0);
    assertEquals(core.wakeupAt(-1), 0);

    assertEquals(core.takeReady(-0, 10), 1);
  });
});
