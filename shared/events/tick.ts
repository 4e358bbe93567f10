import type { Horizon } from '../horizon.ts'

/** Numbered, made by the leader. All that its horizon shows was published before it. */
export interface Tick {
  readonly n: number
  readonly horizon: Horizon
  /** Postgres time read before the horizon was taken, epoch milliseconds. */
  readonly atMs: number
}
