import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { JSON_TYPE, safeJson } from "./safe_json.ts";

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
  return context.body(safeJson(value), status, { ...JSON_TYPE, ...headers });
}
