import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { pythonRegex } from "../../src/config/python_regex.ts";

/** Pattern, texts that Python 3.11's `re.match` accepts, and texts that it does not. */
const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["shop", ["shop", "shop_live"], ["my_shop", "SHOP", "crm"]],
  ["^shop$", ["shop"], ["shop_live", "my_shop", "SHOP", "crm"]],
  ["shop|crm", ["shop", "shop_live", "crm"], ["my_shop", "SHOP"]],
  ["(?P<kind>shop|crm)_(?P=kind)$", ["shop_shop"], [
    "shop_crm",
    "shop",
    "shop_live",
    "my_shop",
    "SHOP",
    "crm",
  ]],
  ["shop\\Z", ["shop"], ["shop_live", "my_shop", "SHOP", "crm"]],
  ["\\Ashop", ["shop", "shop_live"], ["my_shop", "SHOP", "crm"]],
  ["(?i)SHOP$", ["shop", "SHOP"], ["shop_live", "my_shop", "crm"]],
  ["[\\w-]+$", ["société", "a-b", "shop", "shop_live", "my_shop", "SHOP", "crm"], ["a b"]],
  ["\\d+$", ["12", "٣"], ["1a", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["[]a]+$", ["]a"], ["b", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["[^]a]+$", ["bc", "shop", "shop_live", "my_shop", "SHOP", "crm"], []],
  ["[[]x", ["[x"], ["x", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["x{,2}$", ["", "x", "xx"], ["xxx", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a{}", ["a{}"], ["a", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a{2}$", ["aa"], ["aaa", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a{b}", ["a{b}"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a}", ["a}"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a]", ["a]"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a\\-b", ["a-b"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a\\_b", ["a_b"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a\\.b$", ["a.b"], ["axb", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["(a)(b)\\2", ["abb"], ["aba", "shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["(?#note)shop", ["shop", "shop_live"], ["my_shop", "SHOP", "crm"]],
  ["shop(?!_test)", ["shop_live", "shop"], ["shop_test", "my_shop", "SHOP", "crm"]],
  ["(?:shop|crm)_\\d{2,3}$", ["crm_12"], [
    "crm_1234",
    "shop",
    "shop_live",
    "my_shop",
    "SHOP",
    "crm",
  ]],
  [".*(?<=_live)$", ["shop_live"], ["shop", "my_shop", "SHOP", "crm"]],
  ["a\\x2db\\u002dc", ["a-b-c"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["", ["x", "shop", "shop_live", "my_shop", "SHOP", "crm"], []],
  ["\\bshop\\b", ["shop x", "shop"], ["shops", "shop_live", "my_shop", "SHOP", "crm"]],
  ["^(?!test).*$", ["shop", "shop_live", "my_shop", "SHOP", "crm"], ["test1"]],
  ["[\\d.]+$", ["1.2"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["a+?b", ["aab"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["café", ["café"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
  ["shop$", ["shop", "shop\n"], ["shop\r", "shop\n\n", "shop_live"]],
  ["(?m)a$\\nb", ["a\nb"], ["a\rb"]],
  ["a.b", ["axb", "a\rb", "a\u2028b"], ["a\nb"]],
  ["a\\sb", ["a b", "a\x1fb", "a\u00a0b"], ["a\ufeffb"]],
  ["a\\bé", [], ["aé"]],
  ["\\B", ["-"], ["", "a"]],
  ["shop\\$", ["shop$"], ["shop", "shop_live", "my_shop", "SHOP", "crm"]],
];

const UNTRANSLATABLE = [
  "(?x)a b",
  "(?P<a>x)?(?(a)y|z)",
  "(?>shop)",
  "a*+",
  "(?i:shop)",
  "[\\W]",
  "\\q",
  "shop\\",
  "(shop",
  "shop[",
  "shop)",
  "a)(?:b",
  "*",
  "a{3,2}",
  "\\1(a)",
  "(?a)\\w",
  "$*",
];

describe("pythonRegex", () => {
  for (const [pattern, accepted, refused] of CASES) {
    it(`matches as Python does: ${pattern}`, () => {
      const regex = pythonRegex(pattern);

      assertEquals([...accepted, ...refused].filter((text) => regex.test(text)), [...accepted]);
    });
  }

  for (const pattern of UNTRANSLATABLE) {
    it(`refuses ${pattern}`, () => {
      assertThrows(() => pythonRegex(pattern), RangeError);
    });
  }
});
