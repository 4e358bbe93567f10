import type { WaveAnswer, WaveRequest } from '../../../shared/feed/wave.ts'
import type { Horizon, Token } from '../../../shared/horizon.ts'
import type { UserId } from '../../../shared/ids.ts'
import type { FeedQuery } from './feed-query.ts'
import { labels as noLabels, type Labels } from './labels.ts'
import { putBackLost } from './put-back.ts'
import { reachToken } from './reach-token.ts'
import { readStores, type ReadStoresDeps } from './read-stores.ts'
import { findRecord, recordInTruth, type FindRecordDeps } from './find-record.ts'

export interface OpenQueryDeps extends ReadStoresDeps, FindRecordDeps {}

export interface Reader {
  readonly viewer: UserId
  readonly token: Token | undefined
  /** What the first wave is needed for beside the viewer record. */
  readonly alongside?: WaveRequest
}

export interface Opened {
  readonly asOf: Horizon
  readonly nowMs: number
  readonly labels: Labels
  /** `undefined`: there was no room to find out whom the viewer follows, so nothing may be shown. */
  readonly query: FeedQuery | undefined
  /** The answer for `alongside`; `undefined` when Redis did not answer. */
  readonly wave: WaveAnswer | undefined
}

/** Who reads, and how much the page must know: the token is waited for, and the viewer record is found. */
export async function openQuery(deps: OpenQueryDeps, reader: Reader): Promise<Opened> {
  const { viewer, token, alongside } = reader
  const labels = noLabels()
  const stores = readStores(deps, labels)
  const nowMs = deps.now()
  const reach = await reachToken(deps.tail, token)

  // A snapshot taken on the primary now has every token that was handed out before.
  const direct = reach.needsPostgres ? await recordInTruth(stores, viewer, 'token') : undefined
  if (reach.lost !== undefined) labels.lacks(reach.lost, 'degraded')

  const own = direct === undefined ? deps.records.get(viewer) : undefined
  const kept = direct ?? own
  const wave =
    kept === undefined
      ? await stores.wave({ ...alongside, viewers: [viewer] })
      : alongside && (await stores.wave(alongside))
  const record = kept ?? (await findRecord(deps, stores, viewer, wave, nowMs))
  const failure = stores.postgresFailure()
  if (record === undefined && failure !== undefined) throw failure
  if (own !== undefined && !stores.isRedisAway()) putBackLost(deps, [own])
  const asOf = direct?.horizon ?? reach.asOf
  const query = record && {
    viewer,
    record,
    token,
    asOf,
    truthOnly: direct !== undefined,
    nowMs,
    stores,
    labels,
    later: deps.later,
  }
  return { asOf, nowMs, labels, query, wave }
}
