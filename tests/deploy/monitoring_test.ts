import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { pathOf, readText } from "../../scripts/project.ts";
import { exportedMetrics } from "../support/exported_metrics.ts";
import { HAS_PROMTOOL, promtool } from "../support/scraped.ts";

const RULES = "scripts/deploy/prometheus_rules.yaml";
const DASHBOARD = "scripts/deploy/grafana_dashboard.json";

/** All that these write of metrics: names, and the labels they choose by, group by and show. */
function usesOf(text: string): { name: string; labels: string[] }[] {
  const metric = /\b((?:odoo_jobrunner|queue_job|process)_\w+)(?:\{([^}]*)\})?/g;
  return [...text.matchAll(metric)].map(([, name, selector = ""]) => ({
    name: name!,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}

function unknownUses(text: string): string[] {
  const exported = exportedMetrics();
  return usesOf(text).flatMap(({ name, labels }) => {
    const known = exported.get(name);
    if (!known) return [name];
    return labels.filter((it) => !known.has(it)).map((it) => `${name}{${it}}`);
  });
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { alert: string; expr: string; annotations: Record<string, string> }[];
  }[];
}

const rules = (parse(readText(RULES)) as Rules).groups.flatMap((it) => it.rules);

describe("the alert rules", () => {
  it("use names and labels that are exported", () => {
    assertEquals(rules.flatMap(({ expr }) => unknownUses(expr)), []);
  });

  it("show labels that their metrics have", () => {
    const exported = exportedMetrics();
    const unknown = rules.flatMap(({ alert, expr, annotations }) => {
      const shown = Object.values(annotations).join(" ").matchAll(/\$labels\.(\w+)/g);
      const has = (label: string) => usesOf(expr).some((it) => exported.get(it.name)?.has(label));
      return [...shown].filter(([, it]) => !has(it!)).map(([, it]) => `${alert}: ${it}`);
    });
    assertEquals(unknown, []);
  });

  it("tell of a deaf runner, jobs that wait long, a channel that fails, no leader", () => {
    const wanted = ["JobrunnerIsDeaf", "JobsWaitLong", "ChannelFails", "JobrunnerHasNoLeader"];
    assertEquals(wanted.filter((it) => !rules.some(({ alert }) => alert === it)), []);
  });

  it("notice a name that is not exported", () => {
    assertEquals(unknownUses(`rate(odoo_jobrunner_requests_totals{outcome="x"}[5m])`), [
      "odoo_jobrunner_requests_totals",
    ]);
    assertEquals(unknownUses(`odoo_jobrunner_requests_total{result="x"}`), [
      "odoo_jobrunner_requests_total{result}",
    ]);
  });

  // Debian's package `prometheus` has promtool.
  it("fire when they should, as promtool finds", { ignore: !HAS_PROMTOOL }, () => {
    const folder = fs.mkdtempSync(join(tmpdir(), "jobrunner-rules-"));
    try {
      const file = join(folder, "cases.yaml");
      const cases = readText("tests/deploy/prometheus_rules_cases.yaml");
      fs.writeFileSync(file, cases.replace("RULES", pathOf(RULES)));

      assertEquals(promtool(["check", "rules", pathOf(RULES)]), "");
      assertEquals(promtool(["test", "rules", file]), "");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe("the dashboard", () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  }
  const { panels, templating } = JSON.parse(readText(DASHBOARD)) as {
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly { readonly name: string }[] };
  };
  const targets = panels.flatMap((it) => it.targets ?? []);

  it("uses names and labels that are exported", () => {
    assertEquals(targets.flatMap(({ expr }) => unknownUses(expr)), []);
  });

  it("shows everything that is exported of jobs and the runner", () => {
    const used = targets.map(({ expr }) => expr).join("\n");
    const names = [...exportedMetrics().keys()].filter((it) => !/_(sum|count)$/.test(it));
    assertEquals(names.filter((it) => !used.includes(it) && !it.startsWith("process_start")), []);
  });

  it("uses variables that it has", () => {
    const variables = new Set(readText(DASHBOARD).match(/\$\{?\w+\}?/g));
    const known = templating.list.map((it) => it.name);
    const unknown = [...variables].map((it) => it.replace(/\W/g, ""))
      .filter((it) => !it.startsWith("__") && !known.includes(it));
    assertEquals(unknown, []);
  });

  it("has each panel in a place of its own", () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, it) => `${x + it % w},${y + Math.floor(it / w)}`)
    );
    assertEquals(new Set(cells).size, cells.length);
    assertEquals(new Set(panels.map((it) => it.id)).size, panels.length);
  });
});

describe("the README", () => {
  const [, section = ""] = /\n## Metrics\n(.*?)\n## /s.exec(readText("README.md")) ?? [];
  const names = new Set(
    [...exportedMetrics().keys()].map((it) => it.replace(/_(bucket|sum|count)$/, "")),
  );

  it("tells of metrics that are exported", () => {
    assertEquals(usesOf(section).map(({ name }) => name).filter((it) => !names.has(it)), []);
  });

  it("tells of all of them", () => {
    // `a_b`, `_c` stands for a_b and a_c.
    const told = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => {
      const [first = "", ...others] = [...cell!.matchAll(/`(\w+)`/g)].map(([, it]) => it!);
      return [
        first,
        ...others.flatMap((it) => {
          if (!it.startsWith("_")) return [it];
          return [...names].filter((name) =>
            name.endsWith(it) && first.startsWith(name.slice(0, -it.length))
          );
        }),
      ];
    });
    assertEquals([...names].filter((it) => !told.includes(it)), []);
  });
});
