import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type OdooFile, readOdooFile } from "../../src/config/odoo_file.ts";

/** What RawConfigParser of Python 3.11 makes of a text. */
const PYTHON_READS: readonly {
  readonly name: string;
  readonly text: string;
  readonly sections: Readonly<Record<string, Readonly<Record<string, string>>>>;
}[] = [
  {
    name: "both delimiters, trimmed",
    text: "[options]\ndb_host = localhost\ndb_port:5432\n  db_user  =  odoo  \n",
    sections: { "options": { "db_host": "localhost", "db_port": "5432\ndb_user  =  odoo" } },
  },
  {
    name: "lower-cased keys, sections as they are",
    text: "[Queue_Job]\nCHANNELS = root:4\n",
    sections: { "Queue_Job": { "channels": "root:4" } },
  },
  {
    name: "first delimiter wins",
    text: "[queue_job]\nchannels = root:4,mail:2:sequential=false\nchannels2: a=b\n",
    sections: { "queue_job": { "channels": "root:4,mail:2:sequential=false", "channels2": "a=b" } },
  },
  {
    name: "a continued value",
    text: "[queue_job]\nchannels =\n    root:4,\n    mail:2\nport = 8069\n",
    sections: { "queue_job": { "channels": "\nroot:4,\nmail:2", "port": "8069" } },
  },
  {
    name: "continued lines that look like options",
    text: "[queue_job]\nchannels = root:4\n  mail = 2\n\t[x]\nport=1\n",
    sections: { "queue_job": { "channels": "root:4\nmail = 2\n[x]", "port": "1" } },
  },
  {
    name: "empty lines inside and after a value",
    text: "[a]\nx = 1\n\n  2\n\n\ny = 3\n",
    sections: { "a": { "x": "1\n\n2", "y": "3" } },
  },
  {
    name: "comments between continued lines",
    text: "[a]\nx = 1\n# no\n  2\n  ; no\n  3\n#end\ny = 4\n",
    sections: { "a": { "x": "1\n2\n3", "y": "4" } },
  },
  {
    name: "no inline comments",
    text: "[a]\nx = 1 ; one\ny = 2 # two\n",
    sections: { "a": { "x": "1 ; one", "y": "2 # two" } },
  },
  {
    name: "interpolation signs",
    text: "[a]\nx = %d_%(name)s_$HOME\ny = 100%\n",
    sections: { "a": { "x": "%d_%(name)s_$HOME", "y": "100%" } },
  },
  {
    name: "an empty value",
    text: "[a]\nx =\ny:\n",
    sections: { "a": { "x": "", "y": "" } },
  },
  {
    name: "indented options",
    text: "[a]\n  x = 1\n  y = 2\n    more\nz = 3\n",
    sections: { "a": { "x": "1", "y": "2\nmore", "z": "3" } },
  },
  {
    name: "indented section",
    text: "  [a]\n  x = 1\n",
    sections: { "a": { "x": "1" } },
  },
  {
    name: "text after a section header",
    text: "[a] ; comment\nx = 1\n[b]]\ny=2\n",
    sections: { "a": { "x": "1" }, "b]": { "y": "2" } },
  },
  {
    name: "default section",
    text: "[DEFAULT]\nx = 1\n[a]\ny = 2\n[b]\nx = 3\n",
    sections: { "a": { "x": "1", "y": "2" }, "b": { "x": "3" } },
  },
  {
    name: "carriage returns",
    text: "[a]\r\nx = 1\r\n  2\r\n\r\ny = 3\r\n",
    sections: { "a": { "x": "1\n2", "y": "3" } },
  },
  {
    name: "comments first",
    text: "# a\n; b\n\n[a]\nx = a;b#c\n",
    sections: { "a": { "x": "a;b#c" } },
  },
  {
    name: "spaces in keys",
    text: "[a]\nmy key = 1\n",
    sections: { "a": { "my key": "1" } },
  },
  {
    name: "quotes are kept",
    text: "[a]\nx = \"\"\ny = 'a b'\n",
    sections: { "a": { "x": '""', "y": "'a b'" } },
  },
  {
    name: "delimiter without spaces",
    text: "[a]\nx=1\ny:2\nz = = 3\n",
    sections: { "a": { "x": "1", "y": "2", "z": "= 3" } },
  },
  {
    name: "Python's white space",
    text: "[a]\n\x1fx\x85=\xa01\u2028\ny = \ufeff2\n",
    sections: { "a": { "x": "1", "y": "\ufeff2" } },
  },
  {
    name: "words of Python",
    text: "[options]\ndb_host = False\nlist_db = True\nx = None\n",
    sections: { "options": { "db_host": "False", "list_db": "True", "x": "None" } },
  },
];

function plain(file: OdooFile): Record<string, Record<string, string>> {
  const entries = [...file.sections].map(([name, options]) => [name, Object.fromEntries(options)]);
  return Object.fromEntries(entries);
}

describe("readOdooFile reads as Python does", () => {
  for (const { name, text, sections } of PYTHON_READS) {
    it(name, () => {
      const file = readOdooFile(text);

      assertEquals(plain(file), sections);
      assertEquals(file.mistakes, []);
      assertEquals(file.warnings, []);
    });
  }
});

describe("readOdooFile", () => {
  it("takes the last of an option that stands there twice, as Python 2 does, and warns", () => {
    const file = readOdooFile("[a]\nx = 1\nX = 2\n");

    assertEquals(plain(file), { a: { x: "2" } });
    assertEquals(file.warnings.map((it) => it.line), [3]);
  });

  it("merges a section that stands there twice, as Python 2 does, and warns", () => {
    const file = readOdooFile("[a]\nx = 1\n[b]\n[a]\ny = 2\n");

    assertEquals(plain(file), { a: { x: "1", y: "2" }, b: {} });
    assertEquals(file.warnings.map((it) => it.line), [4]);
  });

  it("refuses options before the first section, once", () => {
    const file = readOdooFile("x = 1\ny = 2\n[a]\nz = 3\n");

    assertEquals(plain(file), { a: { z: "3" } });
    assertEquals(file.mistakes.map((it) => it.line), [1]);
  });

  it("refuses each line that is no option, without showing it", () => {
    const file = readOdooFile("[a]\nsecret\ny = 2\n= 1\n");

    assertEquals(plain(file), { a: { y: "2" } });
    assertEquals(file.mistakes.map((it) => it.line), [2, 4]);
    assertEquals(file.mistakes.some((it) => it.text.includes("secret")), false);
  });

  it("passes over a byte order mark", () => {
    assertEquals(plain(readOdooFile("\uFEFF[a]\nx = 1")), { a: { x: "1" } });
  });
});
