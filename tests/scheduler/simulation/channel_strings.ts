import type { Random } from "../random.ts";

const PARTS = ["a", "b", "c"] as const;

/**
 * Makes up channel trees: few names, so that one string shares channels with the next, and small
 * numbers.
 */
export class ChannelStrings {
  readonly #random: Random;
  #names: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** A right channel string with other channels. */
  next(): string {
    const names = new Set<string>();
    const wanted = this.#random.below(7);
    const depth = this.#random.pick([1, 2, 3, 4, 12]);
    let name = "";
    while (names.size < wanted) {
      const isLeft = name === "" || name.split(".").length >= depth || this.#random.chance(0.5);
      const parent = isLeft ? this.#random.pick(["", ...names]) : name;
      name = below(parent, this.#random.pick(PARTS));
      // Sometimes a parent is left out of the string.
      if (this.#random.chance(0.1)) name = below(name, this.#random.pick(PARTS));
      names.add(name);
    }
    this.#names = [...names];
    return this.#written();
  }

  /** The same channels, most of them, with other parameters. */
  changed(): string {
    this.#names = this.#names.filter(() => this.#random.chance(0.85));
    return this.#written();
  }

  /** A string that is refused. */
  wrong(): string {
    return `root:9,${this.#random.pick(["a:2:sequential", "b:-1", "a..b:1", "c:1:throttle"])}`;
  }

  /** What a job may name: mostly configured channels, sometimes root or one to make on the fly. */
  named(): string | null {
    const { pick, chance, below: number } = this.#random;
    if (this.#names.length === 0 || chance(0.1)) return pick([null, "", "root", "x", "x.y"]);
    const name = pick(this.#names);
    const choice = number(10);
    if (choice === 0) return below(name, "x");
    if (choice === 1) return below(name, pick(["y", "x.y", "a"]));
    return choice < 4 ? `root.${name}` : name;
  }

  #written(): string {
    const { pick, chance } = this.#random;
    const entries = this.#names.map((name) =>
      `${name}:${this.#parameters(pick([0, 1, 1, 1, 2, 2, 3, 6]))}`
    );
    if (chance(0.95)) {
      const capacity = chance(0.03) ? 0 : pick([1, 2, 2, 3, 5, 8, 20]);
      const root = `root:${chance(0.7) ? capacity : this.#parameters(capacity)}`;
      entries.splice(pick([0, 0, entries.length]), 0, root);
    }
    return entries.join(pick([",", ", ", "\n"]));
  }

  #parameters(capacity: number): string {
    const { pick, chance } = this.#random;
    const isSequential = chance(0.2);
    const keys = [String(isSequential ? 1 : capacity)];
    if (isSequential) keys.push("sequential");
    if (chance(0.25)) keys.push(`throttle=${pick([0, 0.25, 0.5, 1, 2, 2, 5])}`);
    if (chance(0.05)) keys.push("paused");
    if (chance(0.2)) keys.push(`subcapacity=${pick([1, 1, 2])}`);
    return keys.join(":");
  }
}

function below(parent: string, part: string): string {
  return parent === "" ? part : `${parent}.${part}`;
}
