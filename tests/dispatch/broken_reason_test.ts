import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { brokenReason } from "../../src/dispatch/broken_reason.ts";
import type { Endpoint } from "../../src/dispatch/endpoint.ts";

const ENDPOINT: Endpoint = {
  scheme: "http",
  host: "odoo",
  port: 8069,
  user: null,
  password: null,
  ca: null,
  verify: true,
};

function reasonOf(message: string, code?: string): string {
  return brokenReason(Object.assign(new Error(message), { code }), ENDPOINT);
}

describe("brokenReason", () => {
  it("says the cure, and the code for those who look it up", () => {
    const reason = reasonOf("connect ECONNREFUSED 10.0.0.1:8069", "ECONNREFUSED");

    assertEquals(reason, '"http://odoo:8069": nothing listens there (ECONNREFUSED)');
  });

  it("puts any other message on one line", () => {
    assertEquals(
      reasonOf("falsy:\n\n  assert(it)\n", "ODD"),
      '"http://odoo:8069": ' +
        "falsy: assert(it) (ODD)",
    );
  });

  it("takes no code for one it knows because objects know it", () => {
    assertEquals(reasonOf("odd", "valueOf"), '"http://odoo:8069": odd (valueOf)');
  });
});
