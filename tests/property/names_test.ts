import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { JobNames } from "../../src/scheduler/job_names.ts";
import { nearestWord } from "../../src/scheduler/nearest_word.ts";
import { holds } from "./property.ts";

const WORDS = 4;
const canonical = fc.uuid();
const anyId = fc.oneof(
  canonical,
  canonical.map((it) => it.toUpperCase()),
  canonical.map((it) => it.replaceAll("-", "")),
  canonical.map((it) => `${it} `),
  fc.tuple(canonical, fc.nat({ max: 35 }), fc.string({ unit: "binary", maxLength: 1 })).map(
    ([uuid, at, letter]) => uuid.slice(0, at) + letter + uuid.slice(at + 1),
  ),
  canonical.map((it) => `ffffffff-ffff-ffff${it.slice(18)}`),
  fc.string({ unit: "binary", maxLength: 40 }),
);

function wordsOf(names: JobNames, uuid: string): number[] {
  const words = new Int32Array(WORDS);
  names.write(uuid, words);
  return [...words];
}

function nameOf(names: JobNames, words: readonly number[]): string {
  return names.read(Int32Array.from(words), 0);
}

describe("JobNames", () => {
  it("gives every text back, and no two texts the same words", () => {
    holds(fc.property(fc.uniqueArray(anyId, { maxLength: 20 }), (uuids) => {
      const names = new JobNames();

      const words = uuids.map((uuid) => wordsOf(names, uuid));

      assertEquals(words.map((it) => nameOf(names, it)), uuids);
      assertEquals(new Set(words.map(String)).size, uuids.length);
    }));
  });

  it("needs nothing to know a canonical UUID", () => {
    holds(fc.property(canonical, (uuid) => {
      const words = wordsOf(new JobNames(), uuid);

      assertEquals(nameOf(new JobNames(), words), uuid);
    }));
  });

  it("knows an odd id from its first writing to its release, whatever others do", () => {
    const step = fc.tuple(fc.boolean(), fc.nat({ max: 9 }));
    const ids = fc.uniqueArray(anyId, { minLength: 10, maxLength: 10 });
    holds(fc.property(ids, fc.array(step, { maxLength: 60 }), (ids, steps) => {
      const names = new JobNames();
      const known = new Map<string, number[]>();

      for (const [writes, at] of steps) {
        const uuid = ids[at]!;
        if (writes) {
          const words = wordsOf(names, uuid);
          assertEquals(words, known.get(uuid) ?? words, "a known id keeps its words");
          known.set(uuid, words);
        } else {
          names.release(uuid);
          known.delete(uuid);
        }
        for (const [uuid, words] of known) assertEquals(nameOf(names, words), uuid);
      }
    }));
  });

  it("uses the numbers of released ids again", () => {
    holds(fc.property(fc.array(anyId, { maxLength: 50 }), (uuids) => {
      const names = new JobNames();
      const words = uuids.map((uuid) => {
        const words = wordsOf(names, uuid);
        names.release(uuid);
        return words;
      });

      const numbers = words.filter(([a, b]) => a === -1 && b === a).map((it) => it[3]);
      assert(numbers.every((number) => number === 0), `${numbers}`);
    }));
  });

  it("answers of an odd id never written that it does not know it", () => {
    holds(fc.property(anyId, anyId, (uuid, other) => {
      fc.pre(uuid !== other);
      const names = new JobNames();
      const words = wordsOf(names, other);
      const found = new Int32Array(WORDS);

      const isKnown = names.writeKnown(uuid, found);

      if (isKnown) assertNotEquals([...found], words);
    }));
  });
});

describe("nearestWord", () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });

  it("finds a word itself, in any case", () => {
    holds(fc.property(word, fc.array(word), (meant, others) => {
      const found = nearestWord(meant.toUpperCase(), [...others, meant]);

      assertEquals(found?.toLowerCase(), meant.toUpperCase().toLowerCase());
    }));
  });

  it("finds a word that differs in one letter", () => {
    const letter = fc.string({ minLength: 1, maxLength: 1 });
    holds(fc.property(word, fc.nat({ max: 12 }), letter, (meant, at, letter) => {
      const slips = [
        meant.slice(0, at) + letter + meant.slice(at),
        meant.slice(0, at) + meant.slice(at + 1),
        meant.slice(0, at) + letter + meant.slice(at + 1),
      ];

      for (const slip of slips) assertEquals(nearestWord(slip, [meant]), meant);
    }));
  });

  it("finds one of the known words, or none", () => {
    holds(fc.property(fc.string(), fc.array(fc.string()), (word, known) => {
      const found = nearestWord(word, known);

      assert(found === null || known.includes(found));
    }));
  });
});
