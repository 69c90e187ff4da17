import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { capacityConformance } from "./conformance/capacity.ts";
import { changesConformance } from "./conformance/changes.ts";
import { channelsConformance } from "./conformance/channels.ts";
import { databasesConformance } from "./conformance/databases.ts";
import { differencesConformance } from "./conformance/differences.ts";
import { explanationConformance } from "./conformance/explanation.ts";
import { flowConformance } from "./conformance/flow.ts";
import { orderConformance } from "./conformance/order.ts";
import { reconfigurationConformance } from "./conformance/reconfiguration.ts";
import { refusalsConformance } from "./conformance/refusals.ts";
import { sequentialConformance } from "./conformance/sequential.ts";
import { statesConformance } from "./conformance/states.ts";
import { throttleConformance } from "./conformance/throttle.ts";
import { wakeupConformance } from "./conformance/wakeup.ts";
import type { Entry } from "./implementations.ts";
import type { CreateScheduler, SchedulerLike } from "./scheduler_like.ts";
import { firstDifference, VECTOR_FILES } from "./vectors.ts";

/**
 * The rules of the scheduler as tests. Every scheduler passes them, the model as well as each build
 * and entry of the core. After each test the schedulers it made check their own invariants.
 */
export function conformance({ name, create, ConfigError }: Entry): void {
  describe(name, () => {
    const made: SchedulerLike[] = [];
    const createChecked: CreateScheduler = (channels) => {
      const scheduler = create(channels);
      made.push(scheduler);
      return scheduler;
    };

    afterEach(() => {
      for (const scheduler of made.splice(0)) scheduler.checkInvariants();
    });

    channelsConformance(createChecked, ConfigError);
    orderConformance(createChecked);
    capacityConformance(createChecked);
    flowConformance(createChecked);
    throttleConformance(createChecked);
    sequentialConformance(createChecked);
    statesConformance(createChecked);
    differencesConformance(createChecked);
    wakeupConformance(createChecked);
    explanationConformance(createChecked);
    reconfigurationConformance(createChecked, ConfigError);
    changesConformance(createChecked);
    databasesConformance(createChecked);
    refusalsConformance(createChecked);

    describe("recorded histories", () => {
      for (const file of VECTOR_FILES) {
        it(`of ${file} have the same answers`, () => {
          assertEquals(firstDifference(file, create), null);
        });
      }
    });
  });
}
