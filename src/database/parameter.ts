/** The value of a placeholder. */
export type Parameter = string | number | boolean | null | readonly string[];

/**
 * Arrays as PostgreSQL writes them: the driver would have to learn the types of arrays from the
 * server first, and a backend that is terminated while it does so ends the whole process.
 */
export function toDriver(parameter: Parameter): string | number | boolean | null {
  if (typeof parameter !== "object" || parameter === null) return parameter;
  const texts = parameter.map((it) => `"${it.replace(/["\\]/g, "\\$&")}"`);
  return `{${texts.join(",")}}`;
}
