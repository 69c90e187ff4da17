/** `0` to `9` and `a` to `f` as numbers, anything else as -1, by character code. */
const HEX_VALUES = Int8Array.from(
  { length: 128 },
  (_, code) => "0123456789abcdef".indexOf(String.fromCharCode(code)),
);
const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Words 0 and 1 of an id that is no canonical UUID; its number is in word 3. */
const INTERNED = 0xffffffff;

/**
 * The ids of one database's jobs that are no canonical lower-case UUIDs: each gets a number while
 * its job is known. Canonical ones, the usual case, need no memory: they are numbers themselves.
 */
export class JobNames {
  readonly #numberOf = new Map<string, number>();
  readonly #nameOf: (string | undefined)[] = [];
  readonly #freeNumbers: number[] = [];

  /** Writes the four words of a known or new job. */
  write(uuid: string, words: Uint32Array): void {
    if (this.writeKnown(uuid, words)) return;
    const number = this.#freeNumbers.pop() ?? this.#nameOf.length;
    this.#nameOf[number] = uuid;
    this.#numberOf.set(uuid, number);
    writeInterned(number, words);
  }

  /** Writes the four words unless the id is an odd one never seen; answers whether it did. */
  writeKnown(uuid: string, words: Uint32Array): boolean {
    if (writeCanonical(uuid, words)) return true;
    const number = this.#numberOf.get(uuid);
    if (number === undefined) return false;
    writeInterned(number, words);
    return true;
  }

  /** The id of the job whose words start at `offset`. */
  read(words: Uint32Array, offset: number): string {
    if (words[offset] === INTERNED && words[offset + 1] === INTERNED) {
      return this.#nameOf[words[offset + 3]!]!;
    }
    const a = hex(words[offset]!), b = hex(words[offset + 1]!);
    const c = hex(words[offset + 2]!), d = hex(words[offset + 3]!);
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
  }

  /** The job is no longer known. */
  release(uuid: string): void {
    const number = this.#numberOf.get(uuid);
    if (number === undefined) return;
    this.#numberOf.delete(uuid);
    this.#nameOf[number] = undefined;
    this.#freeNumbers.push(number);
  }

  /** Releases every odd id whose job is no longer known. */
  releaseUnknown(words: Uint32Array, isKnown: () => boolean): void {
    for (const [uuid, number] of this.#numberOf) {
      writeInterned(number, words);
      if (!isKnown()) this.release(uuid);
    }
  }
}

function writeInterned(number: number, words: Uint32Array): void {
  words[0] = INTERNED;
  words[1] = INTERNED;
  words[2] = 0;
  words[3] = number;
}

/** Only one spelling may be a number, else two texts would be one job. */
function writeCanonical(uuid: string, words: Uint32Array): boolean {
  if (uuid.length !== 36) return false;
  let word = 0;
  let digits = 0;
  for (let i = 0; i < 36; i++) {
    const code = uuid.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== 45) return false;
      continue;
    }
    const value = code < 128 ? HEX_VALUES[code]! : -1;
    if (value < 0) return false;
    word = (word << 4) | value;
    digits++;
    if ((digits & 7) === 0) words[(digits >> 3) - 1] = word;
  }
  return !(words[0] === INTERNED && words[1] === INTERNED);
}

function hex(word: number): string {
  return HEX_BYTES[word >>> 24]! + HEX_BYTES[(word >>> 16) & 255]! +
    HEX_BYTES[(word >>> 8) & 255]! +
    HEX_BYTES[word & 255]!;
}
