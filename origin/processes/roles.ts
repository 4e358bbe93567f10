/**
 * What a process may do. `http` answers requests; the others work beside it: `relay` (one of all leads),
 * `deliver` and `count` (which share the partitions of the log).
 */
export const ROLES = ['http', 'relay', 'deliver', 'count'] as const
export type Role = (typeof ROLES)[number]
