import type { ChannelStatus } from "../../src/scheduler/mod.ts";

const SIGN_OF_LIFE_SECONDS = 5;

/** Lines of a table that grows a column when a channel appears. Counts are the runner's own. */
export class ProgressTable {
  #columns: readonly string[] = [];
  #last = "";
  #lastSeconds = 0;

  /**
   * The line for this moment, below a head line when there are new columns. Nothing while nothing
   * changes, but for a sign of life every few seconds.
   */
  lines(seconds: number, over: number, channels: readonly ChannelStatus[] | null): string[] {
    const [head, row] = this.#now(over, channels);
    if (row === this.#last && seconds - this.#lastSeconds < SIGN_OF_LIFE_SECONDS) return [];
    this.#last = row;
    this.#lastSeconds = seconds;
    return [...head, `${seconds.toFixed(1)} s`.padStart(8) + row];
  }

  #now(over: number, channels: readonly ChannelStatus[] | null): readonly [string[], string] {
    const first = String(over).padStart(8);
    if (channels === null) return [[], `${first}   (the runner does not answer)`];
    const byName = new Map(channels.map((channel) => [shortName(channel.name), channel]));
    const added = [...byName.keys()].filter((name) => !this.#columns.includes(name));
    this.#columns = [...this.#columns, ...added];
    const head = `${"".padStart(8)}${"over".padStart(8)}${this.#row((name) => name)}`;
    return [added.length > 0 ? [head] : [], first + this.#row((name) => cell(byName.get(name)))];
  }

  #row(cellOf: (name: string) => string): string {
    return this.#columns.map((name) => cellOf(name).padStart(Math.max(name.length, 6) + 3)).join(
      "",
    );
  }
}

/** A channel made on the fly is gone when it holds no job. */
function cell(channel: ChannelStatus | undefined): string {
  const { running, waiting } = channel ?? { running: 0, waiting: 0 };
  return running === 0 && waiting === 0 ? "-" : `${running}+${waiting}`;
}

function shortName(name: string): string {
  return name === "root" ? name : name.slice("root.".length);
}
