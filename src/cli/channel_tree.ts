import type { ChannelConfig } from "../scheduler/channel_config.ts";

/** Draws the channels as a tree, one a line. Expects parents before their children. */
export function drawChannels(channels: readonly ChannelConfig[]): string[] {
  const lines = channels.filter((it) => !it.name.includes(".")).flatMap((root) => {
    return draw(root, channels, "", "");
  });
  const width = Math.max(...lines.map((line) => line.name.length));
  return lines.map((line) => `${line.name.padEnd(width)}  ${line.text}`);
}

interface Line {
  readonly name: string;
  readonly text: string;
}

function draw(
  channel: ChannelConfig,
  all: readonly ChannelConfig[],
  branch: string,
  below: string,
): Line[] {
  const children = all.filter((it) => parentOf(it.name) === channel.name);
  const lastName = channel.name.slice(channel.name.lastIndexOf(".") + 1);
  const own = { name: branch + lastName, text: describe(channel) };
  return [
    own,
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return draw(child, all, below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "));
    }),
  ];
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf("."), 0));
}

function describe(channel: ChannelConfig): string {
  const { capacity, throttleMs, subcapacity } = channel;
  return [
    capacity === null ? "unlimited" : capacity === 0 ? "runs nothing" : `capacity ${capacity}`,
    ...channel.sequential ? ["sequential"] : [],
    ...throttleMs > 0 ? [`throttle ${throttleMs / 1000} s`] : [],
    ...subcapacity !== null ? [`capacity ${subcapacity} for each channel made below it`] : [],
    ...channel.paused ? ["paused"] : [],
  ].join(", ");
}
