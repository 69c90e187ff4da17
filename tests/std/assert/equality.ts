import { AssertionError, refuse } from "./assert.ts";
import { differenceOf, shown } from "./difference.ts";
import { equal } from "./equal.ts";

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) return;
  const reason = `Values are not equal${message === undefined ? "." : `: ${message}`}`;
  throw new AssertionError(`${reason}\n\n${differenceOf(actual, expected)}`);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (!equal(actual, expected)) return;
  refuse(`Expected actual: ${shown(actual)} not to be: ${shown(expected)}`, message);
}

/** Fails unless both are the same value or object. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const reason = `Values are not strictly equal${message === undefined ? "." : `: ${message}`}`;
  throw new AssertionError(`${reason}\n\n${differenceOf(actual, expected)}`);
}

/** Fails if both are the same value or object. */
export function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void {
  if (!Object.is(actual, expected)) return;
  refuse(`Expected "actual" to not be strictly equal to: ${shown(actual)}`, message);
}

/** Fails unless `actual` has all that `expected` has, at any depth. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as in @std/assert: any object is one to look into
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void {
  assertEquals<unknown>(onlyKeysOf(expected, actual), expected, message);
}

function onlyKeysOf(pattern: unknown, value: unknown): unknown {
  if (typeof pattern !== "object" || typeof value !== "object") return value;
  if (pattern === null || value === null || Array.isArray(pattern)) return value;
  const keys = Reflect.ownKeys(pattern).filter((key) => Reflect.has(value, key));
  return Object.fromEntries(
    keys.map((key) => [key, onlyKeysOf(Reflect.get(pattern, key), Reflect.get(value, key))]),
  );
}
