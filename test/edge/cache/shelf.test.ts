import { describe, expect, it } from 'vitest'
import { checks } from '../../../edge/cache/checks.ts'
import { memory } from '../../../edge/cache/memory.ts'
import type { PostFragment } from '../../../shared/fragment.ts'
import { horizonBelow } from '../../../shared/horizon.ts'
import { tags } from '../../../shared/invalidation.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'

const fragment = (version: number, json = '{}'): PostFragment => ({
  author: aUser(),
  version,
  authorVersion: 1,
  json,
})
const stamp = (sentAtMs: number, place = 5) => ({ place, has: horizonBelow(1, 100), sentAtMs })
const anyone = { start: 0, token: undefined }

function aMemory(startMs = 0) {
  const clock = { nowMs: startMs }
  return { clock, l1: memory({ checks, now: () => clock.nowMs }) }
}

describe('an entry of L1', () => {
  it('is neither kept nor served once a higher version was heard', () => {
    const { l1 } = aMemory()
    const post = aPost()
    l1.posts.keep(post, { value: fragment(1), stamp: stamp(0) })
    l1.heard.hear({ tag: tags.post(post), version: 2, xid: 7 })
    expect(l1.posts.find(post, anyone)).toBeUndefined()

    l1.posts.keep(post, { value: fragment(1), stamp: stamp(0) })
    expect(l1.posts.find(post, anyone)).toBeUndefined()
    l1.posts.keep(post, { value: fragment(2), stamp: stamp(0) })
    expect(l1.posts.find(post, anyone)?.value.version).toBe(2)
  })

  it('is kept back from readers whose token its stamp does not have', () => {
    const { l1 } = aMemory()
    const post = aPost()
    l1.posts.keep(post, { value: fragment(1), stamp: stamp(0) })

    expect(l1.posts.find(post, { start: 0, token: { epoch: 1, xid: 99 } })).toBeDefined()
    expect(l1.posts.find(post, { start: 0, token: { epoch: 1, xid: 100 } })).toBeUndefined()
    expect(l1.posts.find(post, { start: 0, token: { epoch: 2, xid: 1 } })).toBeUndefined()
  })

  it('does not outlive the place at which the isolate began to listen', () => {
    const { l1 } = aMemory()
    const post = aPost()
    l1.posts.keep(post, { value: fragment(1), stamp: stamp(0, 5) })

    expect(l1.posts.find(post, { start: 5, token: undefined })).toBeDefined()
    expect(l1.posts.find(post, { start: 6, token: undefined })).toBeUndefined()
  })

  it('ages by elapsed time alone, whatever the clock says', () => {
    for (const startMs of [0, 300_000, Date.UTC(2040, 0, 1)]) {
      const { l1, clock } = aMemory(startMs)
      const author = aUser()
      const list = { ids: [], floor: aPost(), horizon: horizonBelow(1, 1) }
      l1.authorLists.keep(author, { value: list, stamp: stamp(startMs) })
      clock.nowMs += 2_000
      expect(l1.authorLists.find(author, anyone)).toBeDefined()
      clock.nowMs += 1
      expect(l1.authorLists.find(author, anyone)).toBeUndefined()
      clock.nowMs = startMs - 1
      expect(l1.authorLists.find(author, anyone)).toBeUndefined()
    }
  })

  it('is not kept when it is larger than an entry may be', () => {
    const { l1 } = aMemory()
    const post = aPost()
    l1.posts.keep(post, { value: fragment(1, 'x'.repeat(70_000)), stamp: stamp(0) })
    expect(l1.posts.find(post, anyone)).toBeUndefined()
    expect(l1.bytes).toBe(0)
  })
})
