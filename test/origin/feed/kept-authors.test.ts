import { expect, it } from 'vitest'
import { keptAuthors } from '../../../origin/feed/query/kept-authors.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'

it('knows the author of what was kept, and of nothing else', () => {
  const kept = keptAuthors()
  const [post, author] = [aPost(), aUser()]
  kept.keep(post, author)
  expect(kept.find(post)).toBe(author)
  expect(kept.find(aPost())).toBeUndefined()
})

it('lets the oldest go beyond its bound', () => {
  const kept = keptAuthors(2)
  const posts = [aPost(), aPost(), aPost()]
  for (const post of posts) kept.keep(post, aUser())
  expect(posts.map((post) => kept.find(post) !== undefined)).toEqual([false, true, true])
})
