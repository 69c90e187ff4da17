import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/**
 * A value as JSON in which no character means anything in HTML, for answers with names that
 * somebody else has given.
 */
export function jsonAnswer(
  context: Context,
  value: object,
  status: ContentfulStatusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (it) => {
    return `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return context.body(text, status, { "content-type": "application/json", ...headers });
}
