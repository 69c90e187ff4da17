import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { memoryUse } from "../support/memory_use.ts";
import { SteadyStream } from "./steady_stream.ts";
import { FakeClock } from "../support/fake_clock.ts";

const JOBS = 500_000;
const WARM_UP = 50_000;

describe("500,000 jobs through a backlog of 100", () => {
  it("leave nothing behind, and memory as it was", () => {
    const clock = new FakeClock(1e12);
    const stream = new SteadyStream(clock);
    stream.run(WARM_UP);
    // V8 takes more memory after its first full collection, and once.
    memoryUse();
    stream.run(WARM_UP);
    const early = { ...memoryUse(), coreBytes: stream.scheduler.status.memoryBytes };

    stream.run(JOBS - 2 * WARM_UP);

    const late = { ...memoryUse(), coreBytes: stream.scheduler.status.memoryBytes };
    const { jobs, trapCount } = stream.scheduler.status;
    assertEquals([jobs, trapCount, stream.turn.inFlight.size], [0, 0, 0]);
    assertEquals(stream.scheduler.channels().map(({ name }) => name), [
      ...["root", "root.mail", "root.mail.bulk"],
    ]);
    assertEquals(late.coreBytes, early.coreBytes);
    assert(
      late.residentBytes < 1.1 * early.residentBytes,
      `${early.residentBytes} to ${late.residentBytes} bytes`,
    );
    assert(late.heapBytes < 1.1 * early.heapBytes, `${early.heapBytes} to ${late.heapBytes} bytes`);
    stream.scheduler.checkInvariants();
    stream.close();
    assertEquals(clock.openTimers, 0);
  });
});
