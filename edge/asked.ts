import type { Token } from '../shared/horizon.ts'
import type { Answer } from './answer.ts'
import type { Reader } from './reader.ts'

/**
 * All that a read knows of its request. There is no header in it, and no identity but the one that the
 * gateway found: what two readers get can differ only by what stands here.
 */
export interface Asked {
  readonly path: string
  /** The `:id` of the route; empty where it has none. */
  readonly id: string
  /** Parsed only where a read has a query. */
  readonly query: () => Readonly<Record<string, string>>
  readonly reader: Reader
  readonly ifNoneMatch: () => string | undefined
  /** Sends this very request on to the origin; `token`: what the answer must have, else the reader's own. */
  readonly toOrigin: (token?: Token) => Promise<Answer>
}

export type Serve = (asked: Asked) => Promise<Answer>
