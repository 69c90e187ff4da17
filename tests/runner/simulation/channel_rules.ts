import {
  type ChannelConfig,
  fullChannelName,
  parseChannels,
} from "../../../src/scheduler/channel_config.ts";

/** A channel string, as an outsider reads it. */
export class ChannelRules {
  readonly #configs: ReadonlyMap<string, ChannelConfig>;

  constructor(channels: string) {
    this.#configs = new Map(parseChannels(channels).channels.map((it) => [it.name, it]));
  }

  /** Of the configured channels. */
  get names(): string[] {
    return [...this.#configs.keys()];
  }

  /** A channel and all above it, as far as they are configured. */
  lineOf(channel: string | null): string[] {
    const name = fullChannelName(channel);
    const above = this.#configuredAbove(name);
    return above === null ? [name] : [name, ...this.lineOf(above)];
  }

  capacityOf(name: string): number {
    const config = this.#configs.get(name);
    if (config) return config.capacity ?? Infinity;
    const above = this.#configuredAbove(name);
    return (above === null ? null : this.#configs.get(above)!.subcapacity) ?? Infinity;
  }

  isSequential(channel: string | null): boolean {
    return this.#configs.get(fullChannelName(channel))?.sequential === true;
  }

  #configuredAbove(name: string): string | null {
    const end = name.lastIndexOf(".");
    if (end < 0) return null;
    const above = name.slice(0, end);
    return this.#configs.has(above) ? above : this.#configuredAbove(above);
  }
}
