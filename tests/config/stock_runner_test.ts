import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Environment } from "../../src/config/sources.ts";
import { inspectFile } from "./fake_machine.ts";

const LOADED = "[options]\nserver_wide_modules = base,web, queue_job\n";
const OURS = "[jobrunner]\nchannels = root:4\n";

function warnings(text: string, environment: Environment = {}): string[] {
  const all = inspectFile(text, { environment }).warnings;
  return all.filter((it) => it.startsWith("Odoo's own job runner"));
}

describe("Odoo's own job runner", () => {
  it("seems to be on where its add-on is loaded and nothing switches it off", () => {
    const [shared, ours] = [LOADED + "[queue_job]\nchannels = root:4\n", LOADED + OURS];

    assertMatch(warnings(shared)[0] ?? "", /seems to be on: .*it reads .* \[queue_job\] channels;/);
    assertMatch(warnings(ours)[0] ?? "", /seems to be on: .*no channels switch it off;/);
    assertMatch(
      warnings(LOADED + OURS + "[queue_job]\nchannels = mail:1,root:0\n")[0] ?? "",
      /seems to be on/,
      "it looks at the beginning alone",
    );
  });

  it("is off where its channels begin with root:0", () => {
    assertEquals(warnings(LOADED + OURS + "[queue_job]\nchannels = root:0\n"), []);
    assertEquals(warnings(LOADED + OURS, { ODOO_QUEUE_JOB_CHANNELS: " root:0,mail:1" }), []);
  });

  it("may be on where only its channels are known", () => {
    const [warning] = warnings("", { ODOO_QUEUE_JOB_CHANNELS: "root:4" });

    assertMatch(warning ?? "", /reads ODOO_QUEUE_JOB_CHANNELS, too, .*see to it that it is off/);
    assertEquals(warnings(OURS), []);
  });
});
