import { beforeEach, describe, expect, it } from 'vitest'
import { keptLists, type KeptLists } from '../../../origin/feed/query/kept-lists.ts'
import { emptyWave } from '../../support/empty-wave.ts'
import { bucketOf, keys, LOG_PARTITIONS } from '../../../shared/keys.ts'
import { newestFirst, THE_BEGINNING, type PostId } from '../../../shared/ids.ts'
import { formatMarker, type Generation } from '../../../shared/list.ts'
import { aGeneration, aHorizon, aMark, aPost, aUser } from '../../support/feed-builders.ts'

let epoch = 1
let reachesToMs = 0
const tail = { horizon: () => ({ ...aHorizon(), epoch }), reachesToMs: () => reachesToMs }
const viewer = aUser()
const list = keys.timeline(viewer)
const mark = aMark(5)
const horizon = { ...aHorizon(), epoch: 1 }
const exception = { author: aUser(), post: aPost() }
let kept: KeptLists

/** A list of Redis as a wave reads it: whole, and its newest elements. */
function answerOf(ids: readonly PostId[], life = aGeneration(1), floor: PostId = THE_BEGINNING) {
  const marks = Array.from({ length: LOG_PARTITIONS }, () => mark)
  const elements = [...ids, formatMarker({ floor, generation: life, horizon })]
  return {
    ...emptyWave,
    watermarks: new Map([
      [bucketOf(viewer), { generation: life as Generation, marks, exceptions: [exception] }],
    ]),
    lists: new Map([[list, { ids, floor, horizon }]]),
    newest: new Map([[list, elements.slice(0, 16)]]),
  }
}

const posts = (count: number) => Array.from({ length: count }, aPost)
const found = (answer: ReturnType<typeof answerOf>) => {
  const copy = kept.find(list, answer)
  return copy && [...copy.ids]
}
const sorted = (ids: readonly PostId[]) => [...new Set(ids)].toSorted(newestFirst)

beforeEach(() => {
  epoch = 1
  reachesToMs = mark.atMs
  kept = keptLists({ tail })
})

describe.each([3, 40])('a copy of a list of %i', (count) => {
  const ids = posts(count)
  beforeEach(() => kept.keep(list, answerOf(ids)))

  it('is found, newest first, with what stood beside its watermark', () => {
    expect(kept.has(list)).toBe(true)
    expect(found(answerOf(ids))).toEqual(sorted(ids))
    expect(kept.find(list, answerOf(ids))?.exceptions).toEqual([exception])
    expect(kept.has(keys.timeline(aUser()))).toBe(false)
  })

  it('takes on what was pushed since, again and again', () => {
    let now: readonly PostId[] = ids
    for (let push = 0; push < 30; push += 1) {
      now = [...posts(1 + (push % 3)), ...now]
      expect(found(answerOf(now))).toEqual(sorted(now))
    }
  })

  it('takes on a post behind which an earlier one was pushed again', () => {
    const [first = '' as PostId, ...rest] = ids
    const own = aPost()
    const now = [first, own, first, ...rest]
    expect(found(answerOf(now))).toEqual(sorted(now))
  })

  it('falls when more was pushed than is looked at', () => {
    expect(found(answerOf([...posts(20), ...ids]))).toBeUndefined()
    expect(kept.has(list)).toBe(false)
  })

  it('falls when the list is another one, or gone', () => {
    for (const now of [posts(count), []]) {
      kept.keep(list, answerOf(ids))
      expect(found(answerOf(now))).toBeUndefined()
    }
    kept.keep(list, answerOf(ids))
    expect(found({ ...answerOf(ids), newest: new Map() })).toBeUndefined()
  })

  it('falls with the life of its bucket', () => {
    expect(found(answerOf(ids, aGeneration(2)))).toBeUndefined()
  })

  it('falls when the tail no longer reaches back to its watermark', () => {
    reachesToMs = mark.atMs + 1
    expect(kept.has(list)).toBe(false)
    expect(found(answerOf(ids))).toBeUndefined()
  })

  it('falls with the epoch', () => {
    epoch = 2
    expect(found(answerOf(ids))).toBeUndefined()
  })
})

it('notices that a short list was trimmed', () => {
  const ids = posts(6)
  kept.keep(list, answerOf(ids))
  expect(found(answerOf(ids.slice(0, 5), aGeneration(1), ids[5]))).toBeUndefined()
})

it('forgets what it is told to', () => {
  const ids = posts(3)
  kept.keep(list, answerOf(ids))
  kept.forget(list)
  expect(kept.has(list)).toBe(false)
})

it('lets the oldest go beyond its bound', () => {
  const small = keptLists({ tail, bytesMax: 8_000 })
  const ids = posts(100)
  const answer = answerOf(ids)
  const other = keys.authorList(viewer)
  small.keep(list, answer)
  small.keep(other, { ...answer, lists: new Map([[other, { ids, floor: ids[0]!, horizon }]]) })
  expect([small.has(list), small.has(other)]).toEqual([false, true])
})

it('gives the ids below a bound', () => {
  const ids = sorted(posts(50))
  kept.keep(list, answerOf(ids))
  const copy = kept.find(list, answerOf(ids))
  if (copy === undefined || !('below' in copy.ids)) throw new TypeError('no packed copy')
  for (const at of [0, 1, 25, 49]) {
    expect([...copy.ids.below(ids[at])]).toEqual(ids.slice(at + 1))
  }
})
