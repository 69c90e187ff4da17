import { type ComponentChild, h } from "preact";

/** What is known, as names and values; what is null is left out. */
export function Facts(
  { facts }: { readonly facts: readonly (readonly [string, ComponentChild])[] },
): ComponentChild {
  return h(
    "dl",
    { class: "facts" },
    facts
      .filter(([, value]) => value !== null)
      .map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, value))),
  );
}
