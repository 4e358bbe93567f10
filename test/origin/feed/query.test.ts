import { describe, expect, it } from 'vitest'
import { afterAnswer } from '../../../origin/feed/effects/after-answer.ts'
import { losses } from '../../../origin/feed/query/losses.ts'
import { reachToken } from '../../../origin/feed/query/reach-token.ts'
import { forgetHeard, viewerRecords } from '../../../origin/feed/query/viewer-records.ts'
import { recency } from '../../../origin/feed/scorers/recency.ts'
import { authorSpread } from '../../../origin/feed/selectors/author-spread.ts'
import type { FeedQuery } from '../../../origin/feed/query/feed-query.ts'
import type { Tail } from '../../../origin/ports/tail.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import { lowestIdAt, type UserId } from '../../../shared/ids.ts'
import { tags, type Tag } from '../../../shared/invalidation.ts'
import { RECENCY_HALF_LIFE_MS, VIEWER_RECORD_AGE_MS_MAX } from '../../../shared/limits.ts'
import type { ViewerRecord } from '../../../shared/viewer-record.ts'
import { NOW_MS, post, user } from './world/feed-world.ts'

const record = (viewer: UserId, version = 1): ViewerRecord => ({
  viewer,
  version,
  large: false,
  follows: new Set(),
  recentFollows: [],
  recentFollowsAbove: 0,
  blocks: new Set(),
  mutes: new Set(),
})

const silent = { heard: () => undefined, horizon: () => horizonBelow(1, 10) }

describe('viewer records in memory', () => {
  const [ada, bob, cleo] = [user(1), user(2), user(3)]

  it('are dropped when the tail hears of a higher version', () => {
    const heard = new Map<Tag, { version: number; xid: number }>()
    const tail = { ...silent, heard: (tag: Tag) => heard.get(tag) }
    const records = viewerRecords({ tail, now: () => 0, losses: losses() })
    records.keep(record(ada), 0)
    heard.set(tags.viewer(ada), { version: 1, xid: 5 })
    expect(records.get(ada)).toEqual(record(ada))

    heard.set(tags.viewer(ada), { version: 2, xid: 6 })
    expect(records.get(ada)).toBeUndefined()
    records.keep(record(ada), 0)
    expect(records.get(ada)).toBeUndefined()
    records.keep(record(ada, 2), 0)
    expect(records.get(ada)?.version).toBe(2)
  })

  it('are dropped when a restore begins another epoch', () => {
    let epoch = 1
    const tail = { ...silent, horizon: () => horizonBelow(epoch, 10) }
    const records = viewerRecords({ tail, now: () => 0, losses: losses() })
    records.keep(record(ada), 0)
    expect(records.get(ada)).toBeDefined()

    epoch = 2
    expect(records.get(ada)).toBeUndefined()
  })

  it('are dropped by a listener of the tail, which forgets versions after a while', () => {
    const records = viewerRecords({ tail: silent, now: () => 0, losses: losses() })
    for (const viewer of [ada, bob]) records.keep(record(viewer), 0)
    forgetHeard(records)(tags.viewer(ada))
    forgetHeard(records)(tags.user(bob))

    expect(records.get(ada)).toBeUndefined()
    expect(records.get(bob)).toBeDefined()
  })

  it('are read again after a minute', () => {
    let nowMs = 0
    const records = viewerRecords({ tail: silent, now: () => nowMs, losses: losses() })
    records.keep(record(ada), 0)
    nowMs = VIEWER_RECORD_AGE_MS_MAX
    expect(records.get(ada)).toBeDefined()
    nowMs += 1
    expect(records.get(ada)).toBeUndefined()
  })

  it('stay within their bytes, the least recently used going first', () => {
    const records = viewerRecords({
      tail: silent,
      now: () => 0,
      losses: losses(),
      bytesMax: 1_200,
    })
    records.keep(record(ada), 0)
    records.keep(record(bob), 0)
    records.get(ada)
    records.keep(record(cleo), 0)

    expect([ada, bob, cleo].filter((viewer) => records.get(viewer) !== undefined)).toEqual([
      ada,
      cleo,
    ])
    const follows = new Set(Array.from({ length: 50 }, (_, n) => user(n)))
    records.keep({ ...record(bob), follows }, 0)
    expect(records.get(bob)).toBeUndefined()
  })
})

describe('reaching a token', () => {
  const horizon = { epoch: 1, xmin: 10, xmax: 10, xip: [] }
  const tail = (answers: Partial<Tail>): Tail => ({
    ready: () => true,
    ageMs: () => 0,
    horizon: () => horizon,
    reachesToMs: () => 0,
    postsOf: () => [],
    hasHeardOf: () => true,
    posts: () => [],
    heard: () => undefined,
    pulledSet: () => new Set(),
    waitFor: () => Promise.resolve(false),
    ...answers,
  })
  const ahead = { epoch: 1, xid: 10 }

  it('is the tail’s affair, and Postgres’ when the tail cannot', async () => {
    expect(await reachToken(tail({}), undefined)).toMatchObject({ needsPostgres: false })
    expect(await reachToken(tail({ waitFor: async () => true }), ahead)).toMatchObject({
      needsPostgres: false,
    })
    expect(await reachToken(tail({}), ahead)).toMatchObject({ needsPostgres: true })
  })

  it('asks Postgres for everything until the tail has caught up', async () => {
    expect(await reachToken(tail({ ready: () => false }), undefined)).toEqual({
      asOf: horizon,
      needsPostgres: true,
      lost: undefined,
    })
  })

  it('does not ask a Postgres that has not answered the tail for long', async () => {
    const lost = tail({ ageMs: () => 10_000 })
    expect(await reachToken(lost, ahead)).toMatchObject({ needsPostgres: false, lost: 'token' })
    expect(await reachToken(lost, { epoch: 1, xid: 9 })).toMatchObject({ lost: 'postgres' })
    expect(await reachToken(lost, undefined)).toMatchObject({ lost: 'postgres' })
  })
})

describe('ranking', () => {
  const query = { nowMs: NOW_MS } as FeedQuery
  const aged = (ageMs: number) => ({ id: lowestIdAt(NOW_MS - ageMs) })

  it('halves the score with each half-life', () => {
    expect(recency.score(query, aged(0))).toBe(1)
    expect(recency.score(query, aged(RECENCY_HALF_LIFE_MS))).toBe(0.5)
    expect(recency.score(query, aged(2 * RECENCY_HALF_LIFE_MS))).toBe(0.25)
    expect(recency.score(query, aged(-60_000))).toBe(1)
  })

  it('keeps every candidate, those without a score or an author too', () => {
    const candidates = [
      { id: post(1), author: user(1), score: 0.9 },
      { id: post(2), author: user(1), score: 0.8 },
      { id: post(3), score: 0.7 },
      { id: post(4), author: user(2) },
      { id: post(5), author: user(1), score: 0.75 },
    ]

    expect(authorSpread.order(query, candidates).map(({ id }) => id)).toEqual(
      [1, 3, 2, 5, 4].map(post),
    )
  })
})

describe('work after an answer', () => {
  it('is bounded, and a failure is told and forgotten', async () => {
    const failures: unknown[] = []
    const work = afterAnswer({ failed: (error) => failures.push(error), workMax: 2 })
    const ran: number[] = []
    for (const n of [1, 2, 3]) {
      work.later(async () => {
        ran.push(n)
        if (n === 2) throw new TypeError('two')
      })
    }
    await work.settled()

    expect(ran).toEqual([1, 2])
    expect(failures).toEqual([new TypeError('two')])
  })
})
