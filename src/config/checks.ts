import { checkAdminToken } from "./admin_token.ts";
import type { Draft } from "./draft.ts";
import { descriptorWarnings } from "./descriptor_limit.ts";
import type { Machine } from "./machine.ts";
import { pythonRegex } from "./python_regex.ts";
import { STOCK_ENVIRONMENTS } from "./setting.ts";
import { SETTING_KEYS } from "./setting_table.ts";
import { RANK, type Sources } from "./sources.ts";

/** Checks what only shows when all settings are known. */
export function checkTogether(draft: Draft, sources: Sources, machine: Machine): void {
  checkDbfilter(draft);
  checkCertificates(draft, "httpCaFile", machine);
  checkCertificates(draft, "dbSslrootcert", machine);
  checkHttp(draft);
  checkHealth(draft);
  checkAdminToken(draft, machine);
  draft.warnings.push(...descriptorWarnings(draft.values, machine));
  checkPolling(draft);
  warnOfFamilies(draft, sources);
  warnOfInlineComments(draft, sources);
}

/** Odoo puts the host of a request in for `%d` and `%h`; jobs have no request. */
function checkDbfilter(draft: Draft): void {
  const { dbfilter } = draft.values;
  const origin = draft.origins.dbfilter;
  if (dbfilter === null) return;
  if (/%[dh]/.test(dbfilter)) {
    draft.warnings.push(
      `${origin}=${dbfilter} is not used: %d and %h depend on a request, which jobs have not; ` +
        "choose databases with --database or --db-filter",
    );
    draft.set("dbfilter", null, `default (${origin} is not used)`);
    return;
  }
  try {
    pythonRegex(dbfilter);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    draft.refuse("dbfilter", origin, dbfilter, `${error.message}; give one as in ^shop_.*$`);
  }
}

function checkCertificates(
  draft: Draft,
  key: "httpCaFile" | "dbSslrootcert",
  machine: Machine,
): void {
  const path = draft.values[key];
  if (path === null) return;
  const refuse = (reason: string) => draft.refuse(key, draft.origins[key], path, reason);
  try {
    const text = machine.readFile(path);
    if (text === null) refuse("there is no such file");
    else if (!text.includes("-----BEGIN ")) {
      refuse("a file with certificates in PEM form is wanted");
    }
  } catch (error) {
    refuse(`it cannot be read (${error instanceof Error ? error.message : error})`);
  }
}

function checkHttp(draft: Draft): void {
  const { values, origins } = draft;
  if (values.httpAuthPassword !== null && values.httpAuthUser === null) {
    const reason = "a password wants a user, as in --http-auth-user=odoo";
    draft.refuse("httpAuthPassword", origins.httpAuthPassword, values.httpAuthPassword, reason);
  }
  if (values.scheme === "https" && !values.httpVerify) {
    draft.warnings.push(`${origins.httpVerify}=false: Odoo's certificate is not checked`);
  }
}

function checkHealth({ values, origins, warnings }: Draft): void {
  if (/^(127\.|::1$|localhost$)/.test(values.healthHost)) return;
  warnings.push(
    `${origins.healthHost}=${values.healthHost}: whoever reaches this address sees the status, ` +
      "with the names of databases and channels",
  );
}

/** Behind a pooler a lock belongs to whoever has its backend next, and keeps nobody out. */
function checkPolling(draft: Draft): void {
  const { values: { pollIntervalMs, singleRunner }, origins } = draft;
  if (pollIntervalMs > 0 && !singleRunner) {
    const reason = "session locks mean nothing where LISTEN does not work, so nothing keeps a " +
      "second runner out; say --single-runner=true if there is none, or connect straight to " +
      "PostgreSQL (--db-host, --db-port)";
    draft.refuse("pollIntervalMs", origins.pollIntervalMs, String(pollIntervalMs / 1000), reason);
  }
  if (singleRunner && pollIntervalMs === 0) {
    draft.warnings.push(`${origins.singleRunner}: has no effect without --poll-interval`);
  }
}

const [QUEUE_JOB, CONNECTOR] = STOCK_ENVIRONMENTS;

/** Settings of queue_job and of connector side by side are mostly left over from an upgrade. */
function warnOfFamilies(draft: Draft, sources: Sources): void {
  const passedOver = SETTING_KEYS.flatMap((key) => {
    const origins = sources.of(key).map((source) => source.origin);
    const isDouble = origins.some((origin) => origin.startsWith(QUEUE_JOB));
    return isDouble ? origins.filter((origin) => origin.startsWith(CONNECTOR)) : [];
  });
  if (passedOver.length === 0) return;
  draft.warnings.push(`${QUEUE_JOB}* is used instead of ${passedOver.join(", ")}`);
}

function warnOfInlineComments(draft: Draft, sources: Sources): void {
  for (const key of SETTING_KEYS) {
    for (const { origin, rank, text } of sources.of(key)) {
      if (rank !== RANK.file || draft.origins[key] !== origin || !/\s;/.test(text)) continue;
      draft.warnings.push(
        `${origin}: " ;" begins a comment for Odoo 8.0 to 10.0 alone, here it is part of the value`,
      );
    }
  }
}
