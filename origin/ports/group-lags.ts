export interface GroupLag {
  readonly group: string
  /** Since its slowest partition last moved, in Postgres time. */
  readonly lagMs: number
}

/** How far behind each consumer group is. */
export interface GroupLags {
  read(): Promise<readonly GroupLag[]>
}
