import { ConfigError } from "../../src/scheduler/errors.ts";
import { BUILT } from "./built.ts";
import { conformance } from "./conformance.ts";
import { CORES } from "./implementations.ts";
import { ModelScheduler } from "./model.ts";

conformance({
  name: "ModelScheduler",
  create: (channels) => ModelScheduler.create(channels),
  ConfigError,
});
for (const entry of [...CORES, ...BUILT]) conformance(entry);
