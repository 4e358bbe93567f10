import { expect, it } from 'vitest'
import { pulledAuthors } from '../../../origin/tail/pulled-set.ts'
import { lowestIdAt, type UserId } from '../../../shared/ids.ts'
import { PULLED_SET_LIFE_MS } from '../../../shared/limits.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const ANN = '1' as UserId

it('keeps an author until no list can lack its newest pull post', () => {
  const pulled = pulledAuthors()
  pulled.load(new Map([[ANN, lowestIdAt(NOW)]]))
  pulled.expire(NOW + PULLED_SET_LIFE_MS)
  expect(pulled.set.has(ANN)).toBe(true)
  pulled.expire(NOW + PULLED_SET_LIFE_MS + 60_001)

  expect(pulled.set.has(ANN)).toBe(false)
})

it('counts a post that names an old date from its publication', () => {
  const pulled = pulledAuthors()
  pulled.add([
    {
      id: '1',
      xid: 1,
      key: ANN,
      atMs: NOW,
      event: {
        type: 'post.created',
        post: lowestIdAt(NOW - 30 * 24 * 3_600_000),
        author: ANN,
        delivery: 'pull',
      },
    },
  ])
  pulled.expire(NOW + PULLED_SET_LIFE_MS - 1)

  expect(pulled.set.has(ANN)).toBe(true)
})
