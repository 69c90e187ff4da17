/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../../view.ts";
import type { ChannelWhy, DatabaseWhy, JobsWhy } from "../../why.ts";
import { type Answer, ask } from "../ask.ts";
import { goTo, NOWHERE, type Place } from "../place.ts";
import { ChannelCard } from "./channel_card.ts";
import { DatabaseCard } from "./database_card.ts";
import { JobCard } from "./job_card.ts";

const AGAIN_MS = 5_000;

/** Why a job, a channel or a database does not run, over the page; asked again now and then. */
export function Card(
  { place, view }: { readonly place: Place; readonly view: View },
): ComponentChild {
  const dialog = useRef<HTMLDialogElement>(null);
  const [told, setTold] = useState<{ place: Place; answer: Answer<unknown> } | null>(null);
  const [changes, setChanges] = useState(0);
  const isOpen = place.kind !== "none";
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
  }, [isOpen]);
  useEffect(() => {
    if (!isOpen) return;
    let isOld = false;
    ask(...questionOf(place)).then((answer) => {
      if (!isOld) setTold({ place, answer });
    });
    return () => void (isOld = true);
  }, [place, changes, Math.floor(view.nowMs / AGAIN_MS)]);
  if (!isOpen) return null;
  const close = () => goTo(NOWHERE);
  const answer = told?.place === place ? told.answer : null;
  return h(
    "dialog",
    {
      ref: dialog,
      ...{ class: "why", "aria-label": titleOf(place), onClose: close },
      onClick: (event: Event) => event.target === dialog.current && close(),
    },
    h(
      "div",
      { class: "bar" },
      h("h2", null, titleOf(place)),
      h("button", { type: "button", class: "close", onClick: close, "aria-label": "Close" }, "✕"),
    ),
    answer === null
      ? h("p", { class: "note" }, "Asking …")
      : answer.value === null
      ? h("p", { class: "problem", role: "alert" }, answer.problem)
      : contentOf(place, answer.value, view, () => setChanges(changes + 1)),
  );
}

function questionOf(place: Place): [string, Record<string, string>] {
  if (place.kind === "channel") return ["why", { channel: place.channel }];
  if (place.kind === "database") return ["why", { database: place.database }];
  if (place.kind === "job") return ["why", { uuid: place.uuid, database: place.database }];
  return ["why", {}];
}

function titleOf(place: Place): string {
  if (place.kind === "channel") return `Channel ${place.channel}`;
  if (place.kind === "database") return `Database ${place.database}`;
  return place.kind === "job" ? `Job ${place.uuid}` : "";
}

function contentOf(place: Place, value: unknown, view: View, onChange: () => void): ComponentChild {
  if (place.kind === "channel") return h(ChannelCard, { why: value as ChannelWhy, view, onChange });
  if (place.kind === "database") {
    return h(DatabaseCard, { why: value as DatabaseWhy, view, onChange });
  }
  const [job] = (value as JobsWhy).jobs;
  return job ? h(JobCard, { why: job, view, onChange }) : null;
}
