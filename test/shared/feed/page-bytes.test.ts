import { describe, expect, it } from 'vitest'
import { feedPageBytes, plainPageBytes, userJson } from '../../../shared/feed/page-bytes.ts'
import { FeedPage } from '../../../shared/feed/page.ts'
import type { Post } from '../../../shared/post.ts'

const post = (id: string, text: string): Post => ({
  id,
  author: { id: '7', handle: 'ada', name: 'Ada', avatarUrl: null, verified: false },
  text,
  createdAt: '2026-11-21T09:00:00.000Z',
  editedAt: null,
  language: 'ar',
  sensitive: false,
})

const claims = {
  nextCursor: null,
  completeness: 'complete',
  missing: [],
  asOf: '1:10:10:',
  interval: { newest: null, oldest: null },
} as const

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

describe('joining fragments into a page', () => {
  it('gives a FeedPage with each post as its fragment has it', () => {
    const posts = [post('12', 'a "quote", 👩‍🚀 and \\ back'), post('11', 'مرحبا')]
    const bytes = feedPageBytes(
      posts.map((each) => ({ json: JSON.stringify(each), reason: 'follow' })),
      claims,
    )

    expect(FeedPage.parse(parse(bytes))).toEqual({
      items: posts.map((each) => ({ post: each, reason: 'follow' })),
      ...claims,
    })
  })

  it('gives an empty page', () => {
    expect(parse(feedPageBytes([], { ...claims, nextCursor: 'abc' }))).toEqual({
      items: [],
      ...claims,
      nextCursor: 'abc',
    })
    expect(parse(plainPageBytes([], null))).toEqual({ items: [], nextCursor: null })
  })

  it('splices counts and what holds between two people into a user', () => {
    const viewer = { following: true, followedBy: false, blocking: false, muting: false }

    expect(JSON.parse(userJson('{"id":"7"}', '{"posts":3}', viewer))).toEqual({
      id: '7',
      counts: { posts: 3 },
      viewer,
    })
    expect(JSON.parse(userJson('{"id":"7"}', '{"posts":3}', undefined))).toEqual({
      id: '7',
      counts: { posts: 3 },
    })
  })
})
