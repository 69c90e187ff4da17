import { capture } from "../../command.ts";
import { pathOf } from "../../project.ts";
import type { Play, Scenario } from "./scenarios.ts";

/** The stock runner's scheduler, in a Python of its own, from a checkout that someone brought. */
export interface Stock {
  /** The folder of the add-on `queue_job`. */
  readonly folder: string;
  readonly python: string;
}

/** @throws {Error} When Python cannot play it. */
export async function playStock(stock: Stock, scenario: Scenario): Promise<Play> {
  const script = pathOf("scripts/bench/core/stock_player.py");
  const { code, stdout, output } = await capture(stock.python, [
    script,
    stock.folder,
    ...scenario.stock,
  ]);
  if (code !== 0) throw new Error(`Cannot play "${scenario.name}" with ${stock.folder}: ${output}`);
  const { elapsedMs, checksum } = JSON.parse(stdout) as { elapsedMs: number; checksum: number };
  return { elapsedMs, events: Number(scenario.stock[1]), checksum };
}
