import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CORE } from "../../scripts/bench/core/core_player.ts";
import { reset } from "../../scripts/bench/core/player.ts";
import { PLAIN } from "../../scripts/bench/core/plain_player.ts";
import {
  churn,
  drain,
  eta,
  load,
  manyChannels,
  type Scenario,
  wakeup,
} from "../../scripts/bench/core/scenarios.ts";
import { SCHEDULER } from "../../scripts/bench/core/scheduler_player.ts";

const SMALL: readonly Scenario[] = [
  load(300),
  drain(500, 4),
  churn(800),
  eta(300),
  manyChannels(20, 200, 200),
  wakeup(40, 40),
];

describe("the players of the benchmark", () => {
  for (const scenario of SMALL) {
    it(`agree on "${scenario.name}" with small numbers`, () => {
      const jobs = scenario.jobs();

      const plays = [CORE, SCHEDULER, PLAIN].flatMap((it) => {
        const player = it.start(scenario.channels, jobs);
        const first = scenario.play(player);
        reset(player, jobs);
        return [first, scenario.play(player)];
      });

      const { checksum, events } = plays[0]!;
      assert(checksum !== 0 && events > 0, "something must have been handed out");
      for (const play of plays) assertEquals([play.checksum, play.events], [checksum, events]);
    });
  }
});
