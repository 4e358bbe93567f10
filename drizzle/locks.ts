/** Numbers of advisory locks, in one place so that no two purposes share one. Chosen once, never reused. */
export const LOCKS = {
  /** Held by the one process that migrates. */
  migrate: 4_811_000_001,
  /** Held by the leader, on a session of its own. */
  leader: 4_811_000_002,
  /** Held while outbox partitions are made; spelt in the migration too. */
  outboxPartitions: 4_811_000_003,
  /** Held while sample data are loaded. */
  sample: 4_811_000_004,
  /** Held while files are imported, one import at a time. */
  import: 4_811_000_005,
} as const
