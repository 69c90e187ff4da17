import { CORE } from "./core_player.ts";
import { PLAIN } from "./plain_player.ts";
import type { Subject } from "./player.ts";
import { SCHEDULER } from "./scheduler_player.ts";

/** The schedulers that are played with in a JavaScript runtime. */
export const SUBJECTS: readonly Subject[] = [CORE, SCHEDULER, PLAIN];
