import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { after } from "./timer.ts";

const TYPING_MS = 200;
/** How often it is asked again while the view goes on. */
const AGAIN_MS = 3_000;
const FOUND_MAX = "100";

/**
 * Channels or databases by a part of their name, asked of the runner; null while nothing is
 * searched for.
 */
export function useFound<T>(what: string, search: string, nowMs: number): T | null {
  const [found, setFound] = useState<T | null>(null);
  useEffect(() => {
    if (search.trim() === "") return setFound(null);
    let isOld = false;
    const cancel = after(TYPING_MS, async () => {
      const { value } = await ask<T>(what, { search: search.trim(), limit: FOUND_MAX });
      if (!isOld && value) setFound(() => value);
    });
    return () => {
      isOld = true;
      cancel();
    };
  }, [search, Math.floor(nowMs / AGAIN_MS)]);
  return search.trim() === "" ? null : found;
}
