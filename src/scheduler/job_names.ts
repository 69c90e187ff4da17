/** The value of a hexadecimal digit by its character code, NO_DIGIT of anything else. */
const NO_DIGIT = 0x10000;
const DIGIT_OF = Int32Array.from({ length: 128 }, (_, code) => {
  const value = "0123456789abcdef".indexOf(String.fromCharCode(code));
  return value < 0 ? NO_DIGIT : value;
});
const CODE_OF = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const HYPHEN = 45;
/** A UUID as it is being written; an array, because a string is made from one at once. */
const codes: number[] = Array.from({ length: 36 }, () => HYPHEN);

/** Words 0 and 1 of an id that is no canonical UUID, as signed numbers; its number is in word 3. */
const INTERNED = -1;

/**
 * The ids of one database's jobs that are no canonical lower-case UUIDs: each gets a number while
 * its job is known. Canonical ones, the usual case, need no memory: they are numbers themselves.
 */
export class JobNames {
  readonly #numberOf = new Map<string, number>();
  readonly #nameOf: (string | undefined)[] = [];
  readonly #freeNumbers: number[] = [];

  /** Writes the four words of a known or new job. */
  write(uuid: string, words: Int32Array): void {
    if (this.writeKnown(uuid, words)) return;
    const number = this.#freeNumbers.pop() ?? this.#nameOf.length;
    this.#nameOf[number] = uuid;
    this.#numberOf.set(uuid, number);
    writeInterned(number, words);
  }

  /** Writes the four words unless the id is an odd one never seen; answers whether it did. */
  writeKnown(uuid: string, words: Int32Array): boolean {
    if (writeCanonical(uuid, words)) return true;
    const number = this.#numberOf.get(uuid);
    if (number === undefined) return false;
    writeInterned(number, words);
    return true;
  }

  /** The id of the job whose words start at `offset`. */
  read(words: Int32Array, offset: number): string {
    if (words[offset] === INTERNED && words[offset + 1] === INTERNED) {
      return this.#nameOf[words[offset + 3]!]!;
    }
    writeDigits(words[offset]!, 0, 4);
    writeDigits(words[offset + 1]!, 9, 14);
    writeDigits(words[offset + 2]!, 19, 24);
    writeDigits(words[offset + 3]!, 28, 32);
    // One flat string: eight times as fast as joining pairs of digits.
    return String.fromCharCode.apply(null, codes);
  }

  /** The job is no longer known. */
  release(uuid: string): void {
    // To ask a map that is empty hashes the text all the same: a large part of forgetting a job.
    if (this.#numberOf.size === 0) return;
    const number = this.#numberOf.get(uuid);
    if (number === undefined) return;
    this.#numberOf.delete(uuid);
    this.#nameOf[number] = undefined;
    this.#freeNumbers.push(number);
  }

  /** Releases every odd id whose job is no longer known. */
  releaseUnknown(words: Int32Array, isKnown: () => boolean): void {
    for (const [uuid, number] of this.#numberOf) {
      writeInterned(number, words);
      if (!isKnown()) this.release(uuid);
    }
  }
}

function writeInterned(number: number, words: Int32Array): void {
  words[0] = INTERNED;
  words[1] = INTERNED;
  words[2] = 0;
  words[3] = number;
}

/** Only one spelling may be a number, else two texts would be one job. */
function writeCanonical(uuid: string, words: Int32Array): boolean {
  if (uuid.length !== 36) return false;
  for (let at = 8; at <= 23; at += 5) if (uuid.charCodeAt(at) !== HYPHEN) return false;
  const a = readDigits(uuid, 0), b = readDigits(uuid, 4);
  const c = readDigits(uuid, 9), d = readDigits(uuid, 14);
  const e = readDigits(uuid, 19), f = readDigits(uuid, 24);
  const g = readDigits(uuid, 28), h = readDigits(uuid, 32);
  if ((a | b | c | d | e | f | g | h) >= NO_DIGIT) return false;
  words[0] = (a << 16) | b;
  words[1] = (c << 16) | d;
  words[2] = (e << 16) | f;
  words[3] = (g << 16) | h;
  return !(words[0] === INTERNED && words[1] === INTERNED);
}

/** Four digits as a number; from NO_DIGIT upwards when one is none. */
function readDigits(text: string, at: number): number {
  const a = text.charCodeAt(at), b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2), d = text.charCodeAt(at + 3);
  if ((a | b | c | d) > 127) return NO_DIGIT;
  return (DIGIT_OF[a]! << 12) | (DIGIT_OF[b]! << 8) | (DIGIT_OF[c]! << 4) | DIGIT_OF[d]!;
}

/** The eight digits of a word, in two groups of four. */
function writeDigits(word: number, first: number, second: number): void {
  writeFour(word >>> 16, first);
  writeFour(word, second);
}

function writeFour(word: number, at: number): void {
  codes[at] = CODE_OF[(word >>> 12) & 15]!;
  codes[at + 1] = CODE_OF[(word >>> 8) & 15]!;
  codes[at + 2] = CODE_OF[(word >>> 4) & 15]!;
  codes[at + 3] = CODE_OF[word & 15]!;
}
