import type { ChaosSystem } from "../chaos_system.ts";

/** How a plan wants one fault. */
export interface Wish {
  readonly lastsMs: number;
  /** From 0 up to 1: which of several ways. */
  readonly way: number;
}

export interface FaultKind {
  readonly name: string;
  /** How often it comes beside its once in twenty rounds. */
  readonly weight: number;
  /** Faults that touch the same come one after the other. */
  readonly touches: "process" | "postgres link" | "server" | "odoo link" | "odoo" | "rows" | "side";
  /** Whether it can be made at all; always if absent. */
  readonly needs?: (system: ChaosSystem) => boolean;
  /**
   * Brings it about at a moment when it hits something, lets it last and ends it. Answers what it
   * was seen to hit, as a sentence of the log, or null.
   */
  readonly make: (system: ChaosSystem, wish: Wish) => Promise<string | null>;
}

/** Chooses one of several ways. */
export function chosen<T>(way: number, ways: readonly T[]): T {
  return ways[Math.floor(way * ways.length)] as T;
}

/** How long since, for people. */
export function secondsSince(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
