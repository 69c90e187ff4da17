import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HostDay } from "../../scripts/simulate/host_day.ts";
import { readHostOptions } from "../../scripts/simulate/host_options.ts";

const SMALL = "--databases=40 --jobs-a-day=4000 --flood=600 --workers=6".split(" ");
const NO_FAULTS = {
  ...{ doubleRuns: 0, tooEarly: 0, overCapacity: 0, outOfOrder: 0, miscounts: 0, lost: 0 },
};

function play(...options: readonly string[]) {
  return new HostDay(readHostOptions([...SMALL, ...options])).play();
}

describe("HostDay", () => {
  it("runs every job once for each time it was to run, and loses none", () => {
    const day = play();

    assertEquals(day.faults, NO_FAULTS);
    assertEquals(day.done + day.failed, day.created);
    assertEquals(day.runs, day.created + day.retried + day.requeued);
    assertEquals(day.checks, day.hours.length);
    assert(day.created > 4_000 && day.retried > 0 && day.failed > 0, JSON.stringify(day));
  });

  it("is the same day for the same seed, another for another one", () => {
    const [day, again, other] = [play(), play(), play("--seed=2")];

    assertEquals(again, day);
    assert(other.created !== day.created);
  });

  it("counts what comes, runs and waits in each hour", () => {
    const { hours, created, runs, mostWaiting, places } = play();

    assertEquals(places, 6);
    assertEquals(hours.reduce((sum, it) => sum + it.created, 0), created);
    assertEquals(hours.reduce((sum, it) => sum + it.runs, 0), runs);
    assertEquals(Math.max(...hours.map((it) => it.mostWaiting)), mostWaiting);
    assert(hours.every((it) => it.usedShare >= 0 && it.usedShare <= 1));
    assert(hours[10]!.usedShare > hours[22]!.usedShare, "people work by day");
  });

  it("requeues what blocks a sequential channel, and goes on in order", () => {
    const channels = "accounting:1:sequential,mail:1:sequential";

    const day = play("--workers=20", `--channels=${channels}`, "--jobs-a-day=8000");

    assertEquals(day.faults, NO_FAULTS);
    assert(day.requeued > 0, "the day must have a job that fails in a sequential channel");
  });

  it("shows that a capacity of its own keeps a flood from the others", () => {
    const othersWait = (channels: string) => {
      const { waits } = play("--flood=6000", `--channels=${channels}`);
      return waits.find((it) => it.name === "in mail")!.inFlood.percentileMs(0.5);
    };

    const [guarded, open] = ["root:6,sync:3,mail:3", "root:6"].map(othersWait);

    assert(guarded! < 1_000, `${guarded} ms`);
    assert(open! > 20_000, `${open} ms`);
  });

  it("leaves all others as they are when there is no flood", () => {
    const runsOf = (...options: readonly string[]) => {
      return play(...options).waits.map(({ name, allDay }) => [name, allDay.count] as const)
        .filter(([name]) => name.startsWith("in "));
    };

    assertEquals(runsOf("--flood=0"), runsOf());
  });

  it("says what is left when a channel is paused", () => {
    const day = play("--channels=mail:1:paused", "--hours=2");

    assert(day.faults.lost > 0);
    assertEquals({ ...day.faults, lost: 0 }, NO_FAULTS);
    assertEquals(day.done + day.failed + day.faults.lost, day.created);
  });
});
