/** Both runners, and the claim loop, say so when all databases are led. */
export const READY = "database connections ready";
