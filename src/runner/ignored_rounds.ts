/** An ignored database where nothing was written is looked at every so many lists. */
const ROUNDS = 10;

/**
 * When a database without jobs is worth another look: when something was written there, since
 * nobody installs an add-on without that, and now and then all the same.
 */
export class IgnoredRounds {
  #written: string | null = null;
  #count = 0;

  /** The list has been read: is another look due? `written` is null where that is not known. */
  isDue(written: string | null): boolean {
    const isChanged = written === null || written !== this.#written;
    this.#written = written;
    return ++this.#count >= ROUNDS || isChanged;
  }

  /** It was looked at. */
  restart(): void {
    this.#count = 0;
  }
}
