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
  const place = (row: Row, top: number): number => {
    const height = heightOf(row);
    let bottom = top;
    for (const it of row.rows) bottom = place(it, bottom);
    const first = row.rows[0] && places.get(row.rows[0])!;
    const amid = (top + bottom - height) / 2;
    const y = first ? Math.max(top, Math.min(amid, first.y + DROP_MAX)) : top;
    places.set(row, { row, x: xOf(row), y, width: column, height });
    return Math.max(bottom, y + height);
  };
  const height = place(root, 0);
  return { width, height, isWide: true, placed: rows.map((it) => places.get(it)!) };
}

function lines(rows: readonly Row[]): Placed[] {
  return rows.map((row) => ({ row, x: 0, y: 0, width: 0, height: heightOf(row) }));
}

/** A channel in which nothing happens takes less room. */
export function heightOf({ node, left }: Row): number {
  if (left > 0) return MORE_HEIGHT;
  return isActive(node) ? BUSY_HEIGHT : QUIET_HEIGHT;
}
