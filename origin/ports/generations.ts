import type { Generation } from '../../shared/list.ts'

/** Names of lives of buckets. No two are ever equal, not across processes and not across restores. */
export interface Generations {
  next(): Promise<Generation>
  /** Lives with a lower number lack what an import wrote beside the log: they are over. */
  least(): Promise<number>
}
