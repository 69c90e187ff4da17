import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Asked, mayBeSessionLost, outcomeOf } from "../../src/dispatch/answer.ts";
import type { HttpAnswer } from "../../src/dispatch/http_request.ts";

const ASKED: Asked = {
  route: { path: "/queue_job/runjob", session: null },
  database: "shop",
  scheme: "http",
  withAuthorization: false,
};
const LOGIN_PAGE = '<!DOCTYPE html>\n<html><form class="oe_login_form" action="/web/login">';

function answer(status: number, rest: Partial<HttpAnswer> = {}): HttpAnswer {
  return { status, location: null, cookies: [], bodyStart: "", ...rest };
}

function reasonOf(given: HttpAnswer, asked: Partial<Asked> = {}): string {
  const outcome = outcomeOf(given, { ...ASKED, ...asked });
  assertEquals(outcome.kind, "refused");
  return "reason" in outcome ? outcome.reason : "";
}

describe("outcomeOf", () => {
  it("takes every success without a body for a job that is over", () => {
    for (const status of [200, 201, 204]) {
      assertEquals(outcomeOf(answer(status), ASKED), { kind: "finished" });
    }
    assertEquals(outcomeOf(answer(200, { bodyStart: "\n" }), ASKED), { kind: "finished" });
  });

  it("takes 500 for a job that failed", () => {
    assertEquals(outcomeOf(answer(500, { bodyStart: "<h1>" }), ASKED), {
      kind: "failed",
      status: 500,
    });
  });

  it("knows nothing of a job whose proxy stopped waiting", () => {
    for (const status of [504, 524, 408, 501, 599]) {
      assertEquals(outcomeOf(answer(status), ASKED).kind, "dropped");
    }
  });

  it("closes the gate when a proxy speaks for an absent Odoo", () => {
    for (const status of [502, 503]) {
      assertEquals(outcomeOf(answer(status), ASKED).kind, "unavailable");
    }
  });

  it("says for 404 what to load server-wide", () => {
    assertStringIncludes(reasonOf(answer(404)), "server_wide_modules = web,queue_job");
    const route = { path: "/connector/runjob", session: "/web/login?db=" };
    assertStringIncludes(reasonOf(answer(404), { route }), "--load=web,connector");
  });

  it("says for 401 whether to set or to check the password", () => {
    assertStringIncludes(reasonOf(answer(401)), "set --http-auth-user");
    assertStringIncludes(
      reasonOf(answer(401), { withAuthorization: true }),
      "check --http-auth-user",
    );
  });

  it("says for other refusals where to look", () => {
    assertStringIncludes(reasonOf(answer(400)), "--scheme=https");
    assertStringIncludes(reasonOf(answer(403)), "proxy or firewall");
    assertStringIncludes(reasonOf(answer(429)), "rate limit");
    assertStringIncludes(reasonOf(answer(418)), "answered 418");
  });

  it("tells redirects apart by their target", () => {
    const to = (location: string) => reasonOf(answer(303, { location }));

    assertStringIncludes(to("/web/login?redirect=%2F"), "without a login");
    assertStringIncludes(to("/web/database/selector"), 'does not serve the database "shop"');
    assertStringIncludes(to("https://odoo.example/queue_job/runjob"), "--scheme=https");
    assertStringIncludes(to("http://other.example/"), "--host");
    assertStringIncludes(reasonOf(answer(301)), 'redirected (301) to ""');
  });

  it("refuses a page where Odoo answers with nothing", () => {
    assertStringIncludes(reasonOf(answer(200, { bodyStart: LOGIN_PAGE })), "a login page (200)");
    assertStringIncludes(reasonOf(answer(200, { bodyStart: "<html>It works!" })), "a web page");
    assertStringIncludes(reasonOf(answer(200, { bodyStart: '{"ok":true}' })), "a text");
  });

  it("keeps text from outside on one short line", () => {
    const reason = reasonOf(
      answer(302, { location: `/\r\nERROR forged\x1b[31m${"x".repeat(5000)}` }),
    );

    assertEquals(/\p{Cc}/u.test(reason), false);
    assertEquals(reason.length < 500, true);
  });
});

describe("mayBeSessionLost", () => {
  it("holds for what an Odoo of several databases answers without a session", () => {
    assertEquals(mayBeSessionLost(answer(404)), true);
    assertEquals(mayBeSessionLost(answer(303, { location: "/web/login" })), true);
    assertEquals(mayBeSessionLost(answer(200, { bodyStart: LOGIN_PAGE })), true);
  });

  it("does not hold for the end of a job, or where the job may be running", () => {
    for (const status of [200, 400, 401, 403, 500, 502, 504]) {
      assertEquals(mayBeSessionLost(answer(status)), false);
    }
  });
});
