import { median } from "../report.ts";

/** What was measured of whom, round by round. */
export class Samples {
  readonly #samples = new Map<string, Map<string, number[]>>();

  add(what: string, of: string, value: number): void {
    let bySubject = this.#samples.get(what);
    if (!bySubject) this.#samples.set(what, bySubject = new Map());
    bySubject.set(of, [...bySubject.get(of) ?? [], value]);
  }

  /** The median of each subject. */
  medians(what: string): Record<string, number> {
    const bySubject = this.#samples.get(what) ?? new Map<string, number[]>();
    return Object.fromEntries([...bySubject].map(([of, values]) => [of, median(values)]));
  }
}

/** One against the other, where both were measured. */
export function ratio(a: number | undefined, b: number | undefined): number | null {
  return a === undefined || b === undefined || b === 0 ? null : a / b;
}
