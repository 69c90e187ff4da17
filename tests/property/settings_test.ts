import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { loadSettings } from "../../src/config/settings.ts";
import type { SettingKey } from "../../src/config/setting.ts";
import { shownSettings } from "../../src/config/shown_settings.ts";
import { ConfigError } from "../../src/scheduler/errors.ts";
import { fakeMachine, type Given, inspect } from "../config/fake_machine.ts";
import { holds } from "./property.ts";

/** A place where a setting may stand: an option, a variable, or a section and its key. */
type Place = readonly [
  kind: "option" | "variable" | "ours" | "queue_job" | "connector" | "odoo",
  name: string,
];

interface Known {
  /** The strongest first. */
  readonly places: readonly Place[];
  readonly fallback: unknown;
  /** A right text for a number, another for each number. */
  readonly right: (number: number) => string;
  readonly value: (number: number) => unknown;
  readonly wrong: string;
}

const port = (number: number) => 1000 + number;
const asPort = { right: (it: number) => `${port(it)}`, value: port, wrong: "65536" };
const asWord = { right: (it: number) => `word${it}`, value: (it: number) => `word${it}` };

/** Some settings of every kind, with the order of their sources as the documentation has it. */
const KNOWN: Readonly<Partial<Record<SettingKey, Known>>> = {
  port: {
    places: [
      ["option", "--port"],
      ["variable", "ODOO_JOBRUNNER_PORT"],
      ["variable", "ODOO_QUEUE_JOB_PORT"],
      ["variable", "ODOO_CONNECTOR_PORT"],
      ["ours", "port"],
      ["queue_job", "port"],
      ["connector", "port"],
      ["odoo", "http_port"],
      ["odoo", "xmlrpc_port"],
    ],
    fallback: 8069,
    ...asPort,
  },
  host: {
    places: [
      ["option", "--host"],
      ["variable", "ODOO_JOBRUNNER_HOST"],
      ["variable", "ODOO_QUEUE_JOB_HOST"],
      ["variable", "ODOO_CONNECTOR_HOST"],
      ["ours", "host"],
      ["queue_job", "host"],
      ["connector", "host"],
      ["odoo", "http_interface"],
      ["odoo", "xmlrpc_interface"],
    ],
    fallback: "localhost",
    ...asWord,
    wrong: "a b",
  },
  dbPort: {
    places: [
      ["option", "--db-port"],
      ["variable", "ODOO_JOBRUNNER_DB_PORT"],
      ["variable", "ODOO_QUEUE_JOB_JOBRUNNER_DB_PORT"],
      ["variable", "ODOO_CONNECTOR_JOBRUNNER_DB_PORT"],
      ["ours", "db_port"],
      ["queue_job", "jobrunner_db_port"],
      ["connector", "jobrunner_db_port"],
      ["odoo", "db_port"],
      ["variable", "PGPORT"],
    ],
    fallback: 5432,
    ...asPort,
  },
  dbUser: {
    places: [
      ["option", "--db-user"],
      ["variable", "ODOO_JOBRUNNER_DB_USER"],
      ["variable", "ODOO_QUEUE_JOB_JOBRUNNER_DB_USER"],
      ["variable", "ODOO_CONNECTOR_JOBRUNNER_DB_USER"],
      ["ours", "db_user"],
      ["queue_job", "jobrunner_db_user"],
      ["connector", "jobrunner_db_user"],
      ["odoo", "db_user"],
      ["variable", "PGUSER"],
    ],
    fallback: "os-user",
    ...asWord,
    wrong: "",
  },
  healthPort: {
    places: [
      ["option", "--health-port"],
      ["variable", "ODOO_JOBRUNNER_HEALTH_PORT"],
      ["ours", "health_port"],
    ],
    fallback: 8070,
    ...asPort,
  },
  drainTimeoutMs: {
    places: [
      ["option", "--drain-timeout"],
      ["variable", "ODOO_JOBRUNNER_DRAIN_TIMEOUT"],
      ["ours", "drain_timeout"],
    ],
    fallback: 10_000,
    right: (it) => `${it}.5`,
    value: (it) => it * 1000 + 500,
    wrong: "-1",
  },
};

const KEYS = Object.keys(KNOWN) as (keyof typeof KNOWN & SettingKey)[];
const SECTIONS = {
  ours: "jobrunner",
  queue_job: "queue_job",
  connector: "options-connector",
  odoo: "options",
};

/** For each setting, by place: a number for a right value, null for a wrong one, or not given. */
type Choice = Readonly<Record<string, readonly (number | null | undefined)[]>>;

const choice: fc.Arbitrary<Choice> = fc.record(
  Object.fromEntries(KEYS.map((key) => {
    const { places, wrong } = KNOWN[key]!;
    const given = fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.nat({ max: 99 }) },
      { weight: wrong === "" ? 0 : 1, arbitrary: fc.constant(null) },
    );
    return [key, fc.array(given, { minLength: places.length, maxLength: places.length })];
  })),
);

/** The machine on which all that is given stands where it should. */
function machineOf(choice: Choice): Given {
  const argv: string[] = [];
  const environment: Record<string, string> = {};
  const sections = new Map(Object.values(SECTIONS).map((it) => [it, `[${it}]\n`]));
  for (const key of KEYS) {
    const { places, right, wrong } = KNOWN[key]!;
    for (const [index, [kind, name]] of places.entries()) {
      const number = choice[key]![index];
      if (number === undefined) continue;
      const text = number === null ? wrong : right(number);
      if (kind === "option") argv.push(`${name}=${text}`);
      else if (kind === "variable") environment[name] = text;
      else sections.set(SECTIONS[kind], `${sections.get(SECTIONS[kind])}${name} = ${text}\n`);
    }
  }
  return { argv, environment, files: { "/home/odoo/.odoorc": [...sections.values()].join("") } };
}

/** The strongest of what is given: a number, null for a wrong one, undefined for nothing. */
function strongest(choice: Choice, key: SettingKey): [Place, number | null] | null {
  const index = choice[key]!.findIndex((it) => it !== undefined);
  return index < 0 ? null : [KNOWN[key]!.places[index]!, choice[key]![index]!];
}

describe("a setting", () => {
  it("comes from the strongest place where it stands", () => {
    holds(fc.property(choice, (choice) => {
      const { settings, origins } = inspect(machineOf(choice));

      for (const key of KEYS) {
        const { fallback, value } = KNOWN[key]!;
        const [place, number] = strongest(choice, key) ?? [null, null];
        assertEquals(settings[key], number === null ? fallback : value(number), key);
        if (place !== null && number !== null) {
          assertEquals(origins[key].split(" ").at(-1), place[1]);
        }
      }
    }));
  });

  it("is refused when the strongest is wrong, with all others that are", () => {
    holds(fc.property(choice, fc.constantFrom([], ["--nonsense"]), (choice, unknown) => {
      const known = machineOf(choice);
      const machine = { ...known, argv: [...known.argv ?? [], ...unknown] };
      const wrong = KEYS.flatMap((key) => {
        const [place, number] = strongest(choice, key) ?? [];
        return number === null ? [`${place![1]}=${KNOWN[key]!.wrong}`] : [];
      }).concat(unknown);

      try {
        loadSettings(fakeMachine(machine));
        assertEquals(wrong, []);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const entries = error.mistakes.map(({ entry }) => entry.split("] ").at(-1)!);
        assertEquals(entries.sort(), wrong.sort());
      }
    }));
  });
});

describe("settings", () => {
  const text = fc.string({ unit: "binary", maxLength: 30 });
  const option = fc.oneof(
    text,
    fc.constantFrom(...KEYS.flatMap((key) => KNOWN[key]!.places).map(([, name]) => name)),
    fc.constantFrom("--config", "--channels", "--database", "--db-filter", "-d", "-c", "--help"),
  );
  const word = fc.oneof(option, fc.tuple(option, text).map(([name, text]) => `${name}=${text}`));
  const name = fc.oneof(
    text,
    fc.constantFrom("ODOO_QUEUE_JOB_CHANNELS", "ODOO_JOBRUNNER_DB_NAME", "PGHOST", "ODOO_RC"),
  );

  it("are read or refused, whatever is given", () => {
    holds(fc.property(
      fc.array(word, { maxLength: 6 }),
      fc.dictionary(name, text, { maxKeys: 6 }),
      fc.array(text, { maxLength: 8 }),
      (argv, environment, lines) => {
        const files = { "/home/odoo/.odoorc": `[options]\n${lines.join("\n")}` };

        try {
          loadSettings(fakeMachine({ argv, environment, files }));
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          assert(error.mistakes.length > 0);
        }
      },
    ));
  });
});

describe("a secret", () => {
  const SECRET = "Geheim";
  /** A password with what passwords have in them. */
  const password = fc.tuple(
    fc.stringMatching(/^[ -~]{0,4}$/),
    fc.stringMatching(/^[ -~]{0,4}$/),
  ).map(([before, after]) => `${before}${SECRET}${after}`.trim());
  const place = fc.constantFrom<(password: string) => Given>(
    (it) => ({ argv: [`--db-password=${it}`] }),
    (it) => ({ argv: ["--db-password", it] }),
    (it) => ({ argv: [`--db_pasword=${it}`] }),
    (it) => ({ argv: [`--http-auth-password=${it}`] }),
    (it) => ({ argv: [`--database=postgres://odoo:${it}@db/shop`] }),
    (it) => ({ argv: [`--database=shop,postgresql://odoo:${it}@db:x/shop`] }),
    (it) => ({ argv: [`--database=postgres://odoo:${encodeURIComponent(it)}@db/shop`] }),
    (it) => ({ argv: [`--database=mysql://odoo:${it}@db/shop`] }),
    // A comma here cannot be told from the one before the next name.
    (it) => ({ argv: [`--database=postgres://db/shop?password=${it.replaceAll(",", "")}`] }),
    (it) => ({ argv: [`--db-host=postgres://odoo:${it}@db/shop`] }),
    (it) => ({ environment: { PGPASSWORD: it } }),
    (it) => ({ environment: { ODOO_QUEUE_JOB_HTTP_AUTH_PASSWORD: it } }),
    (it) => ({ environment: { ODOO_JOBRUNNER_DB_PASSWORDS: it } }),
    (it) => ({ environment: { ODOO_JOBRUNNER_DB_NAME: `postgres://odoo:${it}@db/shop` } }),
    (it) => ({ files: { "/home/odoo/.pgpass": `localhost:5432:*:os-user:${it}` } }),
    (it) => ({ files: { "/home/odoo/.odoorc": `[options]\ndb_password = ${it}\n` } }),
    (it) => ({ files: { "/home/odoo/.odoorc": `[options]\n${it}\n` } }),
    (it) => ({ files: { "/home/odoo/.odoorc": `db_password = ${it}\n` } }),
    (it) => ({
      files: { "/home/odoo/.odoorc": `[options]\ndb_password = ${it}\ndb_password = ${it}\n` },
    }),
    (it) => ({
      files: { "/home/odoo/.odoorc": `[options]\ndb_name = postgres://odoo:${it}@db/shop\n` },
    }),
  );

  it("stands in no message and no list of the settings", () => {
    holds(
      fc.property(password, place, (password, place) => {
        const given = place(password);
        const wrong = { ...given, argv: [...given.argv ?? [], "--port=0"] };

        const inspection = inspect(wrong);

        const said = [
          ...inspection.mistakes.map(({ entry, reason }) => `${entry}: ${reason}`),
          ...inspection.warnings,
          ...shownSettings(inspection).map(({ name, value, origin }) =>
            `${name} ${value} ${origin}`
          ),
        ];
        for (const line of said) assert(!line.includes(SECRET), line);
      }),
      600,
    );
  });
});
