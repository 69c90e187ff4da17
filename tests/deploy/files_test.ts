import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseAllDocuments, parseDocument } from "yaml";
import { exists, filesBelow, readText } from "../../scripts/project.ts";
import { environmentOf } from "../../src/config/setting.ts";
import { SETTINGS } from "../../src/config/setting_table.ts";
import { mistakesOfCompose, mistakesOfResource } from "./schemas.ts";

const FOLDER = "scripts/deploy";
const UNIT = `${FOLDER}/odoo-jobrunner.service`;
const HAS_SYSTEMD = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("the files to deploy with", () => {
  it("name settings that there are", () => {
    const known = new Set(Object.values(SETTINGS).flatMap((it) => environmentOf(it)));
    const unknown = filesBelow(FOLDER, "").flatMap((file) => {
      const names = readText(file).match(/\bODOO_(JOBRUNNER|QUEUE_JOB)_\w+/g) ?? [];
      return names.filter((it) => !known.has(it)).map((it) => `${file}: ${it}`);
    });
    assertEquals(unknown, []);
  });

  it("leave the runner more time to stop than it takes", () => {
    const drainMs = SETTINGS.drainTimeoutMs.fallback;
    const unit = /^TimeoutStopSec=(\d+)$/m.exec(readText(UNIT))?.[1];
    const compose = /stop_grace_period: (\d+)s/.exec(readText(`${FOLDER}/compose.yaml`))?.[1];
    const pod = /GracePeriodSeconds: (\d+)/.exec(readText(`${FOLDER}/kubernetes.yaml`))?.[1];
    for (const seconds of [unit, compose, pod]) assert(Number(seconds) * 1000 > drainMs + 5_000);
  });
});

describe("the systemd unit", () => {
  it("is one that systemd takes", { ignore: !HAS_SYSTEMD }, () => {
    const folder = fs.mkdtempSync(join(tmpdir(), "jobrunner-unit-"));
    try {
      const file = join(folder, "odoo-jobrunner.service");
      // What it starts has to be there.
      fs.writeFileSync(file, readText(UNIT).replace("/usr/bin/node", process.execPath));

      const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", file]);

      assertEquals([status, `${stdout}${stderr}`], [0, ""]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("starts what the README has installed, from where it was put", () => {
    const installed = /install -D -m 755 dist\/host\.js (\S+)/.exec(readText("README.md"))?.[1];
    assertMatch(readText(UNIT), new RegExp(`^ExecStart=/usr/bin/node ${installed} `, "m"));
  });

  it("does not start again with wrong settings", () => {
    assert(readText(UNIT).includes("\nRestartPreventExitStatus=2\n"));
  });
});

describe("the Dockerfile", () => {
  const lines = readText(`${FOLDER}/Dockerfile`).split("\n");
  const copied = lines.filter((it) => /^COPY (?!--from)/.test(it))
    .flatMap((it) => it.split(" ").slice(1, -1));

  it("copies what there is, and what is not ignored", () => {
    const ignored = readText(`${FOLDER}/Dockerfile.dockerignore`).split("\n");

    assertEquals(copied.filter((it) => !exists(it)), []);
    assertEquals(copied.filter((it) => !ignored.includes(`!${it}`)), []);
  });

  it("takes out what the build makes", () => {
    const taken = lines.filter((it) => it.startsWith("COPY --from=build"))
      .flatMap((it) => it.split(" ").slice(2, -1)).map((it) => it.replace("/build/", ""));
    assertEquals(taken.filter((it) => !it.startsWith("dist/") && !copied.includes(it)), []);
    assertEquals(taken.includes("dist/host.js"), true);
    assertEquals(taken.includes("dist/THIRD_PARTY_NOTICES.txt"), true);
  });
});

describe("the compose file", () => {
  interface Service {
    readonly build?: { readonly context: string; readonly dockerfile: string };
    readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly volumes?: readonly string[];
  }
  const text = readText(`${FOLDER}/compose.yaml`);
  const document = parseDocument(text);
  const { services, volumes } = document.toJS() as {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: Readonly<Record<string, unknown>>;
  };

  it("is YAML without mistakes, and has the fields that Compose knows", () => {
    assertEquals([...document.errors, ...document.warnings], []);
    assertEquals(mistakesOfCompose(document.toJS()), []);
  });

  it("is found out where it has others", () => {
    const wrong = text.replace("depends_on: [", "depend_on: [").replace("retries: 10", "retries: x")
      .replace("condition: service_healthy", "condition: healthy");

    const mistakes = mistakesOfCompose(parseDocument(wrong).toJS()).join("\n");

    assertMatch(mistakes, /^\/services\/jobrunner must NOT .*: depend_on$/m);
    assertMatch(mistakes, /^\/services\/db\/healthcheck\/retries must be integer$/m);
    assertMatch(mistakes, /^\/services\/odoo\/depends_on\/db\/condition must be equal to one of/m);
  });

  it("names services, volumes and files that there are", () => {
    for (
      const { depends_on: needed = [], volumes: mounts = [], build } of Object.values(services)
    ) {
      const names = Array.isArray(needed) ? needed : Object.keys(needed);
      assertEquals(names.filter((it) => !(it in services)), []);
      const named = mounts.map((it) => it.split(":")[0]!).filter((it) => !it.startsWith("."));
      assertEquals(named.filter((it) => !(it in volumes)), []);
      if (build) assert(exists(build.dockerfile), build.dockerfile);
    }
  });

  it("has one runner at work: the stock one is off, and ours reaches Odoo and PostgreSQL", () => {
    const ours = services["jobrunner"]!.environment!;
    assertEquals(services["odoo"]!.environment!["ODOO_QUEUE_JOB_CHANNELS"], "root:0");
    assert(ours["ODOO_JOBRUNNER_HOST"]! in services);
    assert(ours["ODOO_JOBRUNNER_DB_HOST"]! in services);
    assertEquals(
      ours["ODOO_JOBRUNNER_DB_PASSWORD"],
      services["db"]!.environment!["POSTGRES_PASSWORD"],
    );
  });
});

describe("the Kubernetes example", () => {
  // deno-lint-ignore no-explicit-any
  type Resource = any;
  const text = readText(`${FOLDER}/kubernetes.yaml`);
  const documents = parseAllDocuments(text);
  const resources: Resource[] = documents.map((it) => it.toJS());
  const named = (kind: string, name: string): Resource =>
    resources.find((it) => it.kind === kind && it.metadata.name === name);
  const deployment = named("Deployment", "odoo-jobrunner");
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;

  it("is YAML without mistakes, and has the fields that Kubernetes knows", () => {
    assertEquals(documents.flatMap((it) => [...it.errors, ...it.warnings]), []);
    assertEquals(resources.flatMap(mistakesOfResource), []);
  });

  it("is found out where it has others", () => {
    const wrong = text.replace("readinessProbe", "readynessProbe").replace(
      "replicas: 2",
      'replicas: "2"',
    )
      .replace("policy/v1", "policy/v1beta1").replace("kind: Secret", "kind: Secrets");

    const mistakes = parseAllDocuments(wrong).flatMap((it) => mistakesOfResource(it.toJS()));

    assertEquals(mistakes, [
      "/kind is not known: Secrets",
      "/spec/template/spec/containers/0 must NOT have additional properties: readynessProbe",
      "/spec/replicas must be integer",
      "/apiVersion must be equal to constant",
    ]);
  });

  it("has two runners, of which one stays", () => {
    assertEquals(deployment.spec.replicas, 2);
    const budget = named("PodDisruptionBudget", "odoo-jobrunner").spec;
    for (const { matchLabels } of [deployment.spec.selector, budget.selector]) {
      assertEquals(matchLabels, pod.metadata.labels);
    }
    assertEquals(budget.minAvailable, 1);
  });

  it("asks the paths that the health server has, at its port, from outside", () => {
    const paths = [container.livenessProbe, container.readinessProbe].map((it) => it.httpGet.path);
    assertEquals(paths, ["/livez", "/readyz"]);
    const [port] = container.ports;
    assertEquals(port.containerPort, SETTINGS.healthPort.fallback);
    for (const it of [container.livenessProbe, container.readinessProbe]) {
      assertEquals(it.httpGet.port, port.name);
    }
    assertEquals(pod.metadata.annotations["prometheus.io/port"], String(port.containerPort));
    const { data } = named("ConfigMap", "odoo-jobrunner");
    assertEquals(data.ODOO_JOBRUNNER_HEALTH_HOST, "0.0.0.0");
  });

  it("takes its settings from what is there, as texts", () => {
    for (const { configMapRef, secretRef } of container.envFrom) {
      const source = configMapRef
        ? named("ConfigMap", configMapRef.name).data
        : named("Secret", secretRef.name).stringData;
      for (const value of Object.values(source)) assertEquals(typeof value, "string");
    }
  });
});
