/** What every assertion of this folder throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Throws `reason`, with the test's own words behind it. */
export function refuse(reason: string, message?: string): never {
  throw new AssertionError(message === undefined ? reason : `${reason}: ${message}`);
}

/** Fails unless `expression` is truthy. */
export function assert(expression: unknown, message = ""): asserts expression {
  if (!expression) throw new AssertionError(message);
}

/** Fails. */
export function fail(message?: string): never {
  refuse("Failed assertion", message);
}

/** Fails if `actual` is null or undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    refuse(`Expected actual: "${actual}" to not be null or undefined`, message);
  }
}

// deno-lint-ignore no-explicit-any -- the constructors of all classes have no narrower common type
type AnyConstructor = new (...args: any[]) => any;

/** Fails unless `actual` was made by `expectedType`. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  message?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const is = actual instanceof Object ? actual.constructor?.name ?? "Object" : String(actual);
  refuse(`Expected object to be an instance of "${expectedType.name}" but was "${is}"`, message);
}
