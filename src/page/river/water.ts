import type { OverviewChannel } from "../../view.ts";

/** How a channel looks as water, in pixels and shares. */
export interface Water {
  /** Of its pipe, between the banks. */
  readonly thickness: number;
  /** How much of the pipe is full, from 0 to 1. */
  readonly fill: number;
  /** How high the waiting jobs stand behind the gate, from 0 to 1. */
  readonly level: number;
  /** Without a capacity a pipe has no banks. */
  readonly isUnlimited: boolean;
  readonly isClosed: boolean;
}

const THINNEST = 5;
const THICKEST = 26;
/** A tank is full to the brim with so many jobs. */
const BRIM = 6;

/**
 * Width by capacity, filled by what runs. Both grow as logarithms do: a channel for two and one for
 * two hundred are to be told apart at the same time as ten and a million jobs.
 */
export function waterOf(channel: OverviewChannel): Water {
  const { capacity, allRunning, waiting, paused } = channel;
  const isUnlimited = capacity === null;
  const places = capacity ?? Math.max(1, allRunning);
  const thickness = Math.min(THICKEST, THINNEST + 4 * Math.log2(1 + places));
  const share = isUnlimited ? (allRunning > 0 ? 0.6 : 0) : allRunning / Math.max(1, places);
  return {
    thickness,
    fill: Math.min(1, share),
    level: waiting === 0 ? 0 : Math.min(1, 0.1 + 0.9 * Math.log10(waiting) / BRIM),
    isUnlimited,
    isClosed: paused || capacity === 0,
  };
}
