import { conformance } from "./conformance.ts";
import { CORES } from "./implementations.ts";
import { ModelScheduler } from "./model.ts";

conformance("ModelScheduler", (channels) => ModelScheduler.create(channels));
for (const { name, create } of CORES) conformance(name, create);
