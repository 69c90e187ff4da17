/** What differs between the add-on's generations, as far as the stand-in plays it. */
export interface OdooGeneration {
  /**
   * `16.0` for an add-on as of 2024 or before, `16.0-2025` for one with the table `queue_job_lock`.
   */
  readonly name: string;
  readonly addon: "connector" | "queue_job";
  /** As in `ir_module_module.latest_version`. */
  readonly addonVersion: string;
  readonly runPath: "/connector/runjob" | "/queue_job/runjob";
  /**
   * What a client without a session asks for first, the database's name included if it takes one.
   */
  readonly sessionPath: "/web/login" | "/queue_job/session" | null;
  readonly notifyChannel: "connector" | "queue_job";
  /** Who makes the trigger that notifies: before 12.0 it is the runner. */
  readonly triggerMadeBy: "runner" | "addon";
  /** What keeps a second request for the same job from running it as well. */
  readonly startGuard: "none" | "row lock" | "skip locked";
  readonly hasLockTable: boolean;
  readonly hasActiveColumn: boolean;
  readonly hasExceptionColumns: boolean;
  /** Whether `wait_dependencies` and `cancelled` exist. */
  readonly hasDependencies: boolean;
}

const CONNECTOR = {
  addon: "connector",
  runPath: "/connector/runjob",
  sessionPath: "/web/login",
  notifyChannel: "connector",
  triggerMadeBy: "runner",
  startGuard: "none",
  hasLockTable: false,
  hasActiveColumn: false,
  hasExceptionColumns: false,
  hasDependencies: false,
} as const;

const FIRST_QUEUE_JOB = {
  ...CONNECTOR,
  addon: "queue_job",
  runPath: "/queue_job/runjob",
  sessionPath: "/queue_job/session",
  notifyChannel: "queue_job",
} as const;

const QUEUE_JOB_12 = {
  ...FIRST_QUEUE_JOB,
  triggerMadeBy: "addon",
  startGuard: "row lock",
  hasExceptionColumns: true,
  hasDependencies: true,
} as const;

const QUEUE_JOB = { ...QUEUE_JOB_12, sessionPath: null } as const;

const QUEUE_JOB_2025 = { ...QUEUE_JOB, startGuard: "skip locked", hasLockTable: true } as const;

/** Every generation the runner serves, oldest first. */
export const GENERATIONS: readonly OdooGeneration[] = [
  { ...CONNECTOR, name: "8.0", addonVersion: "8.0.3.3.0", hasActiveColumn: true },
  { ...CONNECTOR, name: "9.0", addonVersion: "9.0.1.0.2" },
  { ...FIRST_QUEUE_JOB, name: "10.0", addonVersion: "10.0.1.0.0" },
  { ...FIRST_QUEUE_JOB, name: "11.0", addonVersion: "11.0.1.2.0" },
  { ...QUEUE_JOB_12, name: "12.0", addonVersion: "12.0.2.2.0" },
  { ...QUEUE_JOB, name: "13.0", addonVersion: "13.0.3.7.1", hasDependencies: false },
  { ...QUEUE_JOB, name: "14.0", addonVersion: "14.0.3.7.0" },
  { ...QUEUE_JOB, name: "15.0", addonVersion: "15.0.2.3.5" },
  { ...QUEUE_JOB, name: "16.0", addonVersion: "16.0.2.6.5" },
  { ...QUEUE_JOB, name: "17.0", addonVersion: "17.0.1.1.0" },
  { ...QUEUE_JOB, name: "18.0", addonVersion: "18.0.1.1.0" },
  { ...QUEUE_JOB_2025, name: "16.0-2025", addonVersion: "16.0.2.12.0" },
  { ...QUEUE_JOB_2025, name: "17.0-2025", addonVersion: "17.0.1.5.0" },
  { ...QUEUE_JOB_2025, name: "18.0-2025", addonVersion: "18.0.2.0.0" },
  { ...QUEUE_JOB_2025, name: "19.0", addonVersion: "19.0.1.0.0" },
];

/** @throws RangeError when no generation has this name */
export function generationNamed(name: string): OdooGeneration {
  const found = GENERATIONS.find((generation) => generation.name === name);
  if (found !== undefined) return found;
  const names = GENERATIONS.map((generation) => generation.name).join(", ");
  throw new RangeError(`Cannot find the generation "${name}": it is one of ${names}`);
}
