/**
 * What the tests use of `@std/assert`, for machines that cannot reach JSR: same names, signatures,
 * meaning.
 */
export { assert, assertExists, assertInstanceOf, AssertionError, fail } from "./assert.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./compare.ts";
export { equal } from "./equal.ts";
export {
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertStrictEquals,
} from "./equality.ts";
export { assertArrayIncludes, assertMatch, assertNotMatch, assertStringIncludes } from "./text.ts";
export { assertIsError, assertRejects, assertThrows } from "./throws.ts";
