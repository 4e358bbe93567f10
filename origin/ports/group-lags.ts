export interface GroupLag {
  readonly group: string
  /** Since its slowest partition last moved, in Postgres time. */
  readonly lagMs: number
  /** Events before it, where the log can count them cheaply. */
  readonly events?: number
}

/** How far behind each consumer group is. */
export interface GroupLags {
  read(): Promise<readonly GroupLag[]>
}
