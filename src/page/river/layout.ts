import { flat, isActive, type Row } from "./channel_tree.ts";

/** Where a row lies in the picture. */
export interface Placed {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** False: one below the other, since there is no room for columns. */
  readonly isWide: boolean;
  /** As they are read. */
  readonly placed: readonly Placed[];
}

const GAP = 72;
const COLUMN_MIN = 190;
const COLUMN_MAX = 380;
/** Root's water runs on to Odoo. */
const MOUTH = 150;
const BUSY_HEIGHT = 84;
const QUIET_HEIGHT = 52;
const MORE_HEIGHT = 40;
/** A channel lies amid those that flow into it, but not far from the first. */
const DROP_MAX = 240;

/** Columns from the springs at the left to root at the right; on a narrow screen only lines. */
export function layoutOf(root: Row, width: number): Layout {
  const rows = flat(root);
  const depth = Math.max(...rows.map((it) => it.level));
  const room = (width - MOUTH - GAP * (depth - 1)) / depth;
  if (room < COLUMN_MIN) return { width, height: 0, isWide: false, placed: lines(rows) };
  const column = Math.min(COLUMN_MAX, room);
  const end = Math.min(width - MOUTH, depth * column + (depth - 1) * GAP);
  const xOf = ({ level }: Row) => end - level * column - (level - 1) * GAP;
  const places = new Map<Row, Placed>();
  // Each column is filled from above by itself, so that no line of one leaves another empty.
  const bottoms = new Array<number>(depth + 1).fill(0);
  const bottomOf = (level: number) => bottoms[level] ?? 0;
  const place = (row: Row) => {
    const { level, rows: children } = row;
    const height = heightOf(row);
    const span = children.reduce((sum, it) => sum + heightOf(it), 0);
    if (span > 0) {
      const beside = bottomOf(level) - (span - height) / 2;
      bottoms[level + 1] = Math.max(bottomOf(level + 1), beside);
    }
    children.forEach(place);
    const [first, last] = [children[0], children.at(-1)].map((it) => it && places.get(it)!);
    const amid = first && last ? (first.y + last.y + last.height - height) / 2 : 0;
    const y = Math.max(bottomOf(level), Math.min(amid, (first?.y ?? 0) + DROP_MAX));
    places.set(row, { row, x: xOf(row), y, width: column, height });
    bottoms[level] = y + height;
  };
  place(root);
  const placed = rows.map((it) => places.get(it)!);
  return { width, height: Math.max(...bottoms), isWide: true, placed };
}

function lines(rows: readonly Row[]): Placed[] {
  return rows.map((row) => ({ row, x: 0, y: 0, width: 0, height: heightOf(row) }));
}

/** A channel in which nothing happens takes less room. */
export function heightOf({ node, left }: Row): number {
  if (left > 0) return MORE_HEIGHT;
  return isActive(node) ? BUSY_HEIGHT : QUIET_HEIGHT;
}
