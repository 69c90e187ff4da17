import { familiesOf } from "../../src/metrics/families.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { channelStatus, databaseStatus, runnerStatus } from "./runner_status.ts";

/** Every name that is exported, with the labels it comes with. */
export function exportedMetrics(): Map<string, Set<string>> {
  const recorder = new Recorder();
  recorder.ran("read", 1);
  recorder.asked("shop");
  recorder.answered("finished", 1);
  recorder.foundDead("shop", 1);
  recorder.reconnecting("shop");
  const status = runnerStatus({
    channels: [channelStatus("root", { capacity: 1 })],
    databases: [databaseStatus("shop", "ready", { heardMs: 1_000 })],
  });
  const exported = new Map<string, Set<string>>();
  for (const { name, samples } of familiesOf(status, recorder)) {
    if (samples.length === 0) throw new Error(`${name} has no sample`);
    for (const { metricName = name, labels = {} } of samples) {
      exported.set(metricName, new Set(Object.keys(labels)));
    }
  }
  return exported;
}
