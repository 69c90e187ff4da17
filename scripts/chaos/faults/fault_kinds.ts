import type { FaultKind } from "./fault_kind.ts";
import { ODOO_FAULTS } from "./odoo_faults.ts";
import { POSTGRES_LINK_FAULTS } from "./postgres_link_faults.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { SERVER_FAULTS } from "./server_faults.ts";
import { SIDE_FAULTS } from "./side_faults.ts";
import { USER_FAULTS } from "./user_faults.ts";

/** Every kind of fault there is. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...PROCESS_FAULTS,
  ...POSTGRES_LINK_FAULTS,
  ...SERVER_FAULTS,
  ...ODOO_FAULTS,
  ...USER_FAULTS,
  ...SIDE_FAULTS,
];
