import type { OverviewChannel } from "../../view.ts";

/** A channel with those that flow into it. */
export interface ChannelNode {
  readonly channel: OverviewChannel;
  /** Without the name of the channel that it flows into. */
  readonly label: string;
  readonly children: readonly ChannelNode[];
}

/** What somebody wants to see of the tree. */
export interface Choice {
  /** Channels whose subchannels are hidden. */
  readonly folded: ReadonlySet<string>;
  /** Channels of which all subchannels are wanted, however many. */
  readonly whole: ReadonlySet<string>;
  readonly onlyActive: boolean;
  /** Others than those that were searched for are not missed. */
  readonly isSearch: boolean;
}

/** A line of the tree as it is shown: a channel, or those of it that are left out. */
export interface Row {
  readonly node: ChannelNode;
  readonly level: number;
  readonly isFolded: boolean;
  /** Subchannels at this place that are not shown; `node` is the channel that they flow into. */
  readonly left: number;
  readonly rows: readonly Row[];
}

/** So many subchannels of one channel are shown unless more are wanted. */
const CHILDREN_MAX = 12;

/** Null without channels. The first has no parent: it is root. */
export function treeOf(channels: readonly OverviewChannel[]): ChannelNode | null {
  const below = new Map<string | null, OverviewChannel[]>();
  for (const it of channels) {
    const siblings = below.get(it.parent);
    if (siblings) siblings.push(it);
    else below.set(it.parent, [it]);
  }
  const nodeOf = (channel: OverviewChannel): ChannelNode => ({
    channel,
    label: channel.parent === null ? channel.name : channel.name.slice(channel.parent.length + 1),
    children: (below.get(channel.name) ?? []).map(nodeOf),
  });
  const root = below.get(null)?.[0];
  return root ? nodeOf(root) : null;
}

export function isActive({ channel }: ChannelNode): boolean {
  const { allWaiting, allRunning, allFailed, parked, paused } = channel;
  return paused || allWaiting + allRunning + allFailed + parked > 0;
}

/** The tree as it is shown. */
export function rowsOf(node: ChannelNode, choice: Choice, level = 1): Row {
  const { name, below } = node.channel;
  const isFolded = choice.folded.has(name);
  const wanted = choice.onlyActive ? node.children.filter(isActive) : node.children;
  const shown = choice.whole.has(name) ? wanted : fullest(wanted);
  const rows = isFolded ? [] : shown.map((it) => rowsOf(it, choice, level + 1));
  const known = node.children.reduce((sum, it) => sum + 1 + it.channel.below, 0);
  const hidden = wanted.length - shown.length;
  const unknown = choice.onlyActive || choice.isSearch ? 0 : Math.max(0, below - known);
  const left = isFolded ? 0 : hidden + unknown;
  const more: Row = { node, level: level + 1, isFolded: false, left, rows: [] };
  return { node, level, isFolded, left: 0, rows: left > 0 ? [...rows, more] : rows };
}

/** In their order. */
function fullest(nodes: readonly ChannelNode[]): readonly ChannelNode[] {
  if (nodes.length <= CHILDREN_MAX) return nodes;
  const jobsIn = ({ channel: it }: ChannelNode) => it.allWaiting + it.allRunning + it.allFailed;
  const first = [...nodes].sort((a, b) => jobsIn(b) - jobsIn(a)).slice(0, CHILDREN_MAX);
  return nodes.filter((it) => first.includes(it));
}

/** From above to below, as they are read. */
export function flat(row: Row): Row[] {
  return [row, ...row.rows.flatMap(flat)];
}
