/** What an operator looks at first. Sizes are Postgres's own estimates: counting would read everything. */
export interface Stats {
  readonly epoch: number
  readonly users: number
  readonly posts: number
  readonly follows: number
  readonly outboxEvents: number
  readonly deadLettersWaiting: number
  readonly newestTick: { readonly n: string; readonly ageMs: number } | null
  readonly groups: readonly { readonly group: string; readonly lagMs: number }[]
}

export interface StatsReader {
  read(): Promise<Stats>
}
