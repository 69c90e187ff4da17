import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect } from "./fake_machine.ts";

function limits(soft: string): Record<string, string> {
  return {
    "/proc/self/limits": `Max processes  1  2  processes\nMax open files  ${soft}  9999  files\n`,
  };
}

function warnings(channels: string, files: Record<string, string>): readonly string[] {
  return inspect({ argv: [`--channels=${channels}`, "--database=shop,crm"], files }).warnings;
}

describe("the limit of descriptors", () => {
  it("is warned of where the jobs of root need more", () => {
    const [warning] = warnings("root:1000", limits("1024"));

    assertMatch(
      warning ?? "",
      /capacity of root is 1000, but .* 1024 .*ulimit -n.* to 1152 or more/,
    );
  });

  it("is not where they get along with it, or where it is not known", () => {
    assertEquals(warnings("root:100", limits("1024")), []);
    assertEquals(warnings("root:100000", limits("unlimited")), []);
    assertEquals(warnings("root:100000", {}), []);
  });
});
