/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { FoundJobs } from "../../job_list.ts";
import { jobStateNames } from "../../scheduler/job_state.ts";
import type { View } from "../../view.ts";
import { type Answer, ask } from "../ask.ts";
import { SteerJobs } from "../steering/steer_jobs.ts";
import { JobTable } from "./job_table.ts";

type Filter = Record<"uuid" | "database" | "channel" | "state", string>;
const EMPTY: Filter = { uuid: "", database: "", channel: "", state: "" };

/** Jobs by what is known of them; asked for only when somebody does. */
export function Jobs({ view }: { readonly view: View }): ComponentChild {
  const [filter, setFilter] = useState(EMPTY);
  const [answer, setAnswer] = useState<Answer<FoundJobs> | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [asked, setAsked] = useState(EMPTY);
  const search = async (wanted: Filter) => {
    setAsking(true);
    setAsked(wanted);
    setAnswer(await ask<FoundJobs>("jobs", wanted));
    setAsking(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const trimmed = Object.entries(filter).map(([name, text]) => [name, text.trim()]);
    search(Object.fromEntries(trimmed) as Filter);
  };
  const note = (event: Event) => {
    const { name, value } = event.target as HTMLInputElement;
    setFilter({ ...filter, [name]: value });
  };
  const field = (name: keyof Filter, label: string, more: object = {}) =>
    h("label", null, label, h("input", { name, value: filter[name], onInput: note, ...more }));
  return h(
    "section",
    { class: "card", "aria-labelledby": "jobs" },
    h("div", { class: "bar" }, h("h2", { id: "jobs" }, "Jobs")),
    h(
      "form",
      { class: "search", role: "search", "aria-label": "Find jobs", onSubmit: submit },
      field("uuid", "Uuid", { class: "wide", spellcheck: false, autocomplete: "off" }),
      field("database", "Database", { list: "known-databases", autocomplete: "off" }),
      field("channel", "Channel", { list: "known-channels", autocomplete: "off" }),
      h(
        "label",
        null,
        "State",
        h("select", { name: "state", value: filter.state, onChange: note }, [
          h("option", { value: "" }, "any"),
          ...jobStateNames().map((it) => h("option", { key: it, value: it }, it)),
        ]),
      ),
      h("button", { type: "submit", class: "main", disabled: isAsking }, "Find"),
      listOf("known-databases", view.databases.map((it) => it.name)),
      listOf("known-channels", view.channels.map((it) => it.name)),
    ),
    h("div", { "aria-live": "polite" }, isAsking ? h("p", { class: "note" }, "Asking …") : null),
    answer && h(JobTable, { answer, nowMs: view.nowMs }),
    answer?.value && asked.uuid === "" && answer.value.jobs.length > 0 &&
      h(SteerJobs, {
        key: JSON.stringify(asked),
        filter: asked,
        view,
        onChange: () => search(asked),
      }),
  );
}

function listOf(id: string, values: readonly string[]): ComponentChild {
  return h("datalist", { id }, values.map((value) => h("option", { key: value, value })));
}
