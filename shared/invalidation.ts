import { formatHorizon, parseHorizon, type Horizon } from './horizon.ts'
import type { PostId, UserId } from './ids.ts'

/** What a version belongs to: `p:<post>`, `u:<user>`, `v:<viewer>`. */
export type Tag = string & { readonly __brand: 'Tag' }

export const tags = {
  post: (id: PostId) => `p:${id}` as Tag,
  user: (id: UserId) => `u:${id}` as Tag,
  viewer: (id: UserId) => `v:${id}` as Tag,
} as const

/** One entry of the invalidation log: versions of this tag below `version` must not be served any more. */
export interface Invalidation {
  readonly tag: Tag
  readonly version: number
  /** The transaction that raised it: the token with which the origin is asked. */
  readonly xid: number
}

/** An entry that only takes a number: it says nothing of any tag that exists. */
export const NO_INVALIDATION: Invalidation = { tag: 'p:0' as Tag, version: 0, xid: 0 }

/** Stream entry `<n>-0` in `{hw}:log`, n dense and the same in all regions. Fields: t, v, x. */
export const invalidationFields = { tag: 't', version: 'v', xid: 'x' } as const

/** The value of `{hw}:lease`: the newest tick, the leader's term, and the log's last number at renewal. */
export interface Lease {
  readonly term: number
  readonly tick: number
  readonly lastNumber: number
  /** Postgres time, epoch milliseconds. */
  readonly atMs: number
  readonly horizon: Horizon
}

/** `<term>|<tick>|<lastNumber>|<atMs>|<horizon>` */
export const formatLease = ({ term, tick, lastNumber, atMs, horizon }: Lease): string =>
  `${term}|${tick}|${lastNumber}|${atMs}|${formatHorizon(horizon)}`

export function parseLease(text: string): Lease | undefined {
  const [term, tick, lastNumber, atMs, horizonText, ...rest] = text.split('|')
  const horizon = parseHorizon(horizonText ?? '')
  const numbers = [term, tick, lastNumber, atMs].map(Number)
  if (horizon === undefined || rest.length > 0 || !numbers.every(Number.isSafeInteger))
    return undefined
  const [termN = 0, tickN = 0, lastN = 0, atN = 0] = numbers
  return { term: termN, tick: tickN, lastNumber: lastN, atMs: atN, horizon }
}

/**
 * The pulled set as regions see it. `{hw}:pulled` is JSON {version, authors}, rewritten when the set changes;
 * `{hw}:pulledAt` is `<version>|<atMs>|<horizon>`, rewritten on each tick, in one transaction with the set.
 */
export interface PulledSetStamp {
  readonly version: number
  readonly atMs: number
  readonly horizon: Horizon
}

export const formatPulledSetStamp = ({ version, atMs, horizon }: PulledSetStamp): string =>
  `${version}|${atMs}|${formatHorizon(horizon)}`

export function parsePulledSetStamp(text: string): PulledSetStamp | undefined {
  const [version, atMs, horizonText] = text.split('|')
  const horizon = parseHorizon(horizonText ?? '')
  if (horizon === undefined || !Number.isSafeInteger(Number(version))) return undefined
  return { version: Number(version), atMs: Number(atMs), horizon }
}
