/** JSON in which no character means anything in HTML or ends a line. */
export function safeJson(value: object): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (it) => {
    return `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

export const JSON_TYPE = { "content-type": "application/json" };
