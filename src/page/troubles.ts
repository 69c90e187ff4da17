import { type ComponentChild, h } from "preact";
import type { View } from "../view.ts";
import { count, counted, shortChannel, since } from "./words.ts";

/** What keeps jobs from running, as sentences; nothing where all is well. */
export function Troubles({ view }: { readonly view: View }): ComponentChild {
  const texts = [...hostTroubles(view), ...databaseTroubles(view), ...pauses(view)];
  if (texts.length === 0) return null;
  return h(
    "section",
    { class: "troubles", "aria-label": "What is wrong" },
    h("ul", null, texts.map((it) => h("li", { key: it }, it))),
  );
}

function hostTroubles({ phase, odoo, scheduler, nowMs }: View): string[] {
  const texts: string[] = [];
  if (phase === "standby") texts.push("Another runner leads: this one takes over when it ends.");
  if (phase === "stopping") texts.push("The runner stops: no more jobs are taken.");
  if (!odoo.open) {
    const reason = odoo.reason ?? "it does not answer";
    texts.push(`Odoo at ${odoo.url} is away for ${since(odoo.sinceMs, nowMs)}: ${reason}`);
  } else if (odoo.waiting > 0) {
    texts.push(
      `Odoo has no free worker for ${counted(odoo.waiting, "job")} that it was asked for.`,
    );
  }
  if (scheduler.state !== "deciding") {
    texts.push(`The scheduler is ${scheduler.state}: ${scheduler.reason ?? ""}`);
  }
  return texts;
}

function databaseTroubles({ databases }: View): string[] {
  const stuck = (kind: "stranded" | "suspectedDead") =>
    databases.reduce((sum, it) => sum + it[kind].count, 0);
  const [stranded, dead] = [stuck("stranded"), stuck("suspectedDead")];
  return [
    ...(stranded > 0 ? [`${counted(stranded, "job")} stranded: enqueued, and nobody asks.`] : []),
    ...(dead > 0 ? [`${counted(dead, "job")} may be dead: started long ago.`] : []),
  ];
}

/** So many pauses are read; all of them can be found by their names. */
const PAUSES_MAX = 10;

function pauses({ steering, nowMs, channels }: View): string[] {
  const texts = steering.paused.slice(0, PAUSES_MAX).map(({ what, name, by, sinceMs }) => {
    const subject = name === null ? "Everything" : `The ${what} ${shortChannel(name)}`;
    return `${subject} is paused by ${by} for ${since(sinceMs, nowMs)}.`;
  });
  const left = steering.pausedCount - texts.length;
  if (left > 0) texts.push(`${count(left)} more are paused: find them below by their name.`);
  const waiting = channels[0]?.allWaiting ?? 0;
  const isAll = steering.paused.some((it) => it.what === "everything");
  return isAll && waiting > 0
    ? [`${texts[0]} ${count(waiting)} jobs wait.`, ...texts.slice(1)]
    : texts;
}
