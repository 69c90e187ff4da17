import { refuse } from "./assert.ts";
import { shown } from "./difference.ts";
import { equal } from "./equal.ts";

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (actual.includes(expected)) return;
  refuse(`Expected actual: "${actual}" to contain: "${expected}"`, message);
}

/** Fails unless `expected` is found in `actual`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (actual.search(expected) >= 0) return;
  refuse(`Expected actual: "${actual}" to match: "${expected}"`, message);
}

/** Fails if `expected` is found in `actual`. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  if (actual.search(expected) < 0) return;
  refuse(`Expected actual: "${actual}" to not match: "${expected}"`, message);
}

/** Fails unless every one of `expected` is equal to something in `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  message?: string,
): void {
  const found = Array.from(actual);
  const missing = Array.from(expected).filter((it) => !found.some((one) => equal(one, it)));
  if (missing.length === 0) return;
  refuse(
    `Expected actual: ${shown(actual)} to include: ${shown(expected)}, missing: ${shown(missing)}`,
    message,
  );
}
