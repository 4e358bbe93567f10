import type { Command, Reply } from '../../shared/feed/wave.ts'

/**
 * One round trip to a region's Redis.
 *
 * Promises: the commands run in their order on one connection; replies come in the same order, an error
 * reply as an Error; it rejects when the region does not answer within its deadline.
 */
export type Pipeline = (commands: readonly Command[]) => Promise<readonly Reply[]>

export interface Coordinates {
  readonly latitude: number
  readonly longitude: number
}

export interface Region extends Coordinates {
  readonly name: string
  readonly pipeline: Pipeline
}
