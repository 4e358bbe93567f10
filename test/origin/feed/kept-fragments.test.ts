import { beforeEach, expect, it } from 'vitest'
import { keptFragments, type KeptFragments } from '../../../origin/feed/query/kept-fragments.ts'
import { tags, type Tag } from '../../../shared/invalidation.ts'
import { aHorizon, aMark, aPost, aUser } from '../../support/feed-builders.ts'

const heard = new Map<Tag, { version: number; xid: number }>()
let epoch = 1
let reachesToMs = 0
let lost = 0
const tail = {
  heard: (tag: Tag) => heard.get(tag),
  horizon: () => ({ ...aHorizon(), epoch }),
  reachesToMs: () => reachesToMs,
}
const [post, author, mark] = [aPost(), aUser(), aMark(5)]
const fragment = { author, version: 2, authorVersion: 3, json: '{"text":"a post"}' }
let kept: KeptFragments

beforeEach(() => {
  heard.clear()
  epoch = 1
  reachesToMs = mark.atMs
  kept = keptFragments({ tail, losses: { count: () => lost } })
  kept.keep(post, fragment, mark)
})

const found = () => kept.find([post]).get(post)

it('finds what was kept, and nothing else', () => {
  expect(found()).toBe(fragment)
  expect(kept.find([aPost()]).size).toBe(0)
})

it('serves no version below one that was heard of', () => {
  heard.set(tags.post(post), { version: 2, xid: 7 })
  expect(found()).toBe(fragment)
  heard.set(tags.post(post), { version: 3, xid: 8 })
  expect(found()).toBeUndefined()
})

it('serves no name below one that was heard of', () => {
  heard.set(tags.user(author), { version: 4, xid: 8 })
  expect(found()).toBeUndefined()
})

it('forgets what the tail no longer reaches back to: a version in between may have been forgotten', () => {
  reachesToMs = mark.atMs + 1
  expect(found()).toBeUndefined()
  reachesToMs = mark.atMs
  expect(found()).toBeUndefined()
})

it('serves nothing of before a restore', () => {
  epoch = 2
  expect(found()).toBeUndefined()
})

it('does not keep what was overtaken while it was read', () => {
  heard.set(tags.post(post), { version: 3, xid: 8 })
  kept.keep(post, fragment, mark)
  heard.clear()
  expect(found()).toBeUndefined()
})

it('does not know what Redis has once it lost something, and serves it all the same', () => {
  expect(kept.isLost(post)).toBe(false)
  lost += 1
  expect(kept.isLost(post)).toBe(true)
  expect(found()).toBe(fragment)
  kept.keep(post, fragment, mark)
  expect(kept.isLost(post)).toBe(false)
})

it('lets the oldest go beyond its bound', () => {
  const small = keptFragments({ tail, losses: { count: () => lost }, bytesMax: 1_200 })
  const posts = [aPost(), aPost(), aPost()]
  for (const each of posts) small.keep(each, fragment, mark)
  expect([...small.find(posts).keys()]).toEqual(posts.slice(1))
})
