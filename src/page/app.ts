import { type ComponentChild, h } from "preact";
import { Card } from "./cards/card.ts";
import { Databases } from "./databases.ts";
import type { Shown } from "./feed.ts";
import { Glance } from "./glance.ts";
import { Header } from "./header.ts";
import { Jobs } from "./jobs/jobs.ts";
import { usePlace } from "./place.ts";
import { River } from "./river/river.ts";
import { Troubles } from "./troubles.ts";

/** The whole page. */
export function App({ feed }: { readonly feed: Shown }): ComponentChild {
  const { view } = feed;
  const place = usePlace();
  return h(
    "div",
    { class: feed.source === "lost" ? "page lost" : "page" },
    h(Header, { feed }),
    view
      ? h(
        "main",
        null,
        h(Troubles, { view }),
        h(Glance, { view }),
        h(River, { view }),
        h(Databases, { view }),
        h(Jobs, { view }),
        h(Card, { place, view }),
      )
      : h("main", null, h("p", { class: "empty" }, firstWordsOf(feed))),
  );
}

function firstWordsOf({ source }: Shown): string {
  return source === "lost" ? "The job runner does not answer." : "Asking the job runner …";
}
