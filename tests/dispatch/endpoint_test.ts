import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  authorizationOf,
  type Endpoint,
  jobPath,
  originOf,
  sessionPath,
} from "../../src/dispatch/endpoint.ts";

const ENDPOINT: Endpoint = {
  scheme: "http",
  host: "localhost",
  port: 8069,
  user: null,
  password: null,
  ca: null,
  verify: true,
};

describe("jobPath", () => {
  it("encodes whatever a database and a uuid may hold", () => {
    const route = { path: "/queue_job/runjob", session: null };
    const job = { database: `a b'; drop &db=x#\n`, uuid: "1?/../é\ud800", route };

    const url = new URL(jobPath(job), "http://localhost");

    assertEquals(url.pathname, "/queue_job/runjob");
    assertEquals(url.searchParams.getAll("db"), [job.database]);
    assertEquals(url.searchParams.getAll("job_uuid"), ["1?/../é\ufffd"]);
    assertEquals(url.hash, "");
  });
});

describe("sessionPath", () => {
  it("names the database where it is wanted", () => {
    assertEquals(sessionPath("/web/login?db=", "a&b"), "/web/login?db=a%26b");
    assertEquals(sessionPath("/queue_job/session", "a&b"), "/queue_job/session");
  });
});

describe("originOf", () => {
  it("brackets an IPv6 address", () => {
    assertEquals(originOf(ENDPOINT), "http://localhost:8069");
    assertEquals(originOf({ ...ENDPOINT, scheme: "https", host: "::1" }), "https://[::1]:8069");
  });
});

describe("authorizationOf", () => {
  it("encodes the user and the password as UTF-8", () => {
    const value = authorizationOf({ ...ENDPOINT, user: "ödoo", password: "a:b" });

    assertEquals(
      value,
      `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode("ödoo:a:b")))}`,
    );
    assertEquals(authorizationOf(ENDPOINT), null);
  });
});
