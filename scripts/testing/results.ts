/**
 * What one runner says of the tests it ran. A test is an `it`; a group that fails by itself counts
 * as one.
 */
export interface Results {
  readonly runner: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function total(results: readonly Results[]): Omit<Results, "runner"> {
  const sum = (count: (it: Results) => number) => results.reduce((all, it) => all + count(it), 0);
  return {
    passed: sum((it) => it.passed),
    failed: sum((it) => it.failed),
    skipped: sum((it) => it.skipped),
  };
}

/** What came of one run of a runner. */
export interface Run extends Results {
  /** What tells of the failures. */
  readonly output: string;
  readonly seconds: number;
}

/**
 * Where a run takes its tests from and leaves its files; below .build/, of its own for each run at
 * a time.
 */
export interface RunOptions {
  readonly folder?: string;
  /** Beside what the environment has. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function nothingRun(runner: string): Run {
  return { runner, passed: 0, failed: 0, skipped: 0, output: "", seconds: 0 };
}

/** All runs of one runner as one; what tells of their failures has been shown. */
export function together(runner: string, runs: readonly Run[]): Run {
  const own = runs.filter((it) => it.runner === runner);
  const seconds = own.reduce((sum, it) => sum + it.seconds, 0);
  return { runner, ...total(own), output: "", seconds };
}

/** Says how a runner did; shows what it wrote if a test failed. */
export function report({ runner, passed, failed, output, seconds }: Run): void {
  if (failed > 0 && output !== "") console.log(output.trim() + "\n");
  console.log(`${runner}: ${passed} passed, ${failed} failed in ${seconds.toFixed(1)} s`);
}

/** A runner that hangs is ended. */
export const RUNNER_TIMEOUT_MS = 25 * 60_000;
