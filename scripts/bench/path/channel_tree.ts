import type { Scene } from "./scene.ts";

const AREAS = 20;

/** Names of channels below root, two deep. */
export function channelNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const area = `area_${at % AREAS}`;
    return at < AREAS ? area : `${area}.channel_${at}`;
  });
}

/** Jobs that wait until tomorrow, spread over channels. */
export async function fillChannels(
  scene: Scene,
  names: readonly string[],
  count: number,
): Promise<void> {
  if (names.length === 0) return;
  await scene.fill(count, "pending");
  const full = names.map((it) => `'root.${it}'`);
  await scene.query(`
    update queue_job
    set channel = (array[${full.join()}])[1 + id % ${names.length}],
        eta = now() at time zone 'utc' + interval '1 day'
    where state = 'pending'`);
}
