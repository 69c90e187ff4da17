import { AssertionError } from "./assert.ts";

// deno-lint-ignore no-explicit-any -- any class of errors, whatever its constructor takes
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `error` is an Error, of the class and with the words that are given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  includes?: string | RegExp,
  message?: string,
): asserts error is E {
  const suffix = message === undefined ? "" : `: ${message}`;
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix}`);
  }
  if (errorClass !== undefined && !(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", ` +
        `but was "${error.constructor.name}"${suffix}`,
      { cause: error },
    );
  }
  const isFound = typeof includes === "string"
    ? error.message.includes(includes)
    : includes?.test(error.message) ?? true;
  if (isFound) return;
  throw new AssertionError(
    `Expected error message to include ${JSON.stringify(String(includes))}, but got ${
      JSON.stringify(error.message)
    }${suffix}`,
    { cause: error },
  );
}

/** Fails unless `run` throws; answers what it threw. */
export function assertThrows(run: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string,
  message?: string,
): E;
export function assertThrows<E extends Error>(
  run: () => unknown,
  classOrMessage?: ErrorClass<E> | string,
  includes?: string,
  message?: string,
): unknown {
  try {
    run();
  } catch (error) {
    return checked(error, classOrMessage, includes, message);
  }
  throw new AssertionError(withWords("Expected function to throw", classOrMessage, message));
}

/** Fails unless the promise of `run` rejects; answers what it rejected with. */
export function assertRejects(run: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  run: () => PromiseLike<unknown>,
  classOrMessage?: ErrorClass<E> | string,
  includes?: string,
  message?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = run();
  } catch (error) {
    throw new AssertionError(
      withWords("Function throws when expected to reject", classOrMessage, message),
      { cause: error },
    );
  }
  try {
    await promise;
  } catch (error) {
    return checked(error, classOrMessage, includes, message);
  }
  throw new AssertionError(withWords("Expected function to reject", classOrMessage, message));
}

function checked<E extends Error>(
  error: unknown,
  classOrMessage: ErrorClass<E> | string | undefined,
  includes: string | undefined,
  message: string | undefined,
): unknown {
  if (typeof classOrMessage === "function") assertIsError(error, classOrMessage, includes, message);
  return error;
}

function withWords(reason: string, classOrMessage: unknown, message: string | undefined): string {
  const words = typeof classOrMessage === "string" ? classOrMessage : message;
  return words === undefined ? `${reason}.` : `${reason}: ${words}`;
}
