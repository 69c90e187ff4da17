import { Buffer } from "node:buffer";
import type { Passage, ProxiedLink } from "../../scripts/faults/tcp_proxy.ts";

const NOTIFICATION_RESPONSE = "A".charCodeAt(0);

/**
 * Lets all messages of PostgreSQL through but notifications: LISTEN is accepted and nothing is
 * heard, as behind a pooler in transaction mode. For connections without encryption.
 *
 * @param isDeaf Which connections; all, if absent.
 */
export function deaf(isDeaf: (link: ProxiedLink) => boolean = () => true) {
  const begun = new WeakMap<ProxiedLink, Buffer>();
  return ({ link, isRequest, bytes }: Passage): Buffer | null => {
    if (isRequest || !isDeaf(link)) return bytes;
    let rest = Buffer.concat([begun.get(link) ?? Buffer.alloc(0), bytes]);
    const passed: Buffer[] = [];
    // A message is its type, its length without the type, and its content.
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = rest.readUInt32BE(1) + 1;
      if (rest[0] !== NOTIFICATION_RESPONSE) passed.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    begun.set(link, rest);
    return passed.length === 0 ? null : Buffer.concat(passed);
  };
}
