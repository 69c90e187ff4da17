import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import {
  type ChannelConfig,
  type ChannelPlan,
  parseChannels,
} from "../../src/scheduler/channel_config.ts";
import { ConfigError } from "../../src/scheduler/errors.ts";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { holds } from "./property.ts";

const part = fc.stringMatching(/^[a-z0-9_é-]{1,6}$/);
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
const number = fc.oneof(fc.nat({ max: 9 }), fc.nat());

/** What can be said of one channel; `root:0` and what it implies stand apart. */
const channel: fc.Arbitrary<ChannelConfig> = fc.record({
  name: name.map((it) => `root.${it}`),
  capacity: fc.option(number.map((it) => it + 1 > 2 ** 31 - 1 ? it : it + 1)),
  throttleMs: fc.option(fc.nat(), { nil: 0 }),
  subcapacity: fc.option(fc.integer({ min: 1, max: 99 })),
  paused: fc.boolean(),
}).chain((it) =>
  fc.boolean().map((sequential) => ({ ...it, sequential: sequential && it.capacity === 1 }))
);
const tree = fc.uniqueArray(channel, { selector: (it) => it.name, maxLength: 8 });

/** Words that a channel string is made of, right and wrong. */
const word = fc.oneof(
  ...["root", "mail", ".", "..", ":", "::", ",", "\n", "\r", " ", "=", "1", "0", "-1", "1e3"].map(
    (it) => fc.constant(it),
  ),
  ...["sequential", "throttle=2", "subcapacity", "paused", "__proto__", "constructor", "mail:2"]
    .map((it) => fc.constant(it)),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const anyText = fc.oneof(
  fc.array(word, { maxLength: 20 }).map((words) => words.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);

function printed({ channels }: Pick<ChannelPlan, "channels">): string {
  return channels.map((it) => {
    const keys = [
      ...(it.sequential ? ["sequential"] : []),
      ...(it.throttleMs > 0 ? [`throttle=${it.throttleMs / 1000}`] : []),
      ...(it.subcapacity === null ? [] : [`subcapacity=${it.subcapacity}`]),
      ...(it.paused ? ["paused"] : []),
    ];
    return [it.name, it.capacity ?? 0, ...keys].join(":");
  }).join(",");
}

function byName(channels: readonly ChannelConfig[]): ChannelConfig[] {
  return [...channels].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** What a text is read as, or its mistakes. */
function reading(text: string, strict = false): ChannelPlan | ConfigError {
  try {
    return parseChannels(text, { strict });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe("a channel string", () => {
  it("says again what was read from it", () => {
    holds(fc.property(tree, (channels) => {
      const first = parseChannels(printed({ channels }));

      const second = parseChannels(printed(first));

      assertEquals(byName(second.channels), byName(first.channels));
      for (const it of channels) {
        assertEquals(first.channels.find(({ name }) => name === it.name), it);
      }
    }));
  });

  it("has root first, and every parent before its children", () => {
    holds(fc.property(tree, (channels) => {
      const names = parseChannels(printed({ channels })).channels.map((it) => it.name);

      assertEquals(names[0], "root");
      for (const [index, name] of names.entries()) {
        if (index === 0) continue;
        const parent = names.indexOf(name.slice(0, name.lastIndexOf(".")));
        assert(parent >= 0 && parent < index, `${name} stands after its parent`);
      }
    }));
  });

  it("means the same with other separators, space and empty entries", () => {
    const separator = fc.constantFrom(",", "\n", "\r\n", " , ", ",,", "\n\n", "\r", ",\n\t");
    holds(
      fc.property(tree, separator, fc.constantFrom(":", " : ", "\t:"), (channels, it, colon) => {
        const text = printed({ channels });
        const spread = text.replaceAll(":", colon).replaceAll(",", it);

        assertEquals(parseChannels(it + spread + it).channels, parseChannels(text).channels);
      }),
    );
  });

  it("is read or refused by naming what is wrong, whatever it is", () => {
    holds(
      fc.property(anyText, fc.boolean(), (text, strict) => {
        const read = reading(text, strict);

        if (!(read instanceof ConfigError)) return;
        assert(read.mistakes.length > 0);
        for (const { entry, reason } of read.mistakes) {
          assert(entry !== "" && text.includes(entry), `"${entry}" stands in the text`);
          assert(reason.includes("as in") || reason.includes("meant may be"), reason);
        }
      }),
      1000,
    );
  });

  it("is refused in a strict reading for the mistakes of the other, and for unknown keys", () => {
    holds(fc.property(anyText, (text) => {
      const [loose, strict] = [reading(text), reading(text, true)];

      if (loose instanceof ConfigError) {
        assert(strict instanceof ConfigError);
        assert(strict.mistakes.length >= loose.mistakes.length);
      } else if (strict instanceof ConfigError) {
        assert(strict.mistakes.every(({ reason }) => reason.includes("is unknown")));
        assert(loose.warnings.length >= strict.mistakes.length);
      } else assertEquals(strict, loose);
    }));
  });

  it("gives an example that can be used with every mistake", () => {
    holds(fc.property(anyText, (text) => {
      const read = reading(text);

      if (!(read instanceof ConfigError)) return;
      for (const { reason } of read.mistakes) {
        const example = /as in "(.*)"$/s.exec(reason)?.[1] ?? "";
        assertEquals(reading(example) instanceof ConfigError, false, reason);
      }
    }));
  });

  it("is read in an instant, however long", () => {
    const unit = fc.oneof(word, fc.constant("a:1:sequential=true,"), fc.constant("   "));
    holds(
      fc.property(unit, (it) => {
        const text = it.repeat(Math.ceil(50_000 / Math.max(it.length, 1)));
        const begin = performance.now();

        reading(`${text}x`);

        assert(performance.now() - begin < 5_000);
      }),
      30,
    );
  });

  it("makes a scheduler, or is refused by it alike", () => {
    holds(
      fc.property(fc.oneof(anyText, tree.map((channels) => printed({ channels }))), (text) => {
        const read = reading(text);

        try {
          const scheduler = Scheduler.create(text);
          scheduler.checkInvariants();
          assert(!(read instanceof ConfigError));
          const names = scheduler.channels().map((it) => it.name);
          assertEquals([...names].sort(), read.channels.map((it) => it.name).sort());
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          assertEquals(error.message, (read as ConfigError).message);
        }
      }),
    );
  });
});
