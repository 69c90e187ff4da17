/// <reference lib="dom" />
import { useEffect, useState } from "preact/hooks";

/** What the page shows a card of: kept in the address, so that it can be sent to somebody. */
export type Place =
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "database"; readonly database: string }
  | { readonly kind: "job"; readonly database: string; readonly uuid: string }
  | { readonly kind: "none" };

export const NOWHERE: Place = { kind: "none" };

export function addressOf(place: Place): string {
  const parts = place.kind === "channel"
    ? ["channel", place.channel]
    : place.kind === "database"
    ? ["database", place.database]
    : place.kind === "job"
    ? ["job", place.database, place.uuid]
    : [];
  return `#${parts.map(encodeURIComponent).join("/")}`;
}

export function placeOf(address: string): Place {
  const [kind, first, second] = partsOf(address);
  if (kind === "channel" && first) return { kind, channel: first };
  if (kind === "database" && first) return { kind, database: first };
  if (kind === "job" && first && second) return { kind, database: first, uuid: second };
  return NOWHERE;
}

function partsOf(address: string): string[] {
  try {
    return address.replace(/^#/, "").split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
}

export function goTo(place: Place): void {
  location.hash = addressOf(place);
}

/** The place that the address names, as it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const note = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", note);
    // Effects come after the first picture: it may have changed before anyone listened.
    if (addressOf(placeOf(location.hash)) !== addressOf(place)) note();
    return () => removeEventListener("hashchange", note);
  }, []);
  return place;
}
