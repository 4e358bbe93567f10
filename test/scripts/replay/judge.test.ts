import { describe, expect, it } from 'vitest'
import { faultsOf, type Seen } from '../../../scripts/replay/judge.ts'
import type { FeedPage } from '../../../shared/feed/page.ts'
import type { PostId } from '../../../shared/ids.ts'

const ID = 3_559_174_722_643_022_000n
/** Ids in the order of their numbers. */
const post = (number: number): PostId => String(ID + BigInt(number)) as PostId

function pageOf(numbers: readonly number[], changes: Partial<FeedPage> = {}): FeedPage {
  return {
    items: numbers.map((number) => ({ post: { id: post(number) }, reason: 'follow' })),
    nextCursor: null,
    completeness: 'complete',
    missing: [],
    asOf: '1:100:100:',
    interval: { newest: null, oldest: null },
    ...changes,
  } as unknown as FeedPage
}

const seen = (page: FeedPage, oracle: readonly number[], changes: Partial<Seen> = {}): Seen => ({
  page,
  token: undefined,
  oracle: new Set(oracle.map(post)),
  xidOf: () => undefined,
  wasCommitted: () => true,
  ...changes,
})

const xids = (byNumber: Readonly<Record<number, number>>): Seen['xidOf'] => {
  const byPost = new Map(
    Object.entries(byNumber).map(([number, xid]) => [post(Number(number)), xid]),
  )
  return (id) => byPost.get(id)
}

describe('a page', () => {
  it('is right when it holds what the oracle shows', () => {
    expect(faultsOf(seen(pageOf([3, 2, 1]), [3, 2, 1]))).toEqual([])
    const interval = { newest: null, oldest: post(2) }
    expect(faultsOf(seen(pageOf([3, 2], { interval }), [3, 2, 1]))).toEqual([])
  })

  it('may lack what its horizon does not have, and may hold it too', () => {
    const late = { xidOf: xids({ 4: 100 }) }
    expect(faultsOf(seen(pageOf([3]), [4, 3], late))).toEqual([])
    expect(faultsOf(seen(pageOf([4, 3]), [4, 3], late))).toEqual([])
    const running = pageOf([3], { asOf: '1:90:100:95' })
    expect(faultsOf(seen(running, [4, 3], { xidOf: xids({ 4: 95 }) }))).toEqual([])
  })

  it.each([
    [
      'lacks what its horizon has',
      seen(pageOf([3]), [4, 3], { xidOf: xids({ 4: 99 }) }),
      /missing/,
    ],
    ['lacks what was always there', seen(pageOf([3, 1]), [3, 2, 1]), /missing/],
    ['holds what is not in the feed', seen(pageOf([3, 2]), [3]), /not in the feed/],
    [
      'holds a post before its commit',
      seen(pageOf([3]), [3], { wasCommitted: () => false }),
      /before/,
    ],
    ['holds a post twice', seen(pageOf([3, 3]), [3]), /twice/],
    ['is out of order', seen(pageOf([2, 3]), [3, 2]), /newest first/],
    [
      'holds what it does not speak for',
      seen(pageOf([3, 1], { interval: { newest: null, oldest: post(2) } }), [3, 1]),
      /outside/,
    ],
    ['lacks its token', seen(pageOf([]), [], { token: { epoch: 1, xid: 100 } }), /token/],
    [
      'is labelled for nothing',
      seen(pageOf([], { completeness: 'partial' }), []),
      /nothing is missing/,
    ],
    ['has no horizon', seen(pageOf([], { asOf: 'now' }), []), /horizon/],
  ])('is wrong when it %s', (_, one, words) => {
    expect(faultsOf(one).join()).toMatch(words)
  })

  it('that says what it lacks may lack it, and no more than that', () => {
    const partial = pageOf([3], { completeness: 'partial', missing: ['timeline'] })
    expect(faultsOf(seen(partial, [3, 2]))).toEqual([])
    expect(faultsOf(seen(partial, [2])).join()).toMatch(/not in the feed/)
  })
})
