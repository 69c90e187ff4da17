import { JobNames } from "./job_names.ts";

/** A database as the core knows it. */
export interface KnownDatabase {
  readonly name: string;
  readonly number: number;
  readonly jobs: JobNames;
}

/** The databases by name: numbers them for the core. Numbers that are free are used again. */
export class DatabaseTable {
  readonly #byName = new Map<string, KnownDatabase>();
  readonly #byNumber: KnownDatabase[] = [];
  readonly #freeNumbers: number[] = [];

  get(name: string): KnownDatabase | undefined {
    return this.#byName.get(name);
  }

  at(number: number): KnownDatabase {
    return this.#byNumber[number]!;
  }

  /** The database of this name, which is made known if it is not. */
  named(name: string): KnownDatabase {
    const known = this.#byName.get(name);
    if (known) return known;
    const number = this.#freeNumbers.pop() ?? this.#byNumber.length;
    const database = { name, number, jobs: new JobNames() };
    this.#byNumber[number] = database;
    this.#byName.set(name, database);
    return database;
  }

  /** The database has no jobs any more: its number is free. */
  drop({ name, number }: KnownDatabase): void {
    this.#byName.delete(name);
    this.#freeNumbers.push(number);
  }
}
