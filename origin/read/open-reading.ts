import type { Horizon, Token } from '../../shared/horizon.ts'
import { tokenOf } from '../../shared/horizon.ts'
import type { UserId } from '../../shared/ids.ts'
import type { Completeness } from '../../shared/feed/page.ts'
import { laterToken } from '../../shared/token.ts'
import { labels as noLabels, type Labels } from '../feed/query/labels.ts'
import type { PutBackDeps } from '../feed/query/put-back.ts'
import { reachToken } from '../feed/query/reach-token.ts'
import { readStores, type ReadStores, type ReadStoresDeps } from '../feed/query/read-stores.ts'
import type { ViewerRecords } from '../feed/query/viewer-records.ts'
import type { Relations } from '../ports/relations.ts'
import type { Tail } from '../ports/tail.ts'
import type { Truth } from '../ports/truth.ts'

export interface ReadDeps extends ReadStoresDeps, PutBackDeps {
  readonly tail: Tail
  readonly records: ViewerRecords
  readonly relations: Relations
}

export interface Reader {
  /** `undefined`: nobody is signed in. */
  readonly viewer: UserId | undefined
  readonly token: Token | undefined
}

/** A body, and what its headers say. */
export interface ReadAnswer {
  readonly body: Uint8Array<ArrayBuffer>
  /** Weak: what it names is the content, not the bytes. */
  readonly etag: string
  readonly completeness: Completeness
  readonly missing: readonly string[]
  readonly token: Token | undefined
}

export interface Reading extends Reader {
  readonly asOf: Horizon
  readonly stores: ReadStores
  readonly labels: Labels
  /** Postgres does not answer, which the answer says already: it need not be asked for what others can tell. */
  readonly isLost: boolean
  /** Only Postgres can vouch for what is read. */
  readonly needsPostgres: boolean
  /** Asks Postgres when only it can vouch. `undefined`: the stores may be asked as usual. */
  truthFirst<Value>(ask: (truth: Truth) => Promise<Value>): Promise<Value | undefined>
}

export async function openReading(deps: ReadDeps, { viewer, token }: Reader): Promise<Reading> {
  const labels = noLabels()
  const stores = readStores(deps, labels)
  const { asOf, needsPostgres, lost } = await reachToken(deps.tail, token)
  if (lost !== undefined) labels.lacks(lost, 'degraded')
  return {
    viewer,
    token,
    asOf,
    stores,
    labels,
    needsPostgres,
    isLost: lost !== undefined,
    truthFirst: (ask) => (needsPostgres ? stores.truth('token', ask) : Promise.resolve(undefined)),
  }
}

export const answerOf = (
  { labels, asOf, token }: Reading,
  body: Uint8Array<ArrayBuffer>,
  etag: string,
): ReadAnswer => ({
  body,
  etag,
  completeness: labels.completeness(),
  missing: labels.missing(),
  token: laterToken(tokenOf(asOf), token),
})
